"""A strip is a section, and what the default mesh is good for; the suite compares the rest."""

import numpy as np
import pytest
from support.cases import even, marched

from cryosim.verify.benchmarks import freezing, layered, pennes
from cryosim.verify.benchmarks.invariance import DEPTHS, of_the_library
from cryosim.verify.cases import slab
from cryosim.verify.registry import named


def test_a_plate_that_covers_all_of_one_axis_makes_a_section_of_a_block(tmp_path):
    """A strip under a part of the face: uniform along the strip, not across it."""
    runs = []
    for dimension in (2, 3):
        case = of_the_library(dimension)
        case["mesh"] |= {"extent": ["28 mm", "9 mm"][: dimension - 1], "lateral": even(4e-3)}
        case["protocol"] = case["protocol"][:1]
        runs.append(marched(tmp_path, case, [60.0, 900.0], DEPTHS))
    assert np.abs(runs[0].T - runs[1].T).max() < 1e-3


@pytest.mark.parametrize("name", ["v2", "b02a", "b03a", "b03c_layer", "b05_varying"])
def test_default_mesh_and_tolerance_are_good_to_a_tenth_of_a_kelvin(name, monkeypatch, tmp_path):
    """At all times and depths of the benchmarks; what a case gets that says nothing of numerics."""

    def defaults(*args, **more):
        case = slab(*args, **more)
        del case["numerics"], case["mesh"]
        return case

    for module in (pennes, layered, freezing):
        monkeypatch.setattr(module, "slab", defaults)
    assert named(name).compute(tmp_path)[0].error < 0.1
