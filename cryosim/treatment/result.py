"""What ``result.json`` says of a treatment that has come to its end."""

import platform
from dataclasses import asdict, dataclass, field
from time import perf_counter, process_time
from typing import Any

from cryosim.case.sources import bibliography_of
from cryosim.outcome.caveats import CAVEATS
from cryosim.output.history import History
from cryosim.output.provenance import versions
from cryosim.treatment.bands import Coarser, banded
from cryosim.treatment.model import Treatment
from cryosim.treatment.outcome import Outcome
from cryosim.treatment.pigmentation import pigmentation
from cryosim.treatment.summary import closure, draws, quantities
from cryosim.treatment.verdicts import with_selectivity


@dataclass
class Stopwatch:
    """Wall and core time (s) of this rank, by what it was spent on."""

    wall: dict[str, float] = field(default_factory=dict)
    core: dict[str, float] = field(default_factory=dict)
    _now: tuple[float, float] = field(default_factory=lambda: (perf_counter(), process_time()))

    def lap(self, name: str) -> None:
        """Book the time since the last lap under ``name``."""
        now = (perf_counter(), process_time())
        self.wall[name] = self.wall.get(name, 0.0) + now[0] - self._now[0]
        self.core[name] = self.core.get(name, 0.0) + now[1] - self._now[1]
        self._now = now


@dataclass(frozen=True)
class After:
    """What a treatment comes to: limits, and the months after on rank 0."""

    limits: list[dict[str, Any]]
    months: Outcome | None


def contents(
    treatment: Treatment, history: History, after: After, stopwatch: Stopwatch,
    coarser: Coarser | None, figures: str,
) -> dict[str, Any]:  # fmt: skip
    """Contents of ``result.json``.  Collective."""
    frame, comm = treatment.frame, treatment.frame.operators.team.comm
    loaded = frame.loaded
    computed = banded(frame, quantities(frame, history), coarser)
    core = {name: comm.allreduce(seconds) for name, seconds in stopwatch.core.items()}
    return {
        "status": "done",
        "title": loaded.case.title,
        "dimension": loaded.case.dimension,
        "quantities": with_selectivity(computed, after.limits),
        "outcome": dict(after.months.entries) if after.months else {},
        "limits": after.limits,
        "pigment": pigmentation(loaded.case, after.limits),
        "ledger": closure(history),
        "events": treatment.events,
        "draws": draws(frame),
        "timing": {
            **{f"{name}_s": seconds for name, seconds in stopwatch.wall.items()},
            **{f"{name}_core_s": seconds for name, seconds in core.items()},
            "ranks": comm.size,
            "unknowns": frame.operators.space.dofmap.index_map.size_global,
            "integrator": treatment.balance.integrator.name,
            "spectral_radius_per_s": treatment.balance.spectral_radius,
            **asdict(treatment.balance.work),
        },
        "figures": figures,
        "caveats": list(CAVEATS),
        "overrides": loaded.overrides,
        "sources": sorted(bibliography_of(loaded).sources),
        "versions": versions(),
        "machine": f"{platform.system()} {platform.machine()}",
        "case_hash": loaded.hash,
    }
