"""A plan that was checked and can begin: its case, its ranges, its protocol left open."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryosim.case.load import Loaded, load
from cryosim.case.protocol import Repeat
from cryosim.case.toml import text_of
from cryosim.errors import CaseError
from cryosim.planning.goal import Wanted, check
from cryosim.planning.setting import Rhythm, Setting, Template, template_of
from cryosim.planning.space import STEP, Space
from cryosim.uncertainty.samples import base_of, default_dimension
from cryosim.units import ZERO_CELSIUS

PLANNED_FILE = "planned.toml"

COLDEST, WARMEST = -100.0, 100.0
"""What a case file takes of a temperature (degC), see ``Temperature`` of the units."""

_CASES = (PLANNED_FILE, "planned_?d.toml", "run_*/case.toml")
"""Case files that a plan writes or takes away."""


@dataclass(frozen=True)
class Task:
    """A plan that was checked and can begin."""

    loaded: Loaded
    wanted: Wanted
    template: Template
    dimension: int
    space: Space
    out: Path

    @property
    def rhythm(self) -> Rhythm:
        """What takes time beside the cooling."""
        return self.template.rhythm


def task_of(path: Path, wanted: Wanted, out: Path | None) -> Task:
    """The plan of the case at ``path``; raises CaseError for what cannot be planned."""
    if wanted.pause < 0.0:
        raise CaseError(f"--pause {wanted.pause:g} min: expected no less than 0 min")
    check(wanted)
    loaded = load(path)
    template = template_of(loaded, wanted.phase, wanted.pause)
    dimension = wanted.dimension or default_dimension(loaded)
    if dimension > loaded.case.dimension:
        raise CaseError(
            f"--dimension {dimension}: the case has {loaded.case.dimension}; expected at most that"
        )
    space = Space(wanted.temperatures, wanted.durations, wanted.cycles, template.shortest)
    _refuse_nothing_inside(space, template)
    folder = out or Path("results") / f"{path.stem}_plan"
    return Task(loaded, wanted, template, dimension, space, folder)


def _refuse_nothing_inside(space: Space, template: Template) -> None:
    """Raise CaseError unless a temperature and a time can be set within the ranges."""
    (cold, warm), (short, long) = space.temperatures, space.durations
    if cold < COLDEST or warm > WARMEST:
        raise CaseError(
            f"--temperature {cold:g} degC to {warm:g} degC: expected within {COLDEST:g} degC and "
            f"{WARMEST:g} degC"
        )
    if not space.columns():
        raise CaseError(
            f"--temperature {cold:g} degC to {warm:g} degC: no step of {STEP:g} K is between; "
            "expected a wider range"
        )
    if short < 0.0:
        raise CaseError(f"--time {short:g} min: expected no less than 0 min")
    if template.rhythm.time(long, 1) < template.shortest:
        raise CaseError(
            f"--time up to {long:g} min: the rest of the treatment and the ramp take longer; "
            "expected a longer time"
        )
    if not space.times(template.rhythm, 1):
        raise CaseError(
            f"--time {short:g} min to {long:g} min: no step of {STEP:g} min is between; expected "
            "a wider range"
        )


def prepared(task: Task) -> None:
    """Make the folder of the plan, before anything is run; raises CaseError if it cannot be."""
    folder, case = task.out, task.loaded.path
    own = [file for name in _CASES for file in folder.glob(name)]
    if any(file.samefile(case) for file in own if file.exists()):
        raise CaseError(f"{folder} holds the case that is planned; choose another with --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CaseError(f"{folder} is no folder to write to: {error.strerror or error}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CaseError(f"{folder} is no folder to write to: permission denied")


def own_setting(task: Task) -> Setting:
    """The protocol of the case itself."""
    phases = task.loaded.case.protocol
    place = len(task.template.lead) + task.template.place
    times = [phase.times for phase in phases if isinstance(phase, Repeat)]
    phase: Any = phases[place]
    return Setting(
        times[0] if times else 1, round(phase.temperature - ZERO_CELSIUS, 6), phase.duration / 60.0
    )


def planned_text(task: Task, setting: Setting, dimension: int) -> str:
    """The case with the planned protocol, as a file of its own."""
    given: Mapping[str, Any] = task.loaded.expanded.fields
    fields = base_of(task.loaded, dimension) | {"dimension": dimension}
    fields.pop("output", None)
    fields |= {key: given[key] for key in ("output", "uncertainty") if key in given}
    fields["title"] = f"{task.loaded.case.title}; planned: {setting}"
    return text_of(fields | {"protocol": task.template.protocol(setting)})
