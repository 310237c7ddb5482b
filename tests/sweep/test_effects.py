"""Shares of variance, against closed forms."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from SALib.sample import sobol
from support.finished import treatments

from cryosim.sweep.collect import collect
from cryosim.sweep.effects import anova, effects, given_data, sobol_indices
from cryosim.sweep.making import make


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
