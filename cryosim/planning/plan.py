"""A plan from the case file to its folder, in one straight line."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

from cryosim.errors import Interrupted
from cryosim.output.files import write_json, write_text
from cryosim.planning import told
from cryosim.planning.confirm import ran
from cryosim.planning.evaluations import TABLE_FILE, Evaluations, Watch, write_table
from cryosim.planning.goal import goal_of, refuse_what_does_not_rise
from cryosim.planning.margins import guards_of
from cryosim.planning.model import Correction, Model
from cryosim.planning.search import Judged, Search, Stop
from cryosim.planning.setting import Setting
from cryosim.planning.task import PLANNED_FILE, Task, own_setting, planned_text, prepared
from cryosim.uncertainty.outcomes import outcomes_of
from cryosim.uncertainty.samples import base_of
from cryosim.uncertainty.workers import cores, working

PLAN_FILE = "planning.json"

RUNS = 3
"""In the case's own dimension at most; an assumption."""

SHORT, SURPLUS = 0.01, 0.05
"""Parts of the target by which a run in the case's own dimension may be below or above it: about
what a mesh may be wrong by, and what is not worth another run.  Assumptions."""

Say = Callable[[str], None]
"""Called with what is looked for now."""


def plan(
    task: Task, workers: int | None = None, watch: Watch | None = None, say: Say = lambda _: None
) -> dict[str, Any]:
    """Search, confirm, write the folder of the plan; return what ``planning.json`` says."""
    began = perf_counter()
    base = base_of(task.loaded, task.dimension)
    prepared(task)
    with working(workers or cores()) as team:
        evaluations = Evaluations(task.out, task.loaded, task.template, base, team, watch)
        try:
            found = _planned(task, evaluations, say)
        except KeyboardInterrupt as error:
            raise Interrupted(
                f"stopped after {evaluations.ran} evaluations as asked; they are kept in "
                f"{task.out}, and the same command goes on with them"
            ) from error
    timing = {"wall_s": perf_counter() - began, "core_s": evaluations.core_s,
              "evaluations": len(evaluations.known), "run_now": evaluations.ran}  # fmt: skip
    content = found | {"timing": timing}
    if content["answer"] is None:  # of an earlier plan, or what a run found wanting
        (task.out / PLANNED_FILE).unlink(missing_ok=True)
    write_table(task.out / TABLE_FILE, content["evaluations"])
    write_json(task.out / PLAN_FILE, content)
    return content


def _planned(task: Task, evaluations: Evaluations, say: Say) -> dict[str, Any]:
    """Everything but the timing."""
    own = own_setting(task)
    say("the case itself")
    [outcomes] = evaluations([own])
    goal = goal_of(task.wanted, outcomes)
    guards = guards_of(task.loaded.case.limits, task.wanted.margin)
    model = Model(evaluations, goal, guards)
    say("the map")
    grid = Search(model, task.rhythm, task.space)
    grid.grid(1)
    refuse_what_does_not_rise(goal, grid.seen(1))
    search, best, runs = _confirmed(task, model, say)
    say("the front")
    fronts = {n: search.front(n) for n in range(1, task.space.cycles + 1)}
    greatest = None if best else search.greatest()
    return told.content(task, search, own, best, greatest, fronts, runs)


def _confirmed(
    task: Task, model: Model, say: Say
) -> tuple[Search, Stop | None, list[dict[str, Any]]]:
    """The last search, its answer, and what runs of the answers in the case's dimension said."""
    runs: list[dict[str, Any]] = []
    own = task.loaded.case.dimension if task.wanted.confirm else task.dimension
    while True:
        search = Search(model, task.rhythm, task.space)
        best = shortest(search, model.goal.target, say)
        if best is None:
            return search, None, runs
        say(f"{best.judged.setting} in {own}-D")
        result = _run(task, best.judged.setting, own, len(runs) + 1)
        found = outcomes_of(result)
        there = replace(model, correction=Correction()).judged(best.judged.setting, found)
        runs.append(told.of_run(task, model.goal, best.judged, there, result, own))
        if own == task.dimension or len(runs) == RUNS or _good(there, model.goal.target):
            return search, best, runs
        model = model.corrected(best.judged, found)


def _good(there: Judged, target: float) -> bool:
    """Whether a run is safe and near enough to the ``target``."""
    return there.worst >= 0.0 and (1 - SHORT) * target <= there.loss <= (1 + SURPLUS) * target


def shortest(search: Search, target: float, say: Say = lambda _: None) -> Stop | None:
    """The shortest safe treatment that reaches the ``target``, with any number of cycles."""
    found = []
    for n in range(1, search.space.cycles + 1):
        cycles = f" with {n} cycles" if n > 1 else ""
        say(f"the map{cycles}")
        search.grid(n)
        say(f"the shortest time{cycles}")
        found.append(search.answer(n, target))
    reached = [stop for stop in found if stop is not None]
    return min(reached, key=lambda stop: search.duration(stop.judged), default=None)


def _run(task: Task, setting: Setting, dimension: int, number: int) -> dict[str, Any]:
    """Write the planned case, and run it in ``dimension``."""
    write_text(task.out / PLANNED_FILE, planned_text(task, setting, task.loaded.case.dimension))
    case = task.out / PLANNED_FILE
    if dimension != task.loaded.case.dimension:
        case = task.out / f"planned_{dimension}d.toml"
        write_text(case, planned_text(task, setting, dimension))
    return ran(case, task.out / f"run_{number}")
