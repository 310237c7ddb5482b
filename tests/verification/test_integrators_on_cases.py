"""Explicit and implicit steps give the same numbers on every case of ``cases/``.

A temperature may differ by twice the tolerance of a step that the case has: the march of either is
off by about one.  All other numbers follow from temperatures, so what they may differ by does too:

- what counts tissue below the threshold lies between its values for a threshold so much lower and
  higher;
- what an ideal controller asks of its pump answers to the temperature of the plate by its heat
  capacity over the response time;
- the rest may differ by the share that this is of ``SPAN`` of its largest value.

Blocks are coarser than the case asks for and mesh files end early, at the tolerance of the case.
Cups are taken in a section.  Ice is left out: the time of an event that is drawn by chance turns on
the last digits of the hazard, and all that follows on it.
"""

from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import pytest
from conftest import ROOT
from mpi4py import MPI

from cryosim.case.load import load
from cryosim.output.history import History
from cryosim.thermal.chebyshev import Chebyshev
from cryosim.treatment import build as building
from cryosim.treatment.bands import scaled
from cryosim.treatment.observe import observe
from cryosim.treatment.phases import output_times
from cryosim.treatment.summary import quantities

COMM = MPI.COMM_WORLD
CASES = sorted((ROOT / "cases").glob("*.toml"))
COARSER = {1: 1.0, 2: 2.0, 3: 3.0}
"""How much coarser cells are, by dimension."""
END = 600.0
"""End (s) of a case on a mesh file."""
SPAN = 20.0
"""Temperatures (K) over which lipid of the library melts."""
ROUNDING = 1e-9

_THRESHOLD = ("below threshold", "threshold depth", "threshold front")


@dataclass
class Numbers:
    """Every number of a run by its name: one value, or one for each output time."""

    integrator: type
    values: dict[str, np.ndarray]


def smaller(loaded):
    """The case with larger cells; one on a mesh file as it is."""
    case = loaded.case
    if any(applicator.kind == "cup" for applicator in case.applicator):
        case = case.model_copy(update={"dimension": 2})
    if case.nucleation.event != "none":
        still = case.nucleation.model_copy(update={"event": "none", "at": None})
        case = case.model_copy(update={"nucleation": still})
    ratio = COARSER[case.dimension] if case.mesh.file is None else 1.0
    mesh = case.mesh
    if ratio > 1.0:
        grades = {"depth": case.depth_grading, "lateral": mesh.lateral}
        mesh = mesh.model_copy(update={k: scaled(g, ratio) for k, g in grades.items()})
    numerics = case.numerics.model_copy(update={"tolerance": case.tolerance})
    return replace(loaded, case=case.model_copy(update={"mesh": mesh, "numerics": numerics}))


def changed(loaded, part, **values):
    new = getattr(loaded.case, part).model_copy(update=values)
    return replace(loaded, case=loaded.case.model_copy(update={part: new}))


def numbers(loaded, integrator, monkeypatch, shifts=(0.0,)):
    """Numbers of tables and result.json, marched once; for each shift (K) of the threshold."""
    end = np.inf if loaded.case.mesh.file is None else END
    stops = [t for t in output_times(loaded) if t <= end]
    taken = []
    choose = building.integrator_for
    with monkeypatch.context() as patch:
        patch.setattr(building, "integrator_for", lambda *a: taken.append(choose(*a)) or taken[-1])
        treatment = building.build(changed(loaded, "numerics", integrator=integrator), COMM)
        frames = [_with_threshold(treatment.frame, by) for by in shifts]
        histories = [History(frame.line_depth) for frame in frames]
        for landed in chain([True], treatment.march(stops)):
            for frame, history in zip(frames if landed else (), histories, strict=False):
                treatment.frame = frame
                seen = observe(treatment)
                history.append(seen.time, seen.rows, seen.line.tolist())
    return [
        Numbers(type(taken[-1]), _by_name(frame, history))
        for frame, history in zip(frames, histories, strict=True)
    ]


def _with_threshold(frame, by):
    threshold = frame.loaded.case.output.threshold + by
    return replace(frame, loaded=changed(frame.loaded, "output", threshold=threshold))


def _by_name(frame, history):
    found = {
        f"{table}: {name}": history.column(table, name)
        for table in history.rows
        for name in history.columns(table)
        if not name.startswith("residual")
    }
    if history.line[0]:
        found["profile [degC]"] = np.array(history.line)
    for name, entry in quantities(frame, history).items():
        found[f"result: {name} [{entry['unit']}]"] = np.array([entry["value"]])
    return found


def differences(loaded, explicit, implicit, bounds):
    """Number -> how far apart the two are, in units of what they may be; NaN agrees with NaN."""
    may = 2.0 * loaded.case.tolerance
    apart = {}
    for name, a in explicit.values.items():
        b = implicit.values[name]
        assert (np.isnan(a) == np.isnan(b)).all(), name
        largest = np.nanmax(np.abs(a))
        slack = ROUNDING * largest + 1e-12
        if any(word in name for word in _THRESHOLD):
            low, high = (bound.values[name] for bound in bounds)
            beyond = np.maximum(np.maximum(low - b, b - high), 0.0)
            room = np.maximum(high - low, slack)
            apart[name] = float(np.nanmax(np.where(beyond > slack, 1.0 + beyond / room, 0.0)))
        elif name.endswith(("pumped [mW/cm^2]", "saturation [1]")):
            [device] = [p.device for p in loaded.case.applicator if p.device is not None]
            flux = may * device.heat_capacity / device.controller.response
            allowed = flux * 0.1 if "pumped" in name else flux / device.pump.greatest(263.15)
            apart[name] = float(np.nanmax(np.abs(a - b)) / allowed)
        else:
            allowed = (
                may
                if name.endswith("[degC]") or "temperature" in name
                else (may / SPAN * largest + slack)
            )
            apart[name] = float(np.nanmax(np.abs(a - b)) / allowed)
    return apart


def compared(loaded, other, monkeypatch):
    """Differences of explicit steps of ``loaded`` and implicit ones of ``other``."""
    may = 2.0 * loaded.case.tolerance
    explicit, *bounds = numbers(loaded, "explicit", monkeypatch, (0.0, -may, may))
    [implicit] = numbers(other, "implicit", monkeypatch)
    assert explicit.integrator is Chebyshev
    assert implicit.integrator is not Chebyshev
    return differences(loaded, explicit, implicit, bounds)


@pytest.mark.slow
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_both_agree_on_every_number(path, monkeypatch):
    loaded = smaller(load(path))
    apart = compared(loaded, loaded, monkeypatch)
    assert len(apart) > 20
    worst = max(apart, key=apart.get)
    print(f"{path.stem}: {len(apart)} numbers and columns, worst {apart[worst]:.2f}: {worst}")
    assert apart[worst] <= 1.0, {k: v for k, v in apart.items() if v > 1.0}


def test_other_tissue_would_be_seen(monkeypatch):
    loaded = smaller(load(ROOT / "cases" / "column_rewarm.toml"))
    fat = loaded.tissues["fat"]
    other_fat = fat.model_copy(update={"conductivity": 1.01 * fat.conductivity})
    other = replace(loaded, tissues={**loaded.tissues, "fat": other_fat})
    apart = compared(loaded, other, monkeypatch)
    seen = {name.split(": ")[0] for name, by in apart.items() if by > 1.0}
    assert {"probes", "layers", "device", "result"} <= seen
