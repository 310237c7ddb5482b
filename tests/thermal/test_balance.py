"""The state that is marched: single nodes against closed forms, pads, memory, bounds."""

from math import exp

import numpy as np
import pytest
from support.chains import balance_of, column, film, held, medium, melting, points

from cryosim.errors import NumericalError
from cryosim.physics.exchange import STEFAN_BOLTZMANN, Exchange, Schedule
from cryosim.physics.hyperaemia import AfterRelease
from cryosim.physics.response import RampResponse
from cryosim.solve.march import march
from cryosim.solve.rkc import StepControl
from cryosim.thermal import kernels
from cryosim.thermal.arena import Setting, Surge
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.marching import Accuracy, Alone
from cryosim.thermal.pad import Pad
from cryosim.units import ZERO_CELSIUS

PLANES = np.linspace(0.0, 0.01, 21)
GEL = Pad(1, 1.5e-3, 295.15, 5)


def lump(thickness=0.01, **properties):
    """One node with 1 m^2 of surface."""
    return points(np.array([[thickness]]), [medium(**properties)])


def followed(balance, end, start=0.0):
    for _ in march(balance, StepControl(0.01), start, [end]):
        pass
    return balance.T - ZERO_CELSIUS


@pytest.mark.parametrize("tolerance", [1e-2, 1e-4])
def test_a_lump_under_a_film_cools_exponentially(tolerance):
    balance = balance_of(lump(), 34.0, tolerance)
    balance.begin(Setting([film(100.0, -10.0)]), 0.0)
    rate = 100.0 / (900.0 * 2300.0 * 0.01)
    assert followed(balance, 300.0)[0] == pytest.approx(
        -10.0 + 44.0 * exp(-300.0 * rate), abs=20.0 * tolerance
    )


def test_a_perfused_lump_warms_to_blood_and_its_own_heat():
    balance = balance_of(lump(W=5000.0, qm=1000.0), 10.0, 1e-4)
    balance.begin(Setting([Exchange()]), 0.0)
    far, rate = 37.0 + 1000.0 / 5000.0, 5000.0 / (900.0 * 2300.0)
    expected = far + (10.0 - far) * exp(-600.0 * rate)
    assert followed(balance, 600.0)[0] == pytest.approx(expected, abs=2e-3)
    heat = 900.0 * 2300.0 * 0.01 * (expected - 10.0)
    assert balance.ledger[: kernels.LEDGER_SURFACES].sum() == pytest.approx(heat, rel=1e-3)
    assert balance.ledger[kernels.LEDGER_METABOLISM] == pytest.approx(1000.0 * 0.01 * 600.0)


def test_perfusion_of_a_phase_scales_perfusion_alone():
    balance = balance_of(lump(W=5000.0, qm=1000.0), 10.0)
    balance.begin(Setting([Exchange()], perfusion=0.3), 0.0)
    assert balance.F[0] == pytest.approx(0.01 * (0.3 * 5000.0 * 27.0 + 1000.0))


def test_latent_heat_is_given_up_on_the_way():
    """A constant flux takes the sensible and the latent heat in proportion to time."""
    balance = balance_of(lump(lipid=melting(50e3, 5.0, 15.0)), 34.0, 1e-4)
    balance.begin(Setting([Exchange(flux=Schedule.constant(400.0))]), 0.0)
    whole = 900.0 * 0.01 * (2300.0 * 34.0 + 50e3)
    T = followed(balance, whole / 400.0)
    assert T[0] == pytest.approx(0.0, abs=0.01)
    assert balance.stored - balance_of(lump(lipid=melting(50e3, 5.0, 15.0)), 34.0).stored == (
        pytest.approx(
            [-900.0 * 0.01 * 2300.0 * 34.0, -900.0 * 0.01 * 50e3, 0.0], rel=1e-3, abs=1e-6
        )
    )


@pytest.mark.parametrize("T", [34.0, -3.0])
def test_flux_out_of_a_surface_has_all_its_terms(T):
    law = Exchange(
        conductance=50.0, temperature=Schedule.constant(263.15), flux_limit=1500.0,
        flux=Schedule.constant(70.0), emissivity=0.9,
    )  # fmt: skip
    balance = balance_of(lump(), T)
    balance.begin(Setting([law]), 0.0)
    radiated = 0.9 * STEFAN_BOLTZMANN * ((T + ZERO_CELSIUS) ** 4 - 263.15**4)
    expected = min(50.0 * (T + 10.0), 1500.0) + 70.0 + radiated
    assert -balance.surface_power[0] == pytest.approx(expected)
    assert balance.F[0] == pytest.approx(-expected)


def test_perfusion_that_persists_follows_the_coldest_temperature():
    """Down a ramp and back: vessels stay as narrow as they were at the coldest."""
    ramp = {"low": 283.15, "high": 303.15, "floor": 0.1}
    for persists in (False, True):
        response = RampResponse(**ramp, persists=persists)
        balance = balance_of(lump(W=5000.0, perfusion_response=response), 34.0)
        balance.begin(Setting([film(300.0, 0.0)]), 0.0)
        coldest = followed(balance, 60.0)[0]
        assert 10.0 < coldest < 25.0
        balance.begin(Setting([film(2000.0, 35.0)]), 60.0)
        warm = followed(balance, 200.0, 60.0)[0]
        assert warm > 33.0
        factor = 0.1 + 0.9 * (coldest - 10.0) / 20.0 if persists else 1.0
        balance.begin(Setting([Exchange()]), 200.0)
        assert balance.F[0] == pytest.approx(0.01 * 5000.0 * factor * (37.0 - warm), rel=1e-9)


def layered():
    """Tissue with lipid; a gel that waits to be put on."""
    fat = medium(W=800.0, lipid=melting(70e3, 2.0, 14.0), conductivity_frozen=0.24)
    return column(PLANES, np.zeros(20, int), [fat, medium(0.5, 1050.0, 3900.0)])


def test_pads_put_on_and_taken_off_bring_and_carry_their_heat():
    balance = balance_of(layered(), 34.0)
    start = balance.stored.sum()
    bare, padded = [Exchange(), Exchange()], [film(1000.0, -10.0), Exchange()]
    rho_c = 1050.0 * 3900.0
    balance.begin(Setting(padded, {0: GEL}), 0.0)
    assert balance.pad_heat == pytest.approx(1.5e-3 * rho_c * 22.0)
    assert balance.T.size == 21 + 5
    # The node they share comes to one temperature.
    skin, gel = 2.5e-4 * 900.0 * 2300.0, 1.5e-4 * rho_c
    assert balance.T[0] - ZERO_CELSIUS == pytest.approx((34.0 * skin + 22.0 * gel) / (skin + gel))
    assert balance.T[21:] == pytest.approx(295.15)
    _closes(balance, start)
    for _ in march(balance, StepControl(0.01), 0.0, [300.0]):
        _closes(balance, start)
    T = balance.T.copy()
    balance.begin(Setting(bare), 300.0)
    assert balance.T == pytest.approx(T[:21], abs=1e-9), "taking a pad off moves no temperature"
    _closes(balance, start)
    carried = rho_c * 3e-4 * (0.5 * T[0] + T[21:25].sum() + 0.5 * T[25] - 5 * ZERO_CELSIUS)
    assert balance.pad_heat == pytest.approx(1.5e-3 * rho_c * 22.0 - carried)
    balance.begin(Setting(padded, {0: GEL}), 300.0)
    _closes(balance, start)
    followed(balance, 400.0, 300.0)
    _closes(balance, start)


def test_a_pad_stays_as_it_is_when_only_the_plate_changes():
    balance = balance_of(layered(), 34.0)
    balance.begin(Setting([film(1000.0, -10.0), Exchange()], {0: GEL}), 0.0)
    followed(balance, 60.0)
    H, heat = balance.H.copy(), balance.pad_heat
    balance.begin(Setting([film(1000.0, 5.0), Exchange()], {0: GEL}), 60.0)
    assert balance.H == pytest.approx(H, rel=1e-15)
    assert balance.pad_heat == heat


def _closes(balance, start):
    incoming = balance.ledger.sum() + balance.pad_heat
    assert balance.stored.sum() - start == pytest.approx(incoming, rel=1e-11, abs=1e-6)


def test_a_surface_pays_for_the_jump_of_the_node_it_holds():
    balance = balance_of(layered(), 34.0)
    start = balance.stored.sum()
    balance.begin(Setting([held(-10.0), Exchange()]), 0.0)
    assert balance.T[0] == pytest.approx(263.15)
    jump = 2.5e-4 * 900.0 * (44.0 * 2300.0 + 70e3)
    assert balance.ledger[kernels.LEDGER_SURFACES] == pytest.approx(-jump)
    _closes(balance, start)


def test_a_held_node_follows_its_schedule_exactly():
    balance = balance_of(layered(), 34.0)
    start = balance.stored.sum()
    law = Exchange(temperature=Schedule.of([(0.0, 307.15), (50.0, 263.15)]), perfect=True)
    balance.begin(Setting([law, Exchange()]), 0.0)
    for t, _ in march(balance, StepControl(0.01), 0.0, [50.0, 80.0]):
        assert balance.T[0] == pytest.approx(law.temperature.at(t), abs=1e-9)
        _closes(balance, start)


def test_an_attempt_that_is_not_kept_leaves_no_trace():
    def run(tries):
        balance = balance_of(layered(), 34.0)
        balance.begin(Setting([film(300.0, -10.0), held(37.0)]), 0.0)
        t = 0.0
        for _ in range(20):
            for dt in tries:
                balance.attempt(t, dt)
            balance.keep()
            t += tries[-1]
        return balance

    once, often = run([1.0]), run([7.0, 0.3, 1.0])
    assert np.array_equal(once.T, often.T)
    assert np.array_equal(once.ledger, often.ledger)


def test_within_a_step_temperature_runs_from_its_start_to_its_end():
    balance = balance_of(layered(), 34.0)
    balance.begin(Setting([film(300.0, -10.0), Exchange()]), 0.0)
    followed(balance, 100.0)
    balance.attempt(100.0, 4.0)
    balance.keep()
    nodes = np.array([0, 3, 20])
    assert balance.within(0.0, nodes) == pytest.approx(balance.T_before[nodes], abs=1e-9)
    assert balance.within(1.0, nodes) == pytest.approx(balance.T[nodes], abs=1e-9)
    fine = balance_of(layered(), 34.0)
    fine.begin(Setting([film(300.0, -10.0), Exchange()]), 0.0)
    followed(fine, 100.0)
    for _ in range(2):
        fine.attempt(100.0, 1.0)
        fine.keep()
    assert balance.within(0.5, nodes) == pytest.approx(fine.T[nodes], abs=2e-3)


def test_within_a_step_a_held_node_goes_straight_whatever_flows_into_it():
    balance = balance_of(layered(), 34.0)
    plate = Exchange(
        temperature=Schedule.of([(0.0, ZERO_CELSIUS), (10.0, ZERO_CELSIUS - 5.0)]), perfect=True
    )
    balance.begin(Setting([plate, Exchange()]), 0.0)
    balance.attempt(0.0, 4.0)
    balance.keep()
    at = balance.within(0.25, np.zeros(1, dtype=np.int64))
    assert at == pytest.approx(ZERO_CELSIUS - 0.5, abs=1e-3)


@pytest.mark.parametrize(
    ("plate", "words"),
    [(-60.0, r"-\d+\.\d\d degC at node 0 lies outside.*-1\.00 to 41\.00 degC.*numerics.tolerance"),
     (90.0, r"\d+\.\d\d degC at node 0 lies outside.*-1\.00 to 41\.00 degC")],
)  # fmt: skip
def test_leaving_the_bounds_stops_the_run_and_says_where(plate, words):
    bounds = (ZERO_CELSIUS - 1.0, ZERO_CELSIUS + 41.0)
    balance = balance_of(layered(), 34.0, bounds=bounds)
    balance.begin(Setting([film(1000.0, plate), Exchange()]), 0.0)
    with pytest.raises(NumericalError, match=words):
        followed(balance, 600.0)


def test_bounds_name_the_place_of_a_node_and_the_pad():
    body = layered()
    accuracy = Accuracy(1e-3, 1e4, (ZERO_CELSIUS, 400.0), lambda node: f"place {node}")
    start = np.full(21, 307.15)
    for pads, words in (({}, "at place 0"), ({0: GEL}, "at the gel pad")):
        balance = HeatBalance(body, Alone(), start, accuracy)
        balance.begin(Setting([film(5000.0, -30.0), Exchange()], pads), 0.0)
        with pytest.raises(NumericalError, match=words):
            followed(balance, 600.0)


@pytest.mark.parametrize("tolerance", [1e-2, 1e-4])
def test_blood_flow_after_release_fades_as_its_law_says(tolerance):
    """Newton's cooling with a rate that falls exponentially has a closed form."""
    law, release = AfterRelease(hyperaemia=8.0, fades=120.0), 50.0
    balance = balance_of(lump(W=5000.0), 10.0, tolerance)
    setting = Setting([Exchange()], perfusion=0.5, surges=[Surge(law, release, np.ones(1))])
    balance.begin(setting, release)
    T = followed(balance, release + 300.0, release)[0]
    passed = 300.0 + 7.0 * 120.0 * (1.0 - exp(-300.0 / 120.0))
    expected = 37.0 - 27.0 * exp(-0.5 * 5000.0 / (900.0 * 2300.0) * passed)
    assert pytest.approx(expected, abs=40.0 * tolerance) == T
    heat = 900.0 * 2300.0 * 0.01 * (T - 10.0)
    assert balance.ledger[kernels.LEDGER_PERFUSION] == pytest.approx(heat, rel=1e-12)


def test_blood_flow_after_release_is_that_of_its_nodes_alone():
    body = points(np.array([[0.01], [0.01]]), [medium(W=5000.0)])
    balance = balance_of(body, 10.0)
    share = np.array([0.25, 0.0])
    balance.begin(
        Setting([Exchange()], surges=[Surge(AfterRelease(hyperaemia=3.0), 0.0, share)]), 0.0
    )
    assert pytest.approx(0.01 * 5000.0 * 27.0 * np.array([1.5, 1.0])) == balance.F


@pytest.mark.parametrize("law", [film(50.0, 20.0), held(20.0)])
def test_a_source_heats_its_nodes_and_is_booked(law):
    """Also where a surface holds the node, which then gives the heat away at once."""
    balance = balance_of(column(PLANES, np.zeros(20), [medium()]), 20.0)
    source = np.linspace(1e5, 0.0, PLANES.size)
    balance.begin(Setting([law, Exchange()], source=source), 0.0)
    before = balance.stored.sum()
    followed(balance, 100.0)
    volume = np.full(PLANES.size, 0.0005)
    volume[[0, -1]] = 0.00025
    absorbed = 100.0 * float(source @ volume)
    assert balance.ledger[kernels.LEDGER_SOURCE] == pytest.approx(absorbed, rel=1e-12)
    gained = balance.stored.sum() - before
    assert gained == pytest.approx(balance.ledger.sum(), rel=1e-10)
    assert 0.0 < gained < absorbed
