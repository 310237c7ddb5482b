r"""The months after one session or several: dying cells, infiltrate and what is left of the fat.

A killed adipocyte is injured, then apoptotic, then phagocytosed, then cleared.  With mean times
:math:`\tau_1` (in :math:`n` equal steps), :math:`\tau_2` and :math:`\tau_3` (s) in the first three
stages, the shares :math:`p_j` of the cells killed at :math:`t = 0` obey

.. math:: \dot p_{1,1} = -\tfrac{n}{\tau_1} p_{1,1}, \quad
          \dot p_{1,i} = \tfrac{n}{\tau_1} (p_{1,i-1} - p_{1,i}), \quad
          \dot p_2 = \tfrac{n}{\tau_1} p_{1,n} - \tfrac{p_2}{\tau_2}, \quad
          \dot p_3 = \tfrac{p_2}{\tau_2} - \tfrac{p_3}{\tau_3}, \quad
          \dot p_4 = \tfrac{p_3}{\tau_3} .

Apoptotic cells recruit macrophages, which leave after :math:`\tau_m` (s) on average,

.. math:: \dot I = \tfrac{p_2}{\tau_2} - \tfrac{I}{\tau_m},

and :math:`g(t) = I / \max I` is the inflammation of one session.  All of it is linear: the courses
of sessions add up, each weighted by the fraction :math:`k_s` of the original adipocytes that
session :math:`s` killed at the place, and the inflammation index :math:`\sum_s k_s\, g(t - t_s)` is
1 at the peak of a single session that kills every cell.  The infiltrate is itself a stage that is
entered at the rate :math:`p_2 / \tau_2`, so both are chains (:class:`StageChain`): exact at any
time, positive, and nothing is lost.

Volume goes with clearance: dying cells keep theirs until they are cleared.  **Assumption**.

Times.  No rates of adipocytes have been published.  :math:`\tau_1 = 4.8` d, :math:`\tau_2 = 8.3` d
and :math:`\tau_3 = 28.4` d were fitted, with :math:`n = 2` and :math:`\tau_m = \tau_2` (assumption:
nothing tells them apart), to three numbers: infiltrate of 5 % of its peak on day 2 (quoted by Tong
2019; the 5 % an assumption), a peak on day 14 (recalled from histology), and 20.4 of 25.5 % of the
loss after 2 of 6 months (Coleman et al. 2009, n = 10).  The infiltrate is then at 45 % of its peak
on day 30 and below 5 % from day 54, within the 60 to 90 days that are recalled.  :math:`\tau_3` is
then calibrated again, with :math:`h` and the injury law, to seven numbers of five trials: 28.7 d
(``cryosim/library/calibration.toml``).

Massage.  Loss was 1.68 times that without it after 2 months and 1.44 times after 4 (Boey &
Wasilenchuk 2014, n = 10).  More deaths alone, cleared at the same pace, give one ratio for all
times; 44 % more deaths, all cleared at once, would give 1.55 and 1.45.  If *every* killed cell of
massaged tissue is digested faster, :math:`\tau_3 / h`, both ratios are met: 1.68 and 1.44 with
:math:`h = 2` and 41 % more deaths.  **Assumption**: that massage hastens clearance is a conjecture
that fits two numbers of one trial; 1.68 and 1.44 may also differ by chance, and the calibrated
2.18 lies between 1.2 and 6.8.

Turnover.  Adipocytes renew by 10 % a year while their number stays constant (Spalding et al. 2008).
Whether lost ones are replaced is not known.  If births go on as before the loss, and deaths go with
the number of the living,

.. math:: \dot V = r\,(1 - V)

for the viable share :math:`V`: the loss fades at the rate :math:`r`.  **Assumption**, off by
default; births less deaths are accounted for as renewed cells.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from cryosim.outcome.chain import StageChain
from cryosim.part import Part
from cryosim.units import Delay, Duration, Unit, fault

Values = npt.NDArray[np.float64]

DAY = 86400.0
"""One day (s)."""

STAGES = ("injured", "apoptotic", "phagocytosed", "cleared")
"""Stages of a killed cell, in order."""

_ROUNDING = 1e-12
"""By how much killed fractions may lie outside 0 to 1."""

Renewal = Annotated[float, Unit("1/s", "0.1 1/year")]


@dataclass(frozen=True)
class Shares:
    """What became of the original adipocytes; each of shape (times, places...).

    ``viable + dying.sum(axis=0) + cleared = 1 + renewed``.
    """

    viable: Values
    dying: Values
    """Injured, apoptotic and phagocytosed cells, along a first axis of their own."""
    cleared: Values
    renewed: Values
    """Cells born less cells that died of age since the first session, by turnover."""
    inflammation: Values
    """Inflammation index: 1 at the peak of one session that kills every cell."""

    @property
    def remaining(self) -> Values:
        """Volume of fat over the original one; dying cells keep theirs, new ones are full."""
        result: Values = 1.0 - self.cleared + self.renewed
        return result

    def volume(self, volumes: Values) -> Values:
        """Volume of fat (m^3) over time, where ``volumes`` (m^3) is what each place had at first.

        With the heights (m) that places take in a column instead, the thickness (m) of its fat:
        the loss thins the layer and does not narrow it (assumption).
        """
        result: Values = np.tensordot(self.remaining, volumes, axes=np.ndim(volumes))
        return result


class Course(Part):
    """The months after the sessions."""

    sessions: tuple[Delay, ...] = Field((0.0,), min_length=1, max_length=50)
    """When the sessions are, such as ``["0 d", "42 d"]``; strictly rising."""
    injured: Duration = 4.8 * DAY
    """Mean time until a killed cell is apoptotic; 4.8 d, fitted to histology, assumption."""
    steps: int = Field(2, ge=1, le=20)
    """Steps of equal length in the injured stage: more make its end sharper; assumption."""
    apoptotic: Duration = 8.3 * DAY
    """Mean time until an apoptotic cell is phagocytosed; 8.3 d, fitted to histology, assumption."""
    phagocytosed: Duration = 28.7 * DAY
    """Mean time of digestion; 28.7 d, calibrated, see calibration.toml."""
    infiltrate: Duration = 8.3 * DAY
    """Mean time that a recruited macrophage stays; 8.3 d, as apoptosis, assumption."""
    massage_hastens: float = Field(2.18, ge=1.0, le=100.0)
    """Factor on the rate of digestion in massaged tissue; calibrated, see calibration.toml, to one
    trial of n = 10 (Boey & Wasilenchuk 2014), assumption as a law."""
    turnover: Renewal = 0.0
    """Rate of renewal, such as ``"0.1 1/year"`` (Spalding 2008); 0 is none.  That it replaces
    killed cells is an assumption."""

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if any(b <= a for a, b in pairwise(self.sessions)):
            raise fault("not_rising", "expected sessions at strictly rising times")
        return self

    def response(self, times: npt.ArrayLike, *, massaged: bool = False) -> Values:
        """Shares (1) of the cells killed at 0 that are in each of STAGES at ``times`` (s).

        Of shape (4, times); zero before 0.
        """
        digestion = self.phagocytosed / (self.massage_hastens if massaged else 1.0)
        return self._chain(digestion, times)

    def inflammation(self, times: npt.ArrayLike) -> Values:
        """Infiltrate at ``times`` (s) after a session, over its peak (1)."""
        infiltrate: Values = self._chain(self.infiltrate, times)[2]
        return infiltrate / self._peak()

    def over(
        self, times: npt.ArrayLike, killed: npt.ArrayLike, massaged: npt.ArrayLike | None = None
    ) -> Shares:
        """Shares of the original adipocytes at ``times`` (s) since day 0.

        ``killed`` is the fraction of the original adipocytes that each session kills at each place,
        of shape (sessions, places...); ``massaged``, of the same shape, the fraction killed beside
        them in tissue that was massaged, which is cleared sooner.
        """
        plain, soon = self._checked(killed, massaged)
        since = np.asarray(times, dtype=float)[:, None] - np.array(self.sessions)
        after = (since >= 0.0).astype(float)
        lasting = after * np.exp(-self.turnover * np.maximum(since, 0.0))
        stages = np.tensordot(self._each(since), plain, axes=1)
        if massaged is not None:
            stages += np.tensordot(self._each(since, massaged=True), soon, axes=1)
        every = plain + soon
        index = self.inflammation(since.ravel()).reshape(since.shape)
        return Shares(
            viable=1.0 - np.tensordot(lasting, every, axes=1),
            dying=stages[:3],
            cleared=stages[3],
            renewed=np.tensordot(after - lasting, every, axes=1),
            inflammation=np.tensordot(index, every, axes=1),
        )

    def lost(
        self, times: npt.ArrayLike, killed: npt.ArrayLike, massaged: npt.ArrayLike | None = None
    ) -> Values:
        """Volume of fat lost over the original one at ``times`` (s), as ``over`` has it."""
        plain, soon = self._checked(killed, massaged)
        since = np.asarray(times, dtype=float)[:, None] - np.array(self.sessions)
        renewed = -np.expm1(-self.turnover * np.maximum(since, 0.0))
        cleared = np.tensordot(self._each(since)[3], plain, axes=1)
        if massaged is not None:
            cleared += np.tensordot(self._each(since, massaged=True)[3], soon, axes=1)
        return np.asarray(cleared - np.tensordot(renewed, plain + soon, axes=1))

    def _checked(self, killed: npt.ArrayLike, massaged: npt.ArrayLike | None) -> list[Values]:
        """``killed`` and ``massaged`` as arrays, if they can be fractions of one whole."""
        plain = np.asarray(killed, dtype=float)
        soon = np.zeros_like(plain) if massaged is None else np.asarray(massaged, dtype=float)
        if plain.shape != soon.shape or plain.shape[:1] != (len(self.sessions),):
            raise ValueError(
                f"killed {plain.shape} and massaged {soon.shape} must have the same shape, with a "
                f"row for each of {len(self.sessions)} sessions"
            )
        worst = (plain + soon).sum(axis=0).max(initial=0.0)
        least = min(plain.min(initial=0.0), soon.min(initial=0.0))
        if not (least >= -_ROUNDING and worst <= 1.0 + _ROUNDING):
            raise ValueError(
                f"killed fractions from {least:g} to {worst:g} over all sessions must lie between "
                "0 and 1"
            )
        return [plain, soon]

    def _each(self, since: Values, *, massaged: bool = False) -> Values:
        """Response to each session, of shape (4, times, sessions)."""
        return self.response(since.ravel(), massaged=massaged).reshape(4, *since.shape)

    def _chain(self, third: float, times: npt.ArrayLike) -> Values:
        """Shares in the chain whose third stage lasts ``third`` (s), the first stage in one row."""
        n = self.steps
        step = n / self.injured
        t = np.ravel(np.asarray(times, dtype=float))
        rates = (step,) * n + (1.0 / self.apoptotic, 1.0 / third)
        first = _from_first(rates, np.maximum(t, 0.0).tobytes())
        return np.vstack([first[:n].sum(axis=0), first[n:]]) * (t >= 0.0)

    def _peak(self) -> float:
        """Largest share of the infiltrate (1), by golden section: it rises, then falls."""
        ratio = (np.sqrt(5.0) - 1.0) / 2.0
        low, high = 0.0, 3.0 * (self.injured + self.apoptotic + self.infiltrate)
        for _ in range(45):
            a, b = high - ratio * (high - low), low + ratio * (high - low)
            left, right = self._chain(self.infiltrate, (a, b))[2]
            low, high = (low, b) if left > right else (a, high)
        return float(self._chain(self.infiltrate, (0.5 * (low + high),))[2, 0])


@lru_cache(maxsize=1024)
def _from_first(rates: tuple[float, ...], times: bytes) -> Values:
    """Fractions of the first stage in each one after ``times`` (s); many cases share them."""
    found = StageChain(rates=rates).transitions(np.frombuffer(times))[:, :, 0].T
    found.flags.writeable = False
    return found
