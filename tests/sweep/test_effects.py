"""Shares of variance, against closed forms."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from SALib.sample import sobol
from support.finished import treatments

from cryosim.sweep.collect import collect
from cryosim.sweep.effects import anova, effects, explained, given_data, sobol_indices
from cryosim.sweep.making import make
from cryosim.sweep.plan import Design, Plan, Point, Running, Variable


def grid(function, a=(0.0, 1.0, 2.0, 3.0), b=(0.0, 1.0, 2.0)):
    inputs = pd.DataFrame(list(product(a, b)), columns=["a", "b"])
    return inputs, function(inputs["a"].to_numpy(), inputs["b"].to_numpy())


def shares(found):
    return {effect.column: effect.share for effect in found.effects}


def test_a_sum_on_a_grid_is_shared_out_by_variance():
    found = anova(*grid(lambda a, b: 2.0 * a + b), 12)
    whole = 4.0 * 1.25 + 2.0 / 3.0
    assert shares(found) == pytest.approx({"a": 5.0 / whole, "b": (2.0 / 3.0) / whole})
    assert found.interaction == pytest.approx(0.0, abs=1e-12)
    assert [effect.column for effect in found.effects] == ["a", "b"]
    assert found.note == ""


def test_a_product_about_the_middle_is_all_interaction():
    found = anova(*grid(lambda a, b: (a - 1.5) * (b - 1.0)), 12)
    assert found.interaction == pytest.approx(1.0)
    assert max(shares(found).values()) == pytest.approx(0.0, abs=1e-12)


def test_a_grid_with_holes_still_has_no_interaction_in_a_sum():
    inputs, y = grid(lambda a, b: 2.0 * a + b)
    found = anova(inputs[2:], y[2:], 12)
    assert found.interaction == pytest.approx(0.0, abs=1e-12)
    assert found.note == "2 of 12 points are missing"


def test_words_have_levels_too():
    inputs, y = grid(lambda a, b: 2.0 * a + b)
    words = inputs.assign(b=inputs["b"].map({0.0: "cup", 1.0: "plate", 2.0: "pad"}))
    assert shares(anova(words, y, 12)) == pytest.approx(shares(anova(inputs, y, 12)))


def test_sobol_indices_of_the_function_of_ishigami():
    names = ["x1", "x2", "x3"]
    problem = {"num_vars": 3, "names": names, "bounds": [[-np.pi, np.pi]] * 3}
    X = sobol.sample(problem, 1024, calc_second_order=False, seed=1)
    y = np.sin(X[:, 0]) + 7.0 * np.sin(X[:, 1]) ** 2 + 0.1 * X[:, 2] ** 4 * np.sin(X[:, 0])
    found = {effect.column: effect for effect in sobol_indices(names, y, 0).effects}
    exact = {"x1": (0.3139, 0.5576), "x2": (0.4424, 0.4424), "x3": (0.0, 0.2437)}
    for name, (first, total) in exact.items():
        effect = found[name]
        assert effect.share == pytest.approx(first, abs=effect.confidence)
        assert effect.total == pytest.approx(total, abs=effect.total_confidence)
        assert effect.confidence < 0.12
    y[7] = np.nan
    assert sobol_indices(names, y, 0).note == "1 of 1024 base samples left out: points missing"
    assert sobol_indices(names, y, 0).n == 1023 * 5
    assert sobol_indices(names, y[:-1], 0) is None, "not the points of the sampler"


def test_given_data_tell_what_explains_by_itself():
    rng = np.random.default_rng(0)
    inputs = pd.DataFrame(rng.random((200, 3)), columns=["a", "b", "c"]).assign(d="word")
    found = given_data(inputs, 2.0 * inputs["a"].to_numpy() + inputs["b"].to_numpy(), 210, 0)
    told = shares(found)
    assert told["a"] == pytest.approx(0.8, abs=0.05)
    assert told["b"] == pytest.approx(0.2, abs=0.08)
    assert told["c"] < found.noise
    assert "d" not in told
    assert "10 of 210 points are missing" in found.note
    assert given_data(inputs[:20], np.arange(20.0), 20, 0) is None, "too few"


def test_effects_follow_the_order_of_the_design_and_not_of_the_table(tmp_path):
    plan = treatments(tmp_path, title="Grid")
    table = collect(plan)
    (one,) = effects(plan, table.sample(frac=1.0, random_state=0), "fat lost after 180 d [%]")
    (same,) = effects(plan, table, "fat lost after 180 d [%]")
    assert shares(one) == pytest.approx(shares(same))
    assert one.method == "analysis of variance"
    assert sum(shares(one).values()) + one.interaction == pytest.approx(1.0)
    constant = table.assign(**{"flat [1]": 3.0})
    assert effects(plan, constant, "flat [1]") == []


def test_the_indices_of_a_sweep_are_of_the_inputs_that_its_sampler_varied(tmp_path):
    file = tmp_path / "sweep.toml"
    file.write_text(
        f'case = "{ROOT / "cases" / "flank_fold.toml"}"\n[sobol]\nsamples = 64\n'
        'spreads = ["tissue.fat.conductivity", "tissue.skin.perfusion"]\n'
        'ranges = { "anatomy.layers[2].thickness" = ["10 mm", "40 mm"] }\n',
        encoding="utf-8",
    )
    plan = make(file, tmp_path / "out").plan
    table = pd.DataFrame({
        "point": [p.name for p in plan.points], "status": "done",
        **{v.header: [p.settings[v.name] for p in plan.points] for v in plan.variables},
    })  # fmt: skip
    table["loss [%]"] = 2.0 * table["anatomy.layers[2].thickness [mm]"]
    [found] = effects(plan, table, "loss [%]")
    first = {effect.column: effect.share for effect in found.effects}
    assert first.pop("anatomy.layers[2].thickness [mm]") == pytest.approx(1.0, abs=0.1)
    assert all(abs(index) < 0.1 for index in first.values())


def in_cells(tmp_path, kind, X, cells):
    """A plan of the samples ``X`` of x1 and x2 in cells of c and d, and its table without outcomes.

    The cells are named, so that the plan tells them apart by settings only.
    """
    variables = tuple(Variable(name, "1") for name in ("x1", "x2", "c", "d"))
    points, designs = [], []
    for k, cell in enumerate(cells):
        rows = [dict(zip(("x1", "x2", "c", "d"), (*x, *cell), strict=True)) for x in X]
        named = [Point(f"{k}-{i}", 1, row) for i, row in enumerate(rows)]
        designs.append(Design(kind, ("x1", "x2"), len(X), 0, tuple(p.name for p in named)))
        points += named
    plan = Plan(tmp_path, "", "", variables, tuple(points), tuple(designs), Running())
    table = pd.DataFrame([p.settings for p in points]).set_axis(
        ["x1 [1]", "x2 [1]", "c [1]", "d [1]"], axis=1
    )
    return plan, table.assign(point=[p.name for p in points], status="done")


def unit_sobol(n):
    problem = {"num_vars": 2, "names": ["x1", "x2"], "bounds": [[0.0, 1.0]] * 2}
    return sobol.sample(problem, n, calc_second_order=False, seed=1)


def with_outcome(table):
    """2 x1 + c x2: by variance 1/3 of x1, 1/4 of c, 1/12 of both x2 and c; nothing of d."""
    x1, x2, c, _ = table.iloc[:, :4].to_numpy(dtype=float).T
    return table.assign(y=2.0 * x1 + c * x2)


@pytest.mark.parametrize("d", [(5.0,), (5.0, 6.0)])
def test_a_sobol_design_in_a_grid_has_the_indices_of_the_whole(tmp_path, d):
    cells = list(product((-1.0, 1.0), d))
    plan, table = in_cells(tmp_path, "sobol", unit_sobol(512), cells)
    [found] = effects(plan, with_outcome(table).sample(frac=1.0, random_state=0), "y")
    told = {effect.column: (effect.share, effect.total) for effect in found.effects}
    assert told["x1 [1]"] == pytest.approx((1 / 2, 1 / 2), abs=0.01)
    assert told["x2 [1]"] == pytest.approx((0.0, 1 / 8), abs=0.01)
    assert told["c [1]"] == pytest.approx((3 / 8, 1 / 2), abs=0.01)
    assert told.get("d [1]", (0.0, 0.0)) == pytest.approx((0.0, 0.0), abs=1e-12)
    assert ("d [1]" in told) == (len(d) > 1)
    assert found.n == len(table)
    assert f"over all {len(cells)} cells of the grid" in found.note


def test_a_latin_hypercube_in_a_grid_has_them_too(tmp_path):
    X = np.random.default_rng(0).random((200, 2))
    plan, table = in_cells(tmp_path, "latin", X, [(-1.0, 5.0), (1.0, 5.0)])
    table = with_outcome(table)
    table.loc[3, "y"] = np.nan
    [found] = effects(plan, table, "y")
    assert shares(found) == pytest.approx(
        {"x1 [1]": 1 / 2, "c [1]": 3 / 8, "x2 [1]": 0.0}, abs=0.05
    )
    assert found.n == 398
    assert "1 of 200 points are missing" in found.note


def test_cells_that_are_no_grid_say_which_one_is_told_of(tmp_path):
    plan, table = in_cells(tmp_path, "sobol", unit_sobol(64), [(-1.0, 5.0), (1.0, 6.0)])
    notes = [found.note for found in effects(plan, with_outcome(table), "y")]
    assert notes == ["1 of 2 such designs only: c = \N{MINUS SIGN}1, d = 5",
                     "1 of 2 such designs only: c = 1, d = 6"]  # fmt: skip


def test_effects_of_one_design_of_several_say_so(tmp_path):
    plan, table = in_cells(tmp_path, "sobol", unit_sobol(16), [(1.0, 5.0)])
    other = Design("list", ("x1", "x2"), 9, 0, plan.designs[0].points[:9])
    both = Plan(tmp_path, "", "", plan.variables, plan.points, (*plan.designs, other), Running())
    [found] = effects(both, with_outcome(table).iloc[:-4], "y")
    assert found.note.startswith("of the Sobol design only: 60 of the 60 points that are done")


def test_inputs_are_ranked_over_all_points_by_what_their_means_explain(tmp_path):
    _, table = in_cells(tmp_path, "latin", np.random.default_rng(0).random((200, 2)),
                        [(-1.0, 5.0), (1.0, 5.0)])  # fmt: skip
    found = explained(with_outcome(table), ["x2 [1]", "c [1]", "x1 [1]"], "y")
    assert list(found) == ["x1 [1]", "c [1]", "x2 [1]"]
    assert found["c [1]"] == pytest.approx(3 / 8, abs=0.05)
    assert found["x2 [1]"] == pytest.approx(0.0, abs=0.02)
