"""A gel pad: columns of linear elements on the nodes of a surface."""

import numpy as np
import pytest
from support.chains import NOWHERE

from cryosim.thermal.network import Surface, TissueStencil
from cryosim.thermal.pad import Pad, put_on

AREAS = np.array([0.001, 0.002, 0.004, 0.003])
SKIN = Surface("plate", np.array([2, 0, 5, 3]), AREAS)
OTHER = Surface("other", np.array([1, 4]), np.array([0.005, 0.006]))
NONE = TissueStencil(NOWHERE, NOWHERE, np.empty(0), np.zeros(6))


@pytest.mark.parametrize("cells", [1, 2, 4, 12])
def test_every_column_holds_its_area_times_the_thickness(cells):
    padded = put_on([NONE, NONE], [SKIN, OTHER], {0: Pad(1, 2e-3, 295.0, cells)})
    gel = padded.stencils[1]
    assert padded.n_owned == 6 + 4 * cells
    columns = np.vstack([SKIN.node, 6 + np.arange(4 * cells).reshape(cells, 4)])
    assert gel.volume[columns].sum(axis=0) == pytest.approx(2e-3 * AREAS)
    weight = np.ones(cells + 1)
    weight[[0, -1]] = 0.5
    assert gel.volume[columns] == pytest.approx(np.outer(weight, 2e-3 / cells * AREAS))
    assert gel.volume.sum() == pytest.approx(2e-3 * AREAS.sum())
    assert padded.volume[0] == pytest.approx(gel.volume)
    assert padded.outer[0].node.tolist() == columns[-1].tolist()
    assert padded.stencils[0].volume == pytest.approx(0.0)


def test_two_pads_share_nothing():
    pads = {0: Pad(0, 2e-3, 295.0, 3), 1: Pad(1, 1e-3, 280.0, 5)}
    padded = put_on([NONE, NONE], [SKIN, OTHER], pads)
    first, second = padded.stencils
    assert padded.n_owned == 6 + 4 * 3 + 2 * 5
    assert first.volume.sum() == pytest.approx(2e-3 * AREAS.sum())
    assert second.volume.sum() == pytest.approx(1e-3 * 0.011)
    assert not np.any((first.volume > 0.0) & (second.volume > 0.0))


def test_a_column_conducts_like_a_series_of_cells():
    """One watt through it needs thickness over area, per unit conductivity."""
    padded = put_on([NONE, NONE], [SKIN, OTHER], {0: Pad(1, 2e-3, 295.0, 4)})
    gel, n = padded.stencils[1], padded.n_owned
    K = np.zeros((n, n))
    np.add.at(K, (gel.row, gel.column), gel.value)
    assert K == pytest.approx(K.T)
    assert K.sum(axis=1) == pytest.approx(0.0, abs=1e-12)
    inner, outer = 2, int(padded.outer[0].node[0])
    q = np.zeros(n)
    q[[inner, outer]] = 1.0, -1.0
    T = np.linalg.lstsq(K, q, rcond=None)[0]
    assert T[inner] - T[outer] == pytest.approx(2e-3 / AREAS[0])


def test_ghosts_move_behind_the_nodes_of_pads():
    tissue = TissueStencil(np.array([0]), np.array([7]), np.array([-1.0]), np.ones(6))
    padded = put_on([tissue, NONE], [SKIN, OTHER], {1: Pad(1, 1e-3, 280.0, 2)})
    assert padded.stencils[0].column.tolist() == [7 + 4]
    assert padded.stencils[0].volume.size == 10
