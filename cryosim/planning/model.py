"""The model that a plan searches: evaluations of the case, corrected by runs in its own dimension.

The fast model has fewer dimensions than the case.  After a run in its own, the loss is taken to be
a constant times that of the model; after two, the straight line through both (a secant).  Each
margin is taken to be that of the model and a constant, by the last run.  The search is then done
again on what is known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cryosim.errors import CaseError
from cryosim.planning.goal import Goal
from cryosim.planning.margins import Guard, margins
from cryosim.planning.search import Judged
from cryosim.planning.setting import Setting
from cryosim.uncertainty.outcomes import Outcomes


@dataclass(frozen=True)
class Correction:
    """What runs found where the model said something else, and what is added to the margins."""

    runs: tuple[tuple[float, float], ...] = ()
    """Loss in the model, and in a run in the case's own dimension."""
    shifts: Mapping[str, float] = field(default_factory=dict)

    @property
    def line(self) -> tuple[float, float]:
        """Offset and factor that make a loss of the model one of a run."""
        if not self.runs:
            return 0.0, 1.0
        x, y = self.runs[-1]
        if len(self.runs) > 1:
            before, found = self.runs[-2]
            slope = (y - found) / (x - before) if x != before else 0.0
            if slope > 0.0:
                return y - slope * x, slope
        return 0.0, y / x

    def loss(self, x: float) -> float:
        """The loss that a run is expected to find where the model says ``x``."""
        offset, factor = self.line
        return max(offset + factor * x, 0.0)


@dataclass(frozen=True)
class Model:
    """Judges settings by what is evaluated, a goal and the limits that are kept."""

    evaluate: Callable[[Sequence[Setting]], Sequence[Outcomes]]
    goal: Goal
    guards: list[Guard]
    correction: Correction = Correction()

    def __call__(self, settings: Sequence[Setting]) -> list[Judged]:
        """Evaluate and judge."""
        answers = self.evaluate(settings)
        return [self.judged(s, o) for s, o in zip(settings, answers, strict=True)]

    def judged(self, setting: Setting, outcomes: Outcomes) -> Judged:
        """What a setting does, by its ``outcomes`` in the model."""
        found = margins(self.guards, outcomes)
        shifts = self.correction.shifts
        return Judged(
            setting,
            self.correction.loss(loss(self.goal, outcomes)),
            {key: margin + shifts.get(key, 0.0) for key, margin in found.items()},
        )

    def corrected(self, judged: Judged, outcomes: Outcomes) -> "Model":
        """The model that says of ``judged`` what a run in the case's own dimension found."""
        [fast] = self.evaluate([judged.setting])
        there = margins(self.guards, outcomes)
        run = loss(self.goal, fast), loss(self.goal, outcomes)
        shifts = {
            key: self.correction.shifts.get(key, 0.0) + there[key] - judged.margins[key]
            for key in there
        }
        correction = Correction((*self.correction.runs, run), shifts)
        return Model(self.evaluate, self.goal, self.guards, correction)


def loss(goal: Goal, outcomes: Outcomes) -> float:
    """What is planned; raises CaseError where the outcomes do not have it."""
    value, unit = outcomes.get(goal.outcome, (0.0, ""))
    if unit != goal.unit:
        got = f'in "{unit}"' if unit else "missing"
        raise CaseError(
            f'the outcome "{goal.outcome}" is {got} in one run and in "{goal.unit}" in another; '
            "choose one with --at that every run has, such as a loss in %"
        )
    return value
