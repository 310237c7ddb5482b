"""The parametric fold: volumes, contact, smoothness, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryosim.errors import CaseError
from cryosim.shape.cup import Cup
from cryosim.shape.fill import strain_energy
from cryosim.shape.fold import TIP_OVER_HALF_GAP, FoldShape
from cryosim.shape.lattice import Strain

LARGE = {"gap": 0.040, "length": 0.080, "depth": 0.050}
SMALL = {"gap": 0.024, "length": 0.060, "depth": 0.020}
TROUGH = {"form": "trough", "gap": 0.070, "length": 0.120, "depth": 0.035}
LAYERS = [0.002, 0.025, 0.015]
THIN = [0.002, 0.009, 0.010]


def fold(cup, height="roof", **changes):
    return FoldShape(cup=Cup(**cup), height=height, **changes)


@pytest.fixture(scope="module")
def section():
    return fold(LARGE, 0.038).drawn(LAYERS, [0.100])


@pytest.fixture(scope="module")
def quarter():
    return fold(LARGE, 0.038).drawn(LAYERS, [0.090, 0.100])


def skin(drawn):
    """Places of the skin lattice of a section."""
    x = drawn.axes[0]
    return np.column_stack([x, np.zeros(x.size)]) + drawn.displacement[:, -1]


@settings(max_examples=8, deadline=None)
@given(
    gap=st.floats(0.02, 0.06), rise=st.floats(0.7, 1.0), skin=st.floats(0.0012, 0.003),
    fat=st.floats(0.5, 1.2), muscle=st.floats(0.006, 0.03), width=st.floats(2.2, 4.0),
    draft=st.floats(0.0, 8.0),
)  # fmt: skip
def test_every_layer_of_a_section_keeps_its_volume(gap, rise, skin, fat, muscle, width, draft):
    cup = {"gap": gap, "length": 2 * gap, "depth": 1.1 * gap, "lip": 0.15 * gap, "draft": draft}
    layers = [skin, fat * gap, muscle]
    drawn = fold(cup, rise * gap).drawn(layers, [width * gap])
    assert drawn.volume[:, 0] == pytest.approx(2.0 * width * gap * np.array(layers))
    assert drawn.volume[:, 1] == pytest.approx(drawn.volume[:, 0], rel=2e-3)
    strain = Strain.of(drawn.axes, drawn.displacement)
    assert strain.least > 0.05
    assert drawn.shape > 0.05
    assert 0.2 < drawn.swelling[0] < drawn.swelling[1] < 4.0
    mean = np.average(strain.ratio, weights=strain.rest)
    assert mean == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("cup", "height", "layers", "extent"),
    [
        (LARGE, 0.038, LAYERS, [0.090, 0.100]),
        (LARGE | {"length": 0.120}, 0.038, LAYERS, [0.090, 0.120]),
        (SMALL, 0.017, THIN, [0.050, 0.060]),
        (TROUGH, "roof", LAYERS, [0.120, 0.120]),
        (TROUGH, 0.030, [0.002, 0.010, 0.015, 0.015], [0.120, 0.100]),
    ],
)
def test_every_layer_of_a_body_keeps_its_volume(cup, height, layers, extent):
    drawn = fold(cup, height).drawn(layers, extent)
    assert drawn.volume[:, 0] == pytest.approx(4.0 * np.prod(extent) * np.array(layers))
    assert drawn.volume[:, 1] == pytest.approx(drawn.volume[:, 0], rel=2e-3)
    assert Strain.of(drawn.axes, drawn.displacement).least > 0.1
    assert drawn.thickness[:, 0] == pytest.approx(layers)
    assert drawn.thickness[:, 1].sum() == pytest.approx(sum(layers) + drawn.mouth + drawn.height)


def test_the_contact_has_the_length_of_the_rule(section):
    a, rb = 0.020, 0.006
    wall = 0.038 - rb - TIP_OVER_HALF_GAP * a
    assert section.contact_area == pytest.approx(2.0 * wall)
    x = skin(section)
    length = np.hypot(*np.diff(x, axis=0).T)
    share = 0.5 * (section.contact[1:] + section.contact[:-1])
    assert length @ share == pytest.approx(wall, rel=0.01)
    touching = section.contact == 1.0
    assert x[touching, 0] == pytest.approx(np.full(touching.sum(), a))


def test_contact_on_the_lattice_of_a_body_has_the_area_that_is_told(quarter):
    x = quarter.displacement[:, :, -1] + np.stack(
        [*np.meshgrid(*quarter.axes[:-1], indexing="ij"), np.zeros(quarter.contact.shape)], axis=-1
    )
    one, other = x[1:, 1:] - x[:-1, :-1], x[:-1, 1:] - x[1:, :-1]
    area = 0.5 * np.linalg.norm(np.cross(one, other), axis=-1)
    c = quarter.contact
    share = 0.25 * (c[1:, 1:] + c[:-1, :-1] + c[1:, :-1] + c[:-1, 1:])
    wall, ridge = 0.015, 0.020
    assert quarter.contact_area == pytest.approx(4.0 * wall * ridge, rel=1e-4)
    assert 4.0 * (area * share).sum() == pytest.approx(quarter.contact_area, rel=0.02)


def test_skin_is_a_parallel_layer_thinned_by_its_stretch(section):
    x, z = section.axes
    at = np.column_stack([x, np.zeros(x.size)])
    top, under = (at + section.displacement[:, k] + [0.0, z[k]] for k in (-1, z.size - 5))
    assert z[-5] == pytest.approx(-0.002)
    thickness = np.linalg.norm(top[:, None] - under[None, :], axis=-1).min(axis=1)
    length = np.hypot(*np.diff(top, axis=0).T).sum()
    even = 0.002 * 0.100 / length
    assert np.median(thickness) == pytest.approx(even, rel=0.05)
    assert np.abs(thickness / even - 1.0).max() < 0.15


def test_sides_move_along_z_alone_and_the_base_stays_level(section, quarter):
    assert section.displacement[[0, -1], :, 0] == pytest.approx(0.0, abs=1e-12)
    assert quarter.displacement[-1, ..., :2] == pytest.approx(0.0, abs=1e-9)
    assert quarter.displacement[:, -1, :, :2] == pytest.approx(0.0, abs=1e-9)
    assert quarter.displacement[0, ..., 0] == pytest.approx(0.0, abs=1e-12)
    assert quarter.displacement[:, 0, :, 1] == pytest.approx(0.0, abs=1e-12)
    for drawn in (section, quarter):
        assert drawn.displacement[..., 0, -1] == pytest.approx(0.0, abs=1e-12)


def test_the_whole_block_is_symmetric(quarter):
    rng = np.random.default_rng(5)
    points = rng.uniform([-0.09, -0.10, -0.042], [0.09, 0.10, 0.0], (200, 3))
    for sign in ([-1.0, 1.0, 1.0], [1.0, -1.0, 1.0]):
        assert quarter.at(points * sign) == pytest.approx(quarter.at(points) * sign)


def test_the_straight_part_goes_over_into_the_ends_smoothly(quarter):
    """The gradient jumps at the end of the ridge by no more than it varies beside it."""
    y = quarter.axes[1]
    join = int(np.searchsorted(y, 0.020 - 1e-9))
    assert y[join] == pytest.approx(0.020)
    slope = np.diff(quarter.displacement, axis=1) / np.diff(y)[None, :, None, None]
    jump = np.abs(np.diff(slope, axis=1)).max(axis=(0, 2, 3))
    assert jump[join - 1] < 1.5 * max(jump[join - 3], jump[join + 1])


def test_the_middle_of_a_long_fold_is_nearly_the_section():
    long = fold(LARGE | {"length": 0.300}, 0.038).drawn(LAYERS, [0.100, 0.200])
    middle = fold(LARGE, 0.038).drawn(LAYERS, [0.100])
    assert long.mouth > middle.mouth
    top = long.displacement[:, 0, -1]
    section = middle.at(np.column_stack([long.axes[0], np.zeros(top.shape[0])]))
    assert top[:, 0] == pytest.approx(section[:, 0], abs=2e-3)


def test_the_roof_between_plates_is_touched_and_does_not_cool():
    drawn = fold(LARGE, tip_radius=0.014).drawn(LAYERS, [0.100])
    assert drawn.height == 0.050
    assert drawn.contact[0] == 0.0
    assert drawn.contact_area == pytest.approx(2.0 * (0.050 - 0.014 - 0.006))


def test_a_full_trough_is_touched_from_crest_to_lip():
    drawn = fold(TROUGH).drawn(LAYERS, [0.120])
    x = skin(drawn)
    touching = drawn.contact == 1.0
    assert touching[0]
    roof = drawn.mouth + 0.035 * (1.0 - (x[touching, 0] / 0.035) ** 2)
    assert x[touching, 1] == pytest.approx(roof, abs=2e-5)


def test_the_gradient_of_the_strain_energy_is_that_of_its_value():
    rng = np.random.default_rng(0)
    x = np.stack(np.meshgrid(np.arange(5.0), np.arange(4.0), indexing="ij"), axis=-1)
    x += 0.4 * rng.random(x.shape)
    x[2, 2, 0] += 1.5
    around, weight = 1.0 + 0.1 * rng.random((5, 4)), 1.0 + rng.random(5)
    way = rng.random(x.shape)

    def energy(step):
        return strain_energy(x + step * way, (np.full(4, 1.1), 0.9), around, weight)

    rate = (energy(1e-6)[0] - energy(-1e-6)[0]) / 2e-6
    assert (energy(0.0)[1] * way).sum() == pytest.approx(rate, rel=1e-6)


@pytest.mark.parametrize(
    ("cup", "change", "layers", "extent", "message"),
    [
        (LARGE, {"height": 0.060}, LAYERS, [0.1], r"height = 60 mm: higher than the cup.*50 mm"),
        (LARGE, {"height": 0.020}, LAYERS, [0.1], "height = 20 mm: too low"),
        (LARGE, {}, LAYERS, [0.1], 'tip_radius = "auto": no rule'),
        (LARGE, {"height": 0.04, "tip_radius": 0.021}, LAYERS, [0.1], "wider than the cup"),
        (LARGE, {"height": 0.04, "tip_radius": 0.002}, LAYERS, [0.1], "too sharp for 2 mm of skin"),
        (LARGE | {"draft": 30.0}, {"height": 0.038}, LAYERS, [0.1], "draft = 30: the plates would"),
        (TROUGH, {"tip_radius": 0.01}, LAYERS, [0.1], 'expected "auto"'),
        (TROUGH, {"height": 0.004}, LAYERS, [0.1], "would not touch the trough"),
        (LARGE, {"height": 0.038}, LAYERS, [0.025], "expected a wider block"),
        (LARGE, {"height": 0.038}, LAYERS, [0.1, 0.045], "the cup is longer than the block"),
        (LARGE | {"length": 0.03}, {"height": 0.038}, LAYERS, [0.1, 0.1], "shorter than the gap"),
        (LARGE, {"height": 0.038}, LAYERS, [0.028], "takes more tissue than the block has"),
        (LARGE, {"height": 0.038}, [0.002, 0.005, 0.015], [0.1], "5 mm of fat would be thinned"),
        (LARGE, {"height": 0.038}, [0.002, 0.025], [0.1], "add the muscle"),
    ],
)
def test_what_makes_no_fold_is_refused(cup, change, layers, extent, message):
    with pytest.raises(CaseError, match=message):
        fold(cup, **change).drawn(layers, extent)


def test_a_lattice_that_folds_over_has_no_positive_least_ratio():
    axes = (np.linspace(0.0, 1.0, 5), np.linspace(-1.0, 0.0, 5))
    displacement = np.zeros((5, 5, 2))
    displacement[2, 4, 0] = 0.3
    strain = Strain.of(axes, displacement)
    assert strain.least == pytest.approx(-0.2)
    assert strain.where[1] == pytest.approx(-0.125)
    assert strain.shape < 0.0
    assert (strain.rest * strain.ratio).sum() == pytest.approx(1.0)
