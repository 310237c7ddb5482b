"""Two independent ways to step: explicit Chebyshev stages and implicit TR-BDF2 agree."""

import numpy as np
import pytest
from mpi4py import MPI
from support.cases import cool, plate, slab, tissue, treated, uniform

from cryosim.case.load import load
from cryosim.fem.implicit import Implicit
from cryosim.thermal.chebyshev import Chebyshev
from cryosim.treatment import build as building
from cryosim.verify.registry import named


@pytest.mark.parametrize(
    "name", ["v2", "b02c_limited", "b03a", "b03c_layer", "b05_varying", "b08", "b12_boxes"]
)
def test_implicit_steps_meet_the_gates(name, tmp_path, monkeypatch):
    monkeypatch.setattr(building, "integrator_for", lambda *_: Implicit(MPI.COMM_WORLD))
    results = named(name).compute(tmp_path)
    assert results
    assert not [result for result in results if not result.passes]


def block(integrator, tolerance):
    fat = tissue(0.21, 911.0, 2348.0, W=1900.0)
    case = slab(
        [("fat", 0.02, fat)],
        depth={"finest": "0.4 mm", "growth": 1.1, "coarsest": "1.5 mm"},
        tolerance=tolerance,
        dimension=2,
        start=uniform(34.0),
        applicator=plate(400.0, size=["20 mm"]),
        protocol=[cool(-10.0, 900.0)],
        mesh={"extent": ["40 mm"]},
    )
    case["numerics"]["integrator"] = integrator
    return case


def test_both_agree_on_a_section(tmp_path):
    fields = {}
    for kind in ("explicit", "implicit"):
        with_ = treated(tmp_path, block(kind, 0.003))
        for _ in with_.march([900.0]):
            pass
        fields[kind] = with_.balance.T_mesh.copy()
    assert np.abs(fields["explicit"] - fields["implicit"]).max() < 0.01


@pytest.mark.parametrize(("radius", "kind"), [(5.0, Chebyshev), (500.0, Implicit)])
def test_the_cheaper_one_is_taken_unless_forced(radius, kind, tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(
        'title = "any"\ndimension = 1\n'
        'anatomy.layers = [{ tissue = "fat", thickness = "20 mm" }]\napplicator = {}\n'
        'protocol = [{ phase = "cool", temperature = "-5 degC", duration = "1 min" }]\n'
    )
    loaded = load(path)
    assert isinstance(building.integrator_for(loaded, radius, MPI.COMM_WORLD), kind)
    path.write_text(path.read_text() + '[numerics]\nintegrator = "explicit"\n')
    forced = building.integrator_for(load(path), radius, MPI.COMM_WORLD)
    assert isinstance(forced, Chebyshev)
