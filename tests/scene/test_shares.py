"""How much of a layer is cold, and how the fat layer thins by the day."""

from shutil import copytree

import numpy as np
import pytest

from cryosim.scene.shares import share_below
from cryosim.scene.tissue import Tissue


@pytest.mark.parametrize("n", [3, 4])
def test_the_share_of_a_simplex_is_that_of_a_closed_form(n):
    level = np.linspace(-0.1, 1.1, 25)
    corner = np.zeros(n)
    corner[1] = 1.0  # the value is one coordinate, which is spread as (1 - x)^(n - 2)
    found = [float(share_below(corner[None], t)[0]) for t in level]
    assert found == pytest.approx(1.0 - (1.0 - np.clip(level, 0.0, 1.0)) ** (n - 1))


@pytest.mark.parametrize("n", [3, 4])
def test_the_share_of_any_simplex_is_that_of_points_in_it(n):
    rng = np.random.default_rng(3)
    points = rng.dirichlet(np.ones(n), 40_000)
    for corners in rng.normal(size=(12, n)):
        level = float(rng.uniform(corners.min(), corners.max()))
        expected = float((points @ corners < level).mean())
        assert share_below(corners[None], level)[0] == pytest.approx(expected, abs=0.012)


@pytest.mark.parametrize("name", ["block", "tets", "plane"])
def test_the_share_of_a_layer_is_exact_for_a_linear_field(tissues, name):
    tissue = tissues[name]
    level = 7.35
    shares = tissue.volumes.shares(tissue.depth, level)
    assert shares == pytest.approx([1.0, (level - 2.2) / 20.0, 0.0], abs=1e-6)
    x = tissue.places[:, 0]
    assert tissue.volumes.shares(x, 11.0) == pytest.approx([86.0 / 150.0] * 3, abs=1e-6)
    assert tissue.volumes.coldest(tissue.depth) == pytest.approx([0.0, 2.2, 22.2], abs=1e-5)


@pytest.mark.parametrize("name", ["block", "plane"])
def test_the_table_is_met_on_its_days(tissues, name):
    thin = tissues[name].thinning
    for day in (30, 60, 90, 180):
        assert thin.loss_table(day) == pytest.approx(thin.tabled[0] - thin.tabled[day], abs=1e-12)


def test_between_its_days_the_mean_follows_the_course(tissues):
    thin = tissues["block"].thinning
    at = np.interp([0.0, 12.0, 30.0], thin.course_days, thin.course_lost)
    means = [float(thin.loss_table(day).mean()) for day in (0, 12, 30)]
    assert at[0] > 0.0  # an earlier session has done its part
    assert np.array(means) / means[-1] == pytest.approx(at / at[-1])


def test_a_place_of_the_table_loses_what_it_says(tissues):
    thin = tissues["block"].thinning
    places = np.array([[thin.x[4], thin.y[3], 0.0], [900.0, thin.y[0], 0.0]])
    table = thin.loss_table(90)
    assert thin.loss(places, 90) == pytest.approx([table[3, 4], table[0, -1]])


def test_days_are_told_where_there_is_a_table(tissues):
    assert tissues["block"].days() == tuple(range(181))
    assert tissues["tets"].days() == ()


def test_without_the_case_that_tells_the_sessions_there_are_no_days(folders, tmp_path):
    folder = copytree(folders["plane"], tmp_path / "plane")
    assert Tissue.open(folder).days()
    (folder / "case.toml").unlink()
    assert Tissue.open(folder).days() == ()
