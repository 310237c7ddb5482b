"""Suction from nothing to its full value, in steps as large as Newton's method bears."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from cryosim.errors import NumericalError
from cryosim.fem.draw.problem import KPA, DrawProblem, Values
from cryosim.shape.drawn import Drawn

_FIRST, _LARGEST, _SMALLEST = 1.0, 6.0, 0.01
"""Steps (kPa)."""

_EASY, _HARD = 6, 12
"""Iterations of a step after which the next is 1.6 times as large, or 0.6 times."""

_PREDICTED = 0.8
"""Part of the last change that is expected to go on."""

_LEAST_SWELLING = 0.02
"""A state in which a point keeps less of its volume than this is refused."""

_log = logging.getLogger(__name__)


class DrawStoppedShort(NumericalError):
    """Full suction was not reached; ``reached`` (Pa) is the last one in equilibrium."""

    partial: Callable[[], Drawn]
    """Gives the draw at that suction to who asks for it.  Collective."""

    def __init__(self, reached: float, wanted: float) -> None:
        self.reached = reached
        super().__init__(
            f"the draw found no equilibrium beyond {reached / 1e3:.3g} kPa of {wanted / 1e3:.3g} "
            f"kPa suction; ask for at most {reached / 1e3:.3g} kPa, or take a stiffer skin, "
            "a wider lip or a finer mesh"
        )


@dataclass
class _Path:
    """The last two states in equilibrium."""

    suction: float
    state: list[Values]
    before: "_Path | None" = None

    def expected(self, suction: float) -> list[Values]:
        """Guess of the state at ``suction``."""
        if self.before is None:
            return self.state
        ratio = _PREDICTED * (suction - self.suction) / (self.suction - self.before.suction)
        pairs = zip(self.state, self.before.state, strict=True)
        return [now + ratio * (now - before) for now, before in pairs]


def load(problem: DrawProblem, suction: float) -> None:
    """Bring ``problem`` to equilibrium at ``suction`` (kPa).  Collective.

    Raises DrawStoppedShort, and leaves ``problem`` in its last equilibrium, if it gets stuck.
    """
    path, step = _Path(0.0, problem.state()), _FIRST
    while path.suction < suction:
        tried = min(path.suction + step, suction)
        iterations = _attempt(problem, path, tried)
        if iterations is None:
            step *= 0.4
            if step < _SMALLEST:
                problem.restore(path.state, path.suction)
                raise DrawStoppedShort(path.suction * KPA, suction * KPA)
            continue
        _log.info("draw: %.2f kPa in %d iterations", tried, iterations)
        path = _Path(tried, problem.state(), _Path(path.suction, path.state))
        factor = 1.6 if iterations <= _EASY else 1.0 if iterations <= _HARD else 0.6
        step = min(step * factor, _LARGEST)


def _attempt(problem: DrawProblem, path: _Path, suction: float) -> int | None:
    """Iterations to equilibrium at ``suction``, from the expected state or else the last one."""
    starts = [path.expected(suction), path.state] if path.before else [path.state]
    for start in starts:
        problem.restore(start, suction)
        iterations = problem.solve()
        if iterations is not None and problem.body.least_swelling() > _LEAST_SWELLING:
            return iterations
    return None
