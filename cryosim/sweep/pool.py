"""Points run side by side on this machine, as many as its cores have ranks for."""

import shlex
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from cryosim.errors import CaseError, Interrupted
from cryosim.sweep import warm
from cryosim.sweep.attempt import OUTPUT_FILE, prune
from cryosim.sweep.floor import Floor
from cryosim.sweep.launch import Launch
from cryosim.sweep.plan import Plan, Point
from cryosim.sweep.reasons import LOG_FILE, printed_since, size_of
from cryosim.sweep.seat import GRACE
from cryosim.sweep.states import DONE, FAILED, TAKEN, State, state_of

_LOOK = 1.0
"""Time (s) between two looks at what others, or a first point, have compiled."""

_MARCHES = " INFO t = "
"""What a run writes to its log at its first output: by then all it needs is compiled."""

_NOT_COMPILED = "JIT compilation timed out"
"""FFCx's words for a form that another is compiling, or was killed over."""

_COMPILES = 60.0
"""Time (s) within which a form is compiled once it was begun; assumption."""


@dataclass(frozen=True)
class Tally:
    """How many points there are of each state."""

    tried: Counter[str] = field(default_factory=Counter)
    """Those that were tried now."""
    left: Counter[str] = field(default_factory=Counter)
    """Those that were not: done before, running elsewhere, or failed for good."""

    @property
    def failed(self) -> int:
        """Points that have failed, now or before."""
        return sum(self.tried[kind] + self.left[kind] for kind in FAILED)


@dataclass(frozen=True)
class Happened:
    """Something to tell of a point."""

    event: Literal["begun", "ended", "passed over"]
    """Passed over is what another runs or has run since."""
    point: Point
    state: State | None
    """None where it begins."""
    tally: Tally
    waiting: int
    """Points that are still to be begun."""


Watch = Callable[[Happened], None]


def work(
    plan: Plan,
    names: Sequence[str] | None,
    cores: int,
    *,
    launch: Launch | None = None,
    watch: Watch | None = None,
    oversubscribe: bool = False,
    grace: float = GRACE,
    only_warm: bool = False,
) -> Tally:
    """Run the points ``names``, all if None, that are not done, on so many ``cores``.

    With ``only_warm`` only until all that they need is compiled: a point that began goes on later.
    Points that fail raise nothing, and those that others run are left to them.  Raises CaseError
    if a point has more ranks than there are cores, MissingTool if ranks cannot be started, and
    Interrupted after SIGTERM or SIGINT, once all points have written their restart files.
    """
    how = launch or Launch()
    points = _chosen(plan, names)
    _refuse_unfit(points, cores, how, oversubscribe=oversubscribe)
    floor = Floor(plan, cores, how, grace)
    shift = _Shift(plan, floor, watch)
    shift.look(points)
    with _asked_to_stop(floor) as asked:
        try:
            shift.warm(asked)
            if only_warm:
                floor.stop()
            shift.run([signal.SIGTERM] if only_warm else asked)
        finally:
            floor.close()
    if asked:
        raise Interrupted(
            f"stopped as asked, {sum(shift.tally.tried.values())} points were tried; go on with: "
            f"cryosim sweep run {shlex.quote(str(plan.folder))}"
        )
    return shift.tally


class _Shift:
    """What is to do, and what has become of it."""

    def __init__(self, plan: Plan, floor: Floor, watch: Watch | None) -> None:
        self._plan, self._floor, self._watch = plan, floor, watch
        self.tally = Tally()
        self._todo: dict[int, deque[Point]] = {}
        self._again: set[str] = set()

    def look(self, points: Sequence[Point]) -> None:
        """Sort out what is to do."""
        for point in sorted(points, key=lambda point: -point.ranks):
            folder = self._plan.folder_of(point)
            state = state_of(folder)
            if state.kind in TAKEN:
                self._todo.setdefault(self._floor.cores_of(point), deque()).append(point)
                continue
            self.tally.left[state.kind] += 1
            done = state.kind == DONE and self._plan.running.keep == "numbers"
            if done and (folder / OUTPUT_FILE).exists():  # whoever ran it was killed just then
                prune(folder)

    def warm(self, asked: Sequence[int]) -> None:
        """Have everything compiled by one point of each kind, alone until it marches."""
        if self._todo:
            warm.clear_abandoned()
        todo = [point for several in self._todo.values() for point in several]
        for kind, point in warm.first_of_kinds(self._plan, todo).items():
            if asked or warm.is_warm(kind) or not self._may_compile(kind, asked):
                continue
            log = self._plan.folder_of(point) / LOG_FILE
            size = size_of(log)
            self._take(point)
            self._begin(point)
            while point.name in self._floor.going and _MARCHES not in printed_since(log, size):
                self._wait(asked, _LOOK)
            if _MARCHES in printed_since(log, size):
                warm.stamp(kind)
            while self._floor.held:
                self._floor.held.pop().release()

    def run(self, asked: Sequence[int]) -> None:
        """Run all, the biggest first: a small one takes only what the biggest left over."""
        while self._floor.going or (self._todo and not asked):
            while not asked and (point := self._next()) is not None:
                self._begin(point)
            if self._floor.going:
                self._wait(asked)

    def _may_compile(self, kind: str, asked: Sequence[int]) -> bool:
        """Whether we are to compile for ``kind``; waits while another does."""
        while not asked and not warm.is_warm(kind):
            try:
                claim = warm.claim(kind)
            except OSError:  # no cache that can be written to: nothing to be shared
                return False
            if claim is not None:
                self._floor.held.append(claim)
                return True
            self._wait(asked, _LOOK)
        return False

    def _next(self) -> Point | None:
        """The biggest point that fits into the free cores."""
        free = self._floor.free
        size = max((size for size in self._todo if size <= free), default=None)
        if size is None:
            return None
        point = self._todo[size][0]
        self._take(point)
        return point

    def _take(self, point: Point) -> None:
        """Take a point off the list."""
        size = self._floor.cores_of(point)
        self._todo[size].remove(point)
        if not self._todo[size]:
            del self._todo[size]

    def _begin(self, point: Point) -> None:
        passed = self._floor.begin(point, lambda: self._tell("begun", point, None))
        if passed is not None:
            self.tally.left[passed.kind] += 1
            self._tell("passed over", point, passed)

    def _wait(self, asked: Sequence[int], timeout: float = 60.0) -> None:
        ended = self._floor.wait(timeout)
        if asked:
            self._floor.stop()
        if ended is None:
            return
        point, state = ended
        if _NOT_COMPILED in state.message and point.name not in self._again and not asked:
            self._again.add(point.name)
            warm.clear_abandoned(_COMPILES)
            self._todo.setdefault(self._floor.cores_of(point), deque()).append(point)
            return
        self.tally.tried[state.kind] += 1
        self._tell("ended", point, state)

    def _tell(
        self, event: Literal["begun", "ended", "passed over"], point: Point, state: State | None
    ) -> None:
        if self._watch is not None:
            waiting = sum(len(several) for several in self._todo.values())
            self._watch(Happened(event, point, state, self.tally, waiting))


def _chosen(plan: Plan, names: Sequence[str] | None) -> Sequence[Point]:
    if names is None:
        return plan.points
    by_name = {point.name: point for point in plan.points}
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise CaseError(f"{plan.folder} has no point {unknown[0]}; see: cryosim sweep status")
    return [by_name[name] for name in dict.fromkeys(names)]


def _refuse_unfit(
    points: Sequence[Point], cores: int, launch: Launch, *, oversubscribe: bool
) -> None:
    big = max(points, key=lambda point: point.ranks, default=None)
    if big is None:
        return
    if big.ranks > cores and not oversubscribe:
        raise CaseError(
            f"point {big.name} has {big.ranks} ranks, but there are {cores} cores; give it fewer "
            "in the sweep file, or take more cores with --cores"
        )
    if launch.starts(big.ranks):
        launch.words(big.ranks)


@contextmanager
def _asked_to_stop(floor: Floor) -> Iterator[list[int]]:
    """The signals that asked us to stop; the second kills what has not ended by then."""
    asked: list[int] = []

    def ask(number: int, _: object) -> None:
        asked.append(number)
        if len(asked) > 1 and number == signal.SIGINT:
            floor.kill()
        floor.wake()

    try:
        old = {kind: signal.signal(kind, ask) for kind in (signal.SIGTERM, signal.SIGINT)}
    except ValueError:  # not the main thread: its owner decides
        old = {}
    try:
        yield asked
    finally:
        for kind, handler in old.items():
            signal.signal(kind, handler)
