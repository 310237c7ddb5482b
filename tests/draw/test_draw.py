"""The draw itself: heights, balance, volume, overlap, mesh, refusals, what is kept."""

import numpy as np
import pytest
from dolfinx import fem
from mpi4py import MPI

from cryosim.errors import CaseError
from cryosim.fem.draw import draw as module
from cryosim.fem.draw.draw import _problem, draw, kept_draw
from cryosim.fem.draw.loading import DrawStoppedShort, load
from cryosim.shape.cavity import Cavity
from cryosim.shape.cup import Cup
from cryosim.shape.draw_options import DrawOptions
from cryosim.shape.tissue_mechanics import FAT, MUSCLE, SKIN, Elasticity

LAYERS = [(0.002, SKIN), (0.025, FAT), (0.015, MUSCLE)]
CUP = Cup(gap=0.04, length=0.08, depth=0.06, lip=0.005)
COARSE = DrawOptions(cell=0.004, degree=1)
QUARTER = DrawOptions(kind="quarter", cell=0.02 / 3.0, margin=0.08)


@pytest.fixture(scope="module")
def at_30_kpa():
    return draw(LAYERS, CUP, 30e3)


def gaps(drawn, cup):
    """Signed distance (m) of each point of the skin lattice to the cup, where it is under it."""
    top = np.stack(np.meshgrid(*drawn.axes[:-1], [0.0], indexing="ij"), axis=-1)[..., 0, :]
    place = np.moveaxis(top + drawn.displacement[..., -1, :], -1, 0)
    place[-1] -= drawn.mouth
    cavity = Cavity(cup, np)
    return np.where(cavity.under(place) > 0.5, cavity.distance(place), np.inf)


@pytest.mark.parametrize(("suction", "height"), [(10e3, 0.029), (40e3, 0.044)])
def test_heights_of_the_prototype(suction, height):
    """An independent code with a floating slab instead of a free cup."""
    assert draw(LAYERS, CUP, suction).height == pytest.approx(height, rel=0.025)


def test_a_section_at_30_kpa(at_30_kpa):
    drawn = at_30_kpa
    assert drawn.height == pytest.approx(0.041, rel=0.025)
    assert gaps(drawn, CUP).min() > -0.2e-3
    grown = drawn.volume[:, 1].sum() / drawn.volume[:, 0].sum() - 1.0
    assert abs(grown) < 0.005
    assert drawn.volume[:, 0] == pytest.approx(0.24 * np.array([0.002, 0.025, 0.015]))
    assert drawn.swelling[0] > 0.9
    assert drawn.swelling[1] < 1.1
    assert drawn.shape > 0.1
    assert drawn.thickness[0, 1] / drawn.thickness[0, 0] == pytest.approx(0.83, abs=0.03)
    assert drawn.thickness[1, 1] > 0.05


def test_contact_in_a_section(at_30_kpa):
    """Plates are touched up to a dome whose radius is 0.79 to 0.92 of half the gap."""
    one_side = at_30_kpa.contact_area / 2.0
    radius = (at_30_kpa.height - CUP.lip - one_side) / 0.02
    assert 0.79 < radius < 0.95
    x = at_30_kpa.axes[0] + at_30_kpa.displacement[:, -1, 0]
    touching = at_30_kpa.contact > 0.99
    assert touching.sum() > 5
    np.testing.assert_allclose(x[touching], 0.02, atol=2e-4)
    assert at_30_kpa.contact_pressure[touching].min() > 3e3
    assert at_30_kpa.contact_pressure[at_30_kpa.contact == 0.0].min() < 1e3


def test_symmetry_and_the_held_base(at_30_kpa):
    assert np.abs(at_30_kpa.displacement[:, 0]).max() < 1e-15
    assert np.abs(at_30_kpa.displacement[[0, -1], :, 0]).max() < 1e-15


def test_nothing_but_suction_holds_the_cup():
    problem, _ = _problem(LAYERS, CUP, COARSE, MPI.COMM_SELF)
    load(problem, 20.0)
    body = problem.body
    pull = fem.assemble_scalar(fem.form(problem.pull))
    assert pull == pytest.approx(20.0 * (20.0 + 5.0), rel=2e-3)
    vertical = body.V.sub(1)
    base = fem.locate_dofs_topological(vertical, 1, np.sort(body.domain.surfaces["bottom"]))
    residual = fem.assemble_vector(fem.form(problem.momentum)).array
    assert np.abs(residual[base]).max() > 1.0
    assert abs(residual[base].sum()) < 1e-4 * pull


@pytest.mark.slow
def test_height_on_a_mesh_twice_as_fine(at_30_kpa):
    fine = draw(LAYERS, CUP, 30e3, DrawOptions(cell=0.02 / 30.0))
    assert at_30_kpa.height == pytest.approx(fine.height, rel=0.005)


def test_a_round_cup_draws_less_than_a_long_one():
    round_cup = CUP.model_copy(update={"length": CUP.gap})
    drawn = draw(LAYERS, round_cup, 30e3, DrawOptions(kind="round"))
    assert drawn.round
    assert 0.015 < drawn.height < 0.025
    assert gaps(drawn, round_cup).min() > -0.2e-3
    assert drawn.volume[:, 0] == pytest.approx(np.pi * 0.12**2 * np.array([2e-3, 25e-3, 15e-3]))
    assert abs(drawn.volume[:, 1].sum() / drawn.volume[:, 0].sum() - 1.0) < 0.005


def test_a_trough_is_filled():
    trough = Cup(form="trough", gap=0.07, length=0.12, depth=0.035)
    drawn = draw(LAYERS, trough, 40e3)
    assert drawn.height == pytest.approx(0.035, abs=5e-4)
    assert drawn.contact[0] == 1.0
    assert drawn.shape > 0.2


@pytest.mark.slow
def test_a_quarter_lies_below_the_section():
    """The ends of the cup hold the fold back, the more the shorter it is."""
    short, sheet = CUP.model_copy(update={"length": 0.06}), DrawOptions(margin=0.08)
    drawn = draw(LAYERS, short, 15e3, QUARTER)
    assert 0.65 < drawn.height / draw(LAYERS, short, 15e3, sheet).height < 0.85
    assert gaps(drawn, short).min() > -0.2e-3
    assert drawn.volume[:, 0] == pytest.approx(0.2 * 0.22 * np.array([0.002, 0.025, 0.015]))
    assert abs(drawn.volume[:, 1].sum() / drawn.volume[:, 0].sum() - 1.0) < 0.005
    assert drawn.swelling[0] > 0.9
    assert drawn.swelling[1] < 1.1
    assert drawn.shape > 0.2
    assert np.abs(drawn.displacement[0, :, :, 0]).max() < 1e-15
    assert np.abs(drawn.displacement[:, 0, :, 1]).max() < 1e-15


@pytest.mark.parametrize(
    ("layers", "suction", "says"),
    [
        (LAYERS, 61e3, "61 kPa.*at most 60 kPa"),
        (LAYERS, 0.0, "above 0"),
        ([(0.0, SKIN), (0.02, FAT)], 20e3, "between 0 and 1 m thick"),
        ([], 20e3, "needs layers"),
        ([(0.002, Elasticity(shear_modulus=50e3)), *LAYERS[1:]], 30e3, "balloons under 30 kPa"),
    ],
)
def test_what_cannot_be_drawn_is_refused(layers, suction, says):
    with pytest.raises(CaseError, match=says):
        draw(layers, CUP, suction)


def test_a_narrow_block_is_refused():
    with pytest.raises(CaseError, match="beyond lip and flange, 17 mm"):
        draw(LAYERS, CUP, 20e3, DrawOptions(margin=0.015))


def test_more_suction_is_allowed_when_told():
    with pytest.raises(CaseError, match="suction 65 kPa"):
        module._check(LAYERS, CUP, 65e3, DrawOptions())
    module._check(LAYERS, CUP, 65e3, DrawOptions(strongest_suction=70e3))


def test_a_draw_that_stops_short_names_the_last_suction():
    slack = [(0.002, Elasticity(shear_modulus=5e3, stiffening=0.01)), *LAYERS[1:]]
    with pytest.raises(DrawStoppedShort, match="no equilibrium beyond") as stop:
        draw(slack, CUP, 50e3, COARSE)
    assert 0.0 < stop.value.reached < 50e3
    assert f"{stop.value.reached / 1e3:.3g} kPa of 50 kPa" in str(stop.value)
    part = stop.value.partial()
    assert part.suction == pytest.approx(stop.value.reached)
    assert part.height > 0.005


def test_a_kept_draw_is_not_drawn_again(tmp_path, monkeypatch):
    first = kept_draw(tmp_path, LAYERS, CUP, 3e3, COARSE)
    assert len(list(tmp_path.iterdir())) == 1
    monkeypatch.setattr(module, "draw", None)
    again = kept_draw(tmp_path, LAYERS, CUP, 3e3, COARSE)
    np.testing.assert_array_equal(again.displacement, first.displacement)
    with pytest.raises(TypeError):  # other inputs are drawn
        kept_draw(tmp_path, LAYERS, CUP, 4e3, COARSE)
    next(tmp_path.iterdir()).write_bytes(b"PK half a file")
    with pytest.raises(TypeError):  # and so is what cannot be read
        kept_draw(tmp_path, LAYERS, CUP, 3e3, COARSE)


TWO_RANKS = """
import sys
from pathlib import Path
from cryosim.fem.draw.draw import kept_draw
from cryosim.shape.cup import Cup
from cryosim.shape.draw_options import DrawOptions
from cryosim.shape.tissue_mechanics import FAT, MUSCLE, SKIN
kept_draw(
    Path(sys.argv[1]), [(0.002, SKIN), (0.025, FAT), (0.015, MUSCLE)],
    Cup(gap=0.04, length=0.08, depth=0.06, lip=0.005), 12e3,
    DrawOptions.model_validate_json(sys.argv[2]),
)
"""


@pytest.mark.parallel
@pytest.mark.parametrize(
    "options",
    [DrawOptions(kind="round", cell=0.004), pytest.param(QUARTER, marks=pytest.mark.slow)],
    ids=lambda options: options.kind,
)
def test_the_number_of_ranks_changes_nothing(tmp_path, two_ranks, options):
    done = two_ranks(tmp_path, options.model_dump_json(), code=TWO_RANKS)
    assert done.code == 0, done.err
    one = draw(LAYERS, CUP, 12e3, options)
    two = type(one).load(next(tmp_path.glob("*.npz")))
    np.testing.assert_allclose(two.displacement, one.displacement, atol=1e-10)
    for name in ("height", "mouth", "contact_area", "swelling", "shape", "thickness", "volume"):
        np.testing.assert_allclose(getattr(two, name), getattr(one, name), rtol=1e-6, err_msg=name)
    np.testing.assert_allclose(two.contact, one.contact, atol=1e-12)
