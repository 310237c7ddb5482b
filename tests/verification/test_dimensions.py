"""The same treatment in one, two and three dimensions, and what the default mesh is good for."""

import numpy as np
import pytest
from support import benchmarks
from support.cases import degC, even, graded, marched, plate, slab

TIMES = [60.0, 600.0, 900.0, 1500.0]
DEPTHS = [0.0, 0.0005, 0.0022, 0.005, 0.01, 0.02]


def treatment_of_the_library(dimension):
    """Skin, fat with latent heat and muscle of the library under a whole plate with a gel pad."""
    size = ["12 mm", "9 mm"][: dimension - 1]
    case = slab(
        [("skin", 0.0022, {}), ("fat", 0.015, {}), ("muscle", 0.01, {})],
        depth=graded(2.5e-4, 1.2, 1.5e-3),
        dimension=dimension,
        mesh={"extent": size, "lateral": even(4e-3)} if size else {},
        tolerance=0.05,
        applicator=plate(800.0, size=size, gel={"thickness": "1 mm", "cells": 4}),
        protocol=[
            {"phase": "cool", "temperature": degC(-11.0), "ramp": "60 s", "duration": "900 s"},
            {"phase": "remove", "duration": "600 s"},
        ],
    )
    del case["blood"], case["tissue"]
    return case


@pytest.fixture(scope="module")
def column(tmp_path_factory):
    return marched(tmp_path_factory.mktemp("column"), treatment_of_the_library(1), TIMES, DEPTHS)


@pytest.mark.parametrize("dimension", [2, 3])
def test_lateral_uniformity_makes_a_column_of_a_block(dimension, column, tmp_path):
    run = marched(tmp_path, treatment_of_the_library(dimension), TIMES, DEPTHS)
    assert np.abs(run.T - column.T).max() < 1e-3
    across = np.prod([0.012, 0.009][: dimension - 1])
    for name in ("applicator", "perfusion", "lipid latent", "sensible"):
        expected = across * column.entry(name)
        assert run.entry(name) == pytest.approx(
            expected, rel=1e-5, abs=1e-6 * np.abs(expected).max()
        )
    assert run.residual < 1e-9


def test_a_plate_that_covers_all_of_one_axis_makes_a_section_of_a_block(tmp_path):
    """A strip under a part of the face: uniform along the strip, not across it."""
    runs = []
    for dimension in (2, 3):
        case = treatment_of_the_library(dimension)
        case["mesh"] |= {"extent": ["28 mm", "9 mm"][: dimension - 1], "lateral": even(4e-3)}
        case["protocol"] = case["protocol"][:1]
        runs.append(marched(tmp_path, case, [60.0, 900.0], DEPTHS))
    assert np.abs(runs[0].T - runs[1].T).max() < 1e-3


@pytest.mark.parametrize("name", ["v2", "b02a", "b03a", "b03c_layer", "b05_varying"])
def test_default_mesh_and_tolerance_are_good_to_a_tenth_of_a_kelvin(name, monkeypatch, tmp_path):
    """At all times and depths of the benchmarks; what a case gets that says nothing of numerics."""
    made = benchmarks.slab

    def defaults(*args, **more):
        case = made(*args, **more)
        del case["numerics"], case["mesh"]
        return case

    monkeypatch.setattr(benchmarks, "slab", defaults)
    assert benchmarks.ALL[name](tmp_path)[0].off < 0.1
