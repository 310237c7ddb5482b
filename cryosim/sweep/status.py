"""How far a sweep is, told by the folders of its points."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from cryosim.sweep.plan import Plan, Point
from cryosim.sweep.states import BAD_INPUT, DIVERGED, DONE, FAILED, KINDS, TAKEN, State, state_of

QUEUED = "queued"
"""To be done, and in the queue of Slurm."""

READERS = 8
"""Threads that read folders: on a network file system most of the time is waiting."""


@dataclass(frozen=True)
class Status:
    """Points and their states, in the order of the plan."""

    points: Sequence[Point]
    states: Sequence[State]

    @property
    def counts(self) -> dict[str, int]:
        """How many are in each state; only those that occur."""
        found = [state.kind for state in self.states]
        return {kind: found.count(kind) for kind in (*KINDS, QUEUED) if kind in found}

    @property
    def left(self) -> int:
        """Points that are not done."""
        return sum(state.kind != DONE for state in self.states)

    @property
    def settled(self) -> int:
        """Points that would fail again the same way, and so are left until they are retried."""
        return sum(state.kind in (BAD_INPUT, DIVERGED) for state in self.states)

    @property
    def failures(self) -> list[tuple[Point, State]]:
        """Points that failed."""
        pairs = zip(self.points, self.states, strict=True)
        return [(point, state) for point, state in pairs if state.kind in FAILED]

    def as_dict(self) -> dict[str, Any]:
        """For other programs."""
        return {
            "points": len(self.points), "counts": self.counts,
            "failures": [
                {"point": p.name, "reason": s.kind, "message": s.message, "attempts": s.attempts}
                for p, s in self.failures
            ],
        }  # fmt: skip


def status_of(plan: Plan, queued: Mapping[str, str] | None = None) -> Status:
    """The state of every point; ``queued`` are the names of those that Slurm has, and their job."""
    with ThreadPoolExecutor(READERS) as pool:
        states = list(pool.map(lambda p: state_of(plan.folder_of(p)), plan.points, chunksize=64))
    for i, point in enumerate(plan.points):
        if queued and queued.get(point.name) == QUEUED and states[i].kind in TAKEN:
            states[i] = State(QUEUED, states[i].message, states[i].attempts)
    return Status(plan.points, states)
