"""What ``planning.json`` says of a plan, and the sentences that it comes down to."""

from collections.abc import Mapping
from typing import Any

from cryosim.planning.evaluations import as_dict
from cryosim.planning.goal import Goal
from cryosim.planning.model import Model
from cryosim.planning.search import Judged, Search, Stop
from cryosim.planning.setting import Setting
from cryosim.planning.task import Task

Entry = dict[str, Any]

REACHED, SHORT, UNSAFE, UNREACHABLE = "reached", "short", "unsafe", "unreachable"
"""How a plan ends: as wanted; the last run in the case's own dimension is short of the target, or
breaks a limit; nothing within the ranges and limits reaches the target."""

SURPRISES = 5
"""That are told, of all."""


def content(
    task: Task, search: Search, own: Setting, best: Stop | None, greatest: Stop | None,
    fronts: Mapping[int, list[Stop]], runs: list[Entry],
) -> Entry:  # fmt: skip
    """Everything but the timing."""
    model = search.evaluate
    assert isinstance(model, Model)  # noqa: S101
    seen = [j for n in fronts for j in search.seen(n)]
    surprises = [text for n in fronts for text in search.surprises(n)]
    return {
        "status": _status(best, runs, model.goal),
        "title": task.loaded.case.title,
        "case": str(task.loaded.path),
        "dimension": task.loaded.case.dimension,
        "model_dimension": task.dimension,
        "goal": {"outcome": model.goal.outcome, "target": model.goal.target,
                 "unit": model.goal.unit},
        "margin": task.wanted.margin.value,
        "ranges": {
            "temperature [degC]": list(task.space.temperatures),
            "duration [min]": list(task.space.durations),
            "cycles": task.space.cycles,
            "pause [min]": task.rhythm.pause,
        },
        "limits": [{"key": g.key, "title": g.title, "tier": g.tier, "unit": g.unit}
                   for g in model.guards],
        "own": _judged(search, model([own])[0]),
        "answer": _stop(search, model, best),
        "greatest": _stop(search, model, greatest),
        "runs": runs,
        "correction": dict(zip(("offset", "factor"), model.correction.line, strict=True))
        | {"shifts": dict(model.correction.shifts)},
        "front": [_stop(search, model, stop) for n in fronts for stop in fronts[n]],
        "surprises": surprises[:SURPRISES],
        "surprises_in_all": len(surprises),
        "evaluations": [_judged(search, j) for j in seen],
    }  # fmt: skip


def _status(best: Stop | None, runs: list[Entry], goal: Goal) -> str:
    if best is None:
        return UNREACHABLE
    if runs[-1]["broken"]:
        return UNSAFE
    return REACHED if runs[-1]["loss"] >= 0.99 * goal.target else SHORT


def of_run(
    task: Task, goal: Goal, judged: Judged, there: Judged, result: Entry, dimension: int
) -> Entry:
    """What one run of an answer in the case's own dimension said, beside the model."""
    entry = result["outcome"].get(goal.outcome, {})
    return as_dict(judged.setting) | {
        "dimension": dimension,
        "duration [min]": task.rhythm.duration(judged.setting),
        "expected": judged.loss,
        "loss": there.loss,
        "interval": entry.get("interval"),
        "broken": there.broken,
        "limits": [
            {k: limit[k] for k in ("key", "title", "value", "unit", "warning", "error", "status")}
            for limit in result["limits"] if limit["value"] is not None
        ],
    }  # fmt: skip


def _judged(search: Search, judged: Judged) -> Entry:
    return as_dict(judged.setting) | {
        "duration [min]": search.duration(judged),
        "loss": judged.loss,
        "safe": judged.worst >= 0.0,
        "broken": " ".join(judged.broken),
    }


def _stop(search: Search, model: Model, stop: Stop | None) -> Entry | None:
    """An answer or a point of the front, and what the next colder setting breaks."""
    if stop is None:
        return None
    found: Entry = _judged(search, stop.judged) | {"limit": None, "shortest": stop.shortest}
    if stop.colder is not None and stop.limit is not None:
        guard = next(g for g in model.guards if g.key == stop.limit)
        # As the correction has it, for so it is judged.
        value = guard.value(stop.colder.margins[guard.key])
        found["limit"] = {
            "key": guard.key, "title": guard.title, "tier": guard.tier, "unit": guard.unit,
            "beyond": as_dict(stop.colder.setting) | {"value": value},
        }  # fmt: skip
    return found
