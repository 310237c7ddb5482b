"""Marching a model through time, whatever the model is."""

from collections.abc import Callable, Iterable, Iterator
from math import ceil, isfinite
from typing import Protocol

from cryosim.errors import NumericalError
from cryosim.solve.rkc import StepControl

SMALLEST_STEP = 1e-6
"""Step (s) below which the march gives up; far below any time scale of tissue."""


STRETCH = 1.2
"""A step may grow by this factor to land on a stop; the control leaves room for it."""


class Steppable(Protocol):
    """A state that can try a step, then keep it or forget it."""

    def attempt(self, t: float, dt: float) -> float:
        """Try to step from ``t`` by ``dt`` (s); return the error in units of the tolerance."""

    def keep(self) -> None:
        """Make the attempted state the kept one."""


def march(
    model: Steppable,
    control: StepControl,
    start: float,
    stops: Iterable[float],
    event: Callable[[float, float], float | None] | None = None,
) -> Iterator[tuple[float, float]]:
    """Yield the time and the size (s) of each kept step, landing exactly on every stop.

    ``event`` is told the place and size of a good step before it is kept, and may answer with a
    time within it to land on instead.
    """
    t = start
    for stop in sorted(s for s in set(stops) if s > start):
        while t < stop:
            steps_left = ceil((stop - t) / (STRETCH * control.dt))
            tried = (stop - t) / steps_left
            end = stop if steps_left == 1 else t + tried
            error = model.attempt(t, tried)
            due = event(t, tried) if event is not None and error <= 1.0 else None
            if due is not None and t < due < end:
                end, tried = due, due - t
                error = model.attempt(t, tried)
            if not (isfinite(error) and error <= 1.0):
                control.reject(tried, error)
                if control.dt < SMALLEST_STEP:
                    raise NumericalError(
                        f"the time step fell below {SMALLEST_STEP:g} s at t = {t:g} s; "
                        "look for a jump in the case at that time, or loosen numerics.tolerance"
                    )
                continue
            model.keep()
            t = end
            control.accept(tried, error)
            yield t, tried
