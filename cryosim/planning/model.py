"""The model that a plan searches: evaluations of the case, corrected by runs in its own dimension.

The fast model has fewer dimensions than the case.  After a run in its own, the loss is taken to be
a constant times that of the model and each margin that of the model and a constant (a model
corrected at one point, as in space mapping); the search is then done again on what is known.
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
    """Factor on the loss, and what is added to the margins."""

    factor: float = 1.0
    shifts: Mapping[str, float] = field(default_factory=dict)


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
            self.correction.factor * loss(self.goal, outcomes),
            {key: margin + shifts.get(key, 0.0) for key, margin in found.items()},
        )

    def corrected(self, judged: Judged, outcomes: Outcomes) -> "Model":
        """The model that says of ``judged`` what a run in the case's own dimension found."""
        there = margins(self.guards, outcomes)
        factor = self.correction.factor * loss(self.goal, outcomes) / judged.loss
        shifts = {
            key: self.correction.shifts.get(key, 0.0) + there[key] - judged.margins[key]
            for key in there
        }
        return Model(self.evaluate, self.goal, self.guards, Correction(factor, shifts))


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
