"""The network: zero row sums, symmetry, conservation, and a bound on its spectral radius."""

import numpy as np
import pytest
import scipy.linalg as la
from support.cases import cool, even, plate, slab, tissue, treated, uniform
from support.chains import column, film, medium, melting

from cryosim.physics.exchange import Exchange
from cryosim.physics.tables import ENTHALPY, HEAT_FLOW, PERFUSION
from cryosim.thermal import kernels
from cryosim.thermal.arena import Setting, arrange
from cryosim.thermal.network import node_of_potential, node_of_slot, row_of_entry
from cryosim.thermal.pad import Pad

PLANES = np.array([0.0, 1e-4, 3e-4, 1e-3, 2e-3, 5e-3, 8e-3])
TISSUES = [
    medium(0.4, W=3000.0),
    medium(0.2, lipid=melting(70e3, 2.0, 14.0), conductivity_frozen=0.3),
    medium(0.5, 1050.0, 3900.0),
]
OF_CELL = [0, 0, 0, 1, 1, 1]
INSULATED = Setting([Exchange(), Exchange()])
PADDED = Setting([film(500.0, -10.0), Exchange()], {0: Pad(2, 1.5e-3, 295.15, 4)})


def dense(net):
    """Matrix of the network, rows are nodes and columns are potentials."""
    K = np.zeros((net.held.size, net.n_potentials))
    np.add.at(K, (row_of_entry(net), net.column), net.conduction)
    return K


def heat_rates(net, tables, T):
    """Heat (W) into every node by conduction, blood and metabolism, and the ledger's rates."""
    x, F, into = np.zeros(net.n_potentials), np.empty(T.size), np.zeros(T.size)
    ledger = np.zeros(kernels.LEDGER_SURFACES + 2)
    kernels.put_all(net, tables, T, x)
    kernels.rates(net, tables, x, np.full(T.size, np.inf), np.ones(T.size), into, ledger, F)
    return F, ledger


@pytest.mark.parametrize("setting", [INSULATED, PADDED], ids=["bare", "gel"])
def test_columns_of_potentials_have_zero_sums_and_each_block_is_symmetric(setting):
    body = column(PLANES, OF_CELL, TISSUES)
    net = arrange(body, setting, 330.0).net
    n, K = net.held.size, dense(net)
    node = node_of_potential(net)
    assert K.sum(axis=0) == pytest.approx(np.zeros(net.n_potentials), abs=1e-11)
    for block in (np.arange(net.n_potentials) < n, np.arange(net.n_potentials) >= n):
        square = np.zeros((n, n))
        square[:, node[block]] = K[:, block]
        assert square == pytest.approx(square.T, abs=1e-11)
        assert square.sum(axis=1) == pytest.approx(np.zeros(n), abs=1e-10)
        assert la.eigvalsh(square).min() > -1e-10


@pytest.mark.parametrize("setting", [INSULATED, PADDED], ids=["bare", "gel"])
def test_conduction_neither_makes_nor_destroys_heat(setting):
    rng = np.random.default_rng(1)
    tissues = [TISSUES[0].model_copy(update={"perfusion": TISSUES[1].perfusion}), *TISSUES[1:]]
    body = column(PLANES, OF_CELL, tissues)
    net = arrange(body, setting, 330.0).net
    F, ledger = heat_rates(net, body.tables, rng.uniform(260.0, 310.0, net.held.size))
    assert abs(F.sum()) < 1e-12 * np.abs(F).sum()
    assert ledger == pytest.approx(0.0)


def test_what_flows_into_a_held_node_is_the_ledgers():
    """So rates of free nodes and the ledger balance at any temperatures."""
    body = column(PLANES, OF_CELL, TISSUES)
    setting = Setting([Exchange(), Exchange(perfect=True)])
    net = arrange(body, setting, 330.0).net
    T = np.random.default_rng(2).uniform(260.0, 310.0, net.held.size)
    F, ledger = heat_rates(net, body.tables, T)
    assert F[net.held == 0].sum() == pytest.approx(ledger.sum())
    assert ledger[kernels.LEDGER_SURFACES + 1] == pytest.approx(-F[-1])


def test_nodes_of_slots_and_volumes_add_up():
    body = column(PLANES, OF_CELL, TISSUES)
    net = arrange(body, PADDED, 330.0).net
    by_tissue = np.bincount(net.slot_tissue, net.slot_volume)
    assert by_tissue == pytest.approx([1e-3, 7e-3, 1.5e-3])
    between = node_of_slot(net)[net.slot_tissue == 2]
    assert set(between) == {0, *range(PLANES.size, PLANES.size + 4)}


@pytest.mark.parametrize("setting", [INSULATED, PADDED], ids=["bare", "gel"])
def test_no_eigenvalue_exceeds_the_spectral_bound(setting):
    """At frozen, mushy and warm temperatures; the bound is at most twice what is found."""
    body = column(PLANES, OF_CELL, TISSUES)
    arena = arrange(body, setting, 330.0)
    net, curve = arena.net, body.tables.curve
    largest = 0.0
    for T in (265.0, 280.0, 300.0):
        b = int(np.searchsorted(body.tables.temperature, T))
        slot = node_of_slot(net)
        C = np.bincount(slot, net.slot_volume * curve[net.slot_tissue, b, ENTHALPY + 1])
        D = np.bincount(slot, net.slot_volume * curve[net.slot_tissue, b, PERFUSION])
        D += np.bincount(
            arena.node, arena.area * [500.0 if setting is PADDED else 0.0, 0.0], C.size
        )
        node = node_of_potential(net)
        k = np.where(np.arange(net.n_potentials) < C.size, 1.0, curve[1, b, HEAT_FLOW + 1])
        J = np.diag(D)
        np.add.at(J.T, node, (dense(net) * k).T)
        rate = la.eigvals(J / C[:, None])
        assert rate.imag == pytest.approx(0.0, abs=1e-9)
        assert rate.real.min() > -1e-9
        largest = max(largest, rate.real.max())
    assert largest <= arena.spectral_bound <= 2.0 * largest


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_assembled_blocks_are_networks_too(dimension, tmp_path):
    """Two layers under a plate that covers a part of the face, through the case file."""
    size = ["4 mm", "6 mm"][: dimension - 1]
    upper, lower = tissue(0.4, 1000.0, 3500.0), tissue(0.2, 900.0, 2300.0)
    case = slab(
        [("upper", 0.002, upper), ("lower", 0.006, lower)],
        depth=even(5e-4), dimension=dimension, start=uniform(34.0),
        mesh={"extent": ["8 mm", "8 mm"][: dimension - 1], "lateral": even(2e-3)} if size else {},
        applicator=plate(200.0, size=size), protocol=[cool(-5.0, 10.0)],
    )  # fmt: skip
    treatment = treated(tmp_path, case)
    body, area = treatment.balance.body, treatment.frame.area
    net = arrange(body, Setting([Exchange()] * len(body.surfaces)), 330.0).net
    K = dense(net)
    scale = np.abs(K).max()
    assert K == pytest.approx(K.T, abs=1e-12 * scale)
    assert K.sum(axis=1) == pytest.approx(0.0, abs=1e-12 * scale)
    assert (K - np.diag(np.diag(K))).max() <= 0.0, "no heat flows from cold to warm"
    across = 0.008 ** (dimension - 1)
    assert [s.volume.sum() for s in body.stencils] == pytest.approx(
        [0.002 * across, 0.006 * across]
    )
    covered = np.prod([0.004, 0.006][: dimension - 1])
    expected = {"applicator": covered, "top": across - covered, "bottom": across}
    assert dict(zip(treatment.frame.conditions, area, strict=True)) == pytest.approx(expected)
