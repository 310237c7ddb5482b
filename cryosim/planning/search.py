"""The search for the shortest safe protocol, by whatever evaluates one.

For each number of cycles a coarse grid of temperatures and times is evaluated.  From it follow

- the **front**: for each duration the coldest temperature that keeps all limits, found as the
  crossing of the worst margin, and the greatest safe loss there;
- the **answer**: for each temperature the shortest time that reaches the target, found as the
  crossing of the loss, and of these the shortest whose margins are kept; the temperature goes on
  in steps to where the next colder one breaks a limit.

That loss grows and margins shrink with time and cold is used for guesses only.  Where the
grid says otherwise, `surprises` tells it, for then a shorter protocol may have been missed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

import numpy as np

from cryosim.planning.lattice import bracket, first
from cryosim.planning.setting import Rhythm, Setting
from cryosim.planning.space import STEP, Space, setting, steps

CLOSE = 1.0
"""How far apart (min) durations are where the greatest loss has none longer beside it."""


@dataclass(frozen=True)
class Judged:
    """What a setting does: the loss in the unit of the target, margins (1) by limit."""

    setting: Setting
    loss: float
    margins: Mapping[str, float]

    @property
    def worst(self) -> float:
        """The least margin."""
        return min(self.margins.values(), default=inf)

    @property
    def broken(self) -> list[str]:
        """Limits that are not kept, in their own order."""
        return [key for key, margin in self.margins.items() if margin < 0.0]


Evaluate = Callable[[Sequence[Setting]], Sequence[Judged]]


@dataclass(frozen=True)
class Stop:
    """A setting, and what the next colder one breaks; nothing at the end of the range."""

    judged: Judged
    colder: Judged | None = None
    limit: str | None = None
    """Key of the limit that stops it."""
    shortest: bool = False
    """Whether its time is the shortest that is allowed, which stops it."""


@dataclass
class Search:
    """The search of one plan; remembers every evaluation."""

    evaluate: Evaluate
    rhythm: Rhythm
    space: Space
    known: dict[Setting, Judged] = field(default_factory=dict)

    # --- evaluations ---------------------------------------------------------------------------

    def ask(self, settings: Sequence[Setting]) -> list[Judged]:
        """Evaluate what is not known yet, at once."""
        new = [*dict.fromkeys(s for s in settings if s not in self.known)]
        if new:
            self.known |= {judged.setting: judged for judged in self.evaluate(new)}
        return [self.known[s] for s in settings]

    def duration(self, judged: Judged) -> float:
        """Of a treatment (min)."""
        return self.rhythm.duration(judged.setting)

    def times(self, cycles: int) -> list[int]:
        """Times of the grid, in steps; none if so many cycles do not fit."""
        return self.space.times(self.rhythm, cycles)

    def grid(self, cycles: int) -> None:
        """Evaluate the grid."""
        T = self.space.columns()
        self.ask([setting(cycles, a, b) for b in reversed(self.times(cycles)) for a in T])

    def seen(self, cycles: int) -> list[Judged]:
        """Everything known of so many cycles, in order."""
        return [self.known[s] for s in sorted(self.known) if s.cycles == cycles]

    # --- the front -----------------------------------------------------------------------------

    def front(self, cycles: int) -> list[Stop]:
        """Greatest safe loss for each time of the grid, of those that have a safe temperature."""
        return self.stops(cycles, self.times(cycles), {})

    def stops(self, cycles: int, times: Sequence[int], guesses: Mapping[int, int]) -> list[Stop]:
        """Greatest safe loss for each of ``times`` (steps), of those that have one."""
        rows = {t: self._row(cycles, t) for t in times}

        def margins(pairs: Sequence[tuple[int, int]]) -> list[float]:
            return [j.worst for j in self.ask([setting(cycles, T, t) for t, T in pairs])]

        low, high = self.space.ends
        first(margins, rows, low, high, guesses=guesses)
        found = [self._stop(cycles, t) for t in times]
        return [stop for stop in found if stop is not None]

    def _row(self, cycles: int, time: int) -> dict[int, float]:
        return {
            steps(j.setting.temperature): j.worst for j in self.seen(cycles)
            if steps(j.setting.time) == time
        }  # fmt: skip

    def _stop(self, cycles: int, time: int) -> Stop | None:
        """The greatest safe loss of one row, and the limit that is met first beyond it."""
        row = [j for j in self.seen(cycles) if steps(j.setting.time) == time]
        safe = [j for j in row if j.worst >= 0.0]
        if not safe:
            return None
        best = max(safe, key=lambda j: j.loss)
        colder = [j for j in row if j.setting.temperature < best.setting.temperature]
        if not colder or colder[-1].worst >= 0.0:
            return Stop(best)
        return Stop(best, colder[-1], met_first(best, colder[-1]))

    def greatest(self) -> Stop | None:
        """The greatest safe loss, to a minute where it is not that of the longest treatment."""
        fronts = {n: self.front(n) for n in range(1, self.space.cycles + 1)}
        all_ = [stop for stops in fronts.values() for stop in stops]
        if not all_:
            return None
        best = max(all_, key=lambda stop: stop.judged.loss)
        cycles = best.judged.setting.cycles
        times = self.times(cycles)
        while True:
            i = times.index(steps(best.judged.setting.time))
            gaps = [
                (a, b) for a, b in pairwise(times[max(i - 1, 0) : i + 2]) if (b - a) * STEP > CLOSE
            ]
            if not gaps or i == len(times) - 1:
                return best
            new = [(a + b) // 2 for a, b in gaps]
            guess = steps(best.judged.setting.temperature)
            found = self.stops(cycles, new, dict.fromkeys(new, guess))
            times = sorted([*times, *new])
            best = max([best, *found], key=lambda stop: stop.judged.loss)

    # --- the answer ----------------------------------------------------------------------------

    def answer(self, cycles: int, target: float) -> Stop | None:
        """The shortest safe treatment of so many cycles that reaches the ``target``, or none."""
        columns = self.space.columns()
        if not self.times(cycles):
            return None
        reached = self.reach(cycles, target, columns)
        self._look_closer(cycles, target, reached)
        safe = [T for T, j in reached.items() if j is not None and j.worst >= 0.0]
        if not safe:
            return None
        margins = {T: _margin(j) for T, j in reached.items()}
        if bracket(margins) is not None:

            def worst(pairs: Sequence[tuple[int, int]]) -> list[float]:
                reached.update(self.reach(cycles, target, [T for _, T in pairs], reached))
                return [_margin(reached[T]) for _, T in pairs]

            first(worst, {0: margins}, min(margins), max(margins), exact=True)
        return self._shortest(cycles, target, reached)

    def _shortest(
        self, cycles: int, target: float, reached: dict[int, Judged | None]
    ) -> Stop | None:
        """The shortest of what is safe, its time exact, and what the next colder one breaks."""
        safe = [j for j in reached.values() if j is not None and j.worst >= 0.0]
        best = min(safe, key=lambda j: (j.setting.time, j.setting.temperature))
        T = steps(best.setting.temperature)
        exact = self.reach(cycles, target, [T], reached, exact=True)[T]
        assert exact is not None  # noqa: S101  (it was reached a line above)
        colder, exact = reached.get(T - 1), self._warmest(exact, target)
        if steps(exact.setting.time) == self.times(cycles)[0]:
            return Stop(exact, shortest=True)
        if colder is None or colder.worst >= 0.0:
            return Stop(exact)
        return Stop(exact, colder, met_first(exact, colder))

    def _warmest(self, judged: Judged, target: float) -> Judged:
        """The warmest that is safe and reaches the ``target`` in the time of ``judged``."""
        n, time = judged.setting.cycles, steps(judged.setting.time)
        low, high = steps(judged.setting.temperature), self.space.ends[1]
        wide = time == self.times(n)[0]
        width = high - low if wide else 1  # else a tie of neighbours is all there can be
        while width > 0:
            [warmer] = self.ask([setting(n, min(low + width, high), time)])
            if warmer.loss >= target and warmer.worst >= 0.0 and low < high:
                judged, low = warmer, steps(warmer.setting.temperature)
            elif width == 1 or low == high:
                break
            width = max(width // 2, 1)
        return judged

    def reach(
        self, cycles: int, target: float, temperatures: Sequence[int],
        others: Mapping[int, Judged | None] | None = None, *, exact: bool = False,
    ) -> dict[int, Judged | None]:  # fmt: skip
        """The shortest time at each of ``temperatures`` (steps) that reaches the ``target``."""
        times = self.times(cycles)
        columns = {
            T: {steps(j.setting.time): j.loss - target for j in self.seen(cycles)
                if steps(j.setting.temperature) == T}
            for T in temperatures
        }  # fmt: skip

        def missing(pairs: Sequence[tuple[int, int]]) -> list[float]:
            asked = self.ask([setting(cycles, T, t) for T, t in pairs])
            return [j.loss - target for j in asked]

        guesses = {T: _between(others or {}, T) or times[0] for T in temperatures}
        found = first(missing, columns, times[0], times[-1], guesses=guesses, exact=exact)
        return {
            T: None if t is None else self.known[setting(cycles, T, t)] for T, t in found.items()
        }

    def _look_closer(self, cycles: int, target: float, reached: dict[int, Judged | None]) -> None:
        """Add temperatures beside the one nearest to safe until one is, or all are known."""
        while any(reached.values()) and all(_margin(j) < 0.0 for j in reached.values()):
            places = sorted(reached)
            i = max(range(len(places)), key=lambda k: _margin(reached[places[k]]))
            new = [(a + b) // 2 for a, b in pairwise(places[max(i - 1, 0) : i + 2]) if b - a > 1]
            if not new:
                return
            reached.update(self.reach(cycles, target, new, reached))

    # --- what was taken for granted ------------------------------------------------------------

    def surprises(self, cycles: int) -> list[str]:
        """Where loss or safety do not go with time and cold as a search takes for granted."""
        found = []
        for a, b in self._neighbours(cycles):
            if b.loss < a.loss - 1e-6 * max(abs(a.loss), 1.0):
                found.append(f"{b.setting} loses less than {a.setting}")
            if b.worst >= 0.0 > a.worst:
                found.append(f"{b.setting} is safe and {a.setting} is not")
        return found

    def _neighbours(self, cycles: int) -> list[tuple[Judged, Judged]]:
        """Pairs of which the second is longer or colder, the other alike."""
        seen, pairs = self.seen(cycles), []
        for T in sorted({j.setting.temperature for j in seen}):
            pairs += [*pairwise(j for j in seen if j.setting.temperature == T)]
        for t in sorted({j.setting.time for j in seen}):
            pairs += [(b, a) for a, b in pairwise(j for j in seen if j.setting.time == t)]
        return pairs


def met_first(safe: Judged, unsafe: Judged) -> str:
    """The limit that is met first on the straight way from a ``safe`` to an ``unsafe`` setting."""

    def share(key: str) -> float:
        inside, beyond = safe.margins[key], unsafe.margins[key]
        return inside / (inside - beyond)

    return min(unsafe.broken, key=share)


def _margin(judged: Judged | None) -> float:
    """The worst margin; what does not reach the target is as good as unsafe."""
    return -inf if judged is None else judged.worst


def _between(reached: Mapping[int, Judged | None], temperature: int) -> int | None:
    """The time (steps) that the neighbours of a ``temperature`` let expect."""
    known = [(T, steps(j.setting.time)) for T, j in sorted(reached.items()) if j is not None]
    if not known:
        return None
    return round(float(np.interp(temperature, [T for T, _ in known], [t for _, t in known])))
