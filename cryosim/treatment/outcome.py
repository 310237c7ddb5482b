"""The months after a treatment: how much fat is gone when, where, and how sure that is.

From the state of the injury law at the end of a run.  Sessions are alike: each repeats the run on
tissue as warm and as thick as before (assumption), and acts on the cells that those before it left.

The interval of a number is that of the calibration: the 5 to 95 % of what the parameters of the
injury law and of the course make of it, drawn together as the trials leave them uncertain.  Tissue,
device and model are not in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cryosim.case.schema import Case
from cryosim.injury import Injury
from cryosim.library import calibration
from cryosim.outcome.course import DAY, STAGES, Course, Shares
from cryosim.output.files import write_csv
from cryosim.thermal.network import Values
from cryosim.treatment.calibrated import alternatives
from cryosim.treatment.fat import Fat, fat_of
from cryosim.treatment.model import Treatment
from cryosim.treatment.pigmentation import Limits, inflammation, melanin
from cryosim.treatment.summary import SIZE

TOLD = (30, 60, 90, 180)
"""Days after the last session for which the loss is told."""

COMPARED = (60, 120)
"""Days after the last session for which loss is compared with that without massage."""

INTERVAL = (5.0, 95.0)
"""Percentiles of an interval."""

DAYS = "time [d]"

COURSE_FILE, THICKNESS_FILE = "course.csv", "thickness.csv"

Entry = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """Months after a treatment, on rank 0."""

    course: Mapping[str, Values]
    """Columns of ``course.csv``: every day."""
    thickness: Mapping[str, Values]
    """Columns of ``thickness.csv``: places along the skin; empty for a mesh file."""
    entries: Mapping[str, Entry]
    """Name -> value, unit, interval and how it was taken."""


class _Killed(NamedTuple):
    """Adipocytes under the applicators that each session kills, by the fate of the dead (1)."""

    course: Course
    plain: Values
    massaged: Values

    def lost(self, days: Values) -> Values:
        """Fat lost (1) on ``days``."""
        return self.course.lost(days * DAY, self.plain, self._soon)

    def over(self, days: Values) -> Shares:
        """Shares of the adipocytes on ``days``."""
        return self.course.over(days * DAY, self.plain, self._soon)

    @property
    def _soon(self) -> Values | None:
        """Those that are cleared sooner; None where nobody massaged."""
        return self.massaged if self.massaged.any() else None


class _Loss(NamedTuple):
    """Fat lost (1) on some days, and the ends of its interval if there is one."""

    lost: Values
    ends: Values | None

    def on(self, some: slice) -> "_Loss":
        """Loss on some of the days."""
        return _Loss(self.lost[some], None if self.ends is None else self.ends[:, some])


class _Estimate(NamedTuple):
    """What a case comes to, and what else the trials leave as possible."""

    best: _Killed
    others: list[_Killed]

    def loss(self, days: Values) -> _Loss:
        """Fat lost on ``days``, with an interval if there are others."""
        others = [other.lost(days) for other in self.others]
        ends = np.asarray(np.percentile(others, INTERVAL, axis=0)) if others else None
        return _Loss(self.best.lost(days), ends)


def outcome_of(treatment: Treatment, limits: Limits) -> Outcome | None:
    """Months after ``treatment`` on rank 0; None elsewhere and without fat under an applicator.

    ``limits`` are those of the same result.  Collective.
    """
    fat, case = fat_of(treatment), treatment.frame.loaded.case
    if fat is None or not fat.under.sum() > 0.0:
        return None
    last, near = case.course.sessions[-1] / DAY, fat.under_applicators()
    days = np.arange(np.ceil(last) + TOLD[-1] + 1.0)
    unit, factor = SIZE[case.dimension]
    volume = float(fat.under.sum()) * factor
    pairs = [(case.injury, case.course), *alternatives(case, calibration.draws())]
    best, *others = (_killed_under(*pair, near) for pair in pairs)
    shares, layer = best.over(days), _layer(case, fat)
    loss = _Estimate(best, others).loss(np.append(days, last + np.array(TOLD)))
    entries = dict(_of_loss(loss.on(np.s_[days.size :]), volume, unit))
    entries |= _of_thickness(layer, last) | dict(_of_sessions(best))
    entries |= _of_massage(pairs, near, last) | _of_inflammation(shares, days)
    table = _table(shares, loss.on(np.s_[: days.size]), days, volume, unit)
    if layer is not None:
        table["fat layer [mm]"] = 1e3 * layer.mean(days)
    table["melanin index [1]"] = melanin(case, days, inflammation(limits))
    return Outcome(table, _map(case, fat, layer, last), entries)


def write(folder: Path, outcome: Outcome) -> None:
    """Write the tables of ``outcome`` that have rows."""
    tables = ((COURSE_FILE, outcome.course), (THICKNESS_FILE, outcome.thickness))
    for name, table in tables:
        if table:
            write_csv(folder / name, list(table), np.column_stack([*table.values()]).tolist())


def killed(law: Injury, fat: Fat, sessions: int) -> Values:
    """Fraction of the original adipocytes that each session kills at every node."""
    alive = [np.ones(fat.volume.size)]
    alive += [law.survival(fat.state, k) for k in range(1, sessions + 1)]
    result: Values = -np.diff(np.array(alive), axis=0)
    return result


def _killed_under(law: Injury, course: Course, fat: Fat) -> _Killed:
    """Mean of what each session kills under the applicators."""
    dead, share = killed(law, fat, len(course.sessions)), fat.under / fat.under.sum()
    return _Killed(course, dead @ (share * (1.0 - fat.massaged)), dead @ (share * fat.massaged))


# --- tables ----------------------------------------------------------------------------------


def _table(
    shares: Shares, loss: _Loss, days: Values, volume: float, unit: str
) -> dict[str, Values]:
    """Columns of ``course.csv``."""
    lost, ends = 1.0 - shares.remaining, () if loss.ends is None else loss.ends
    return {
        DAYS: days,
        "viable [1]": shares.viable,
        **{f"{name} [1]": row for name, row in zip(STAGES, shares.dying, strict=False)},
        "cleared [1]": shares.cleared,
        "renewed [1]": shares.renewed,
        "fat lost [%]": 100.0 * lost,
        **{f"fat lost {end} [%]": 100.0 * x for end, x in zip(("low", "high"), ends, strict=False)},
        f"volume lost [{unit}]": volume * lost,
        "inflammation index [1]": shares.inflammation,
    }


class _Layer(NamedTuple):
    """The fat layer at rest, column by column."""

    first: Values
    """Thickness (m) of every column before the first session."""
    killed: _Killed
    """Shares of the adipocytes of every column that each session kills."""
    weight: Values
    """Share of the skin under applicators that is over each column (1)."""

    def on(self, days: Values) -> Values:
        """Thickness (m) on ``days``, (days, columns)."""
        return (1.0 - self.killed.lost(days)) * self.first

    def mean(self, days: Values) -> Values:
        """Mean thickness (m) under the applicators on ``days``."""
        share = self.weight * self.first
        course, *dead = self.killed
        under = _Killed(course, *(x @ share / share.sum() for x in dead))
        return share.sum() * (1.0 - under.lost(days))


def _layer(case: Case, fat: Fat) -> _Layer | None:
    """The fat layer of ``case``; none on a mesh file, which has no columns."""
    if not fat.area.size:
        return None
    dead = killed(case.injury, fat, len(case.course.sessions)) * fat.volume
    whole = fat.over_columns(fat.volume)
    plain, soon = (fat.over_columns(dead * x) / whole for x in (1.0 - fat.massaged, fat.massaged))
    covered = _covered(fat) * fat.area
    return _Layer(whole / fat.area, _Killed(case.course, plain, soon), covered / covered.sum())


def _map(case: Case, fat: Fat, layer: _Layer | None, last: float) -> dict[str, Values]:
    """Columns of ``thickness.csv``."""
    if layer is None or case.dimension == 1:
        return {}
    after = layer.on(last + np.array(TOLD))
    return {
        **{f"{axis} [mm]": 1e3 * x for axis, x in zip("xy", fat.place.T, strict=False)},
        "under applicators [1]": _covered(fat),
        "at first [mm]": 1e3 * layer.first,
        **{f"after {n} d [mm]": 1e3 * row for n, row in zip(TOLD, after, strict=True)},
    }


def _covered(fat: Fat) -> Values:
    """Share of the fat of every column that is under applicators (1)."""
    return fat.over_columns(fat.under_at_rest) / fat.over_columns(fat.volume)


# --- numbers ---------------------------------------------------------------------------------


def _of_loss(loss: _Loss, volume: float, unit: str) -> Iterator[tuple[str, Entry]]:
    """Fat lost on every day that is told, as a share and as a volume."""
    where = "of the fat under applicators, days after the last session; cleared cells count as lost"
    for name, of, factor in (("fat lost", "%", 100.0), ("volume lost", unit, volume)):
        for i, n in enumerate(TOLD):
            interval = None if loss.ends is None else factor * loss.ends[:, i]
            yield f"{name} after {n} d", _entry(factor * loss.lost[i], of, where, interval)


def _of_thickness(layer: _Layer | None, last: float) -> dict[str, Entry]:
    """Mean thinning of the fat layer under the applicators."""
    if layer is None:
        return {}
    first, after = float(layer.weight @ layer.first), layer.mean(last + np.array(TOLD))
    how = "mean over the skin under applicators, of the fat layer as it lies at rest"
    entries = {"fat layer at first": _entry(1e3 * first, "mm", how)}
    for n, now in zip(TOLD, after, strict=True):
        entries[f"fat layer thinner after {n} d"] = _entry(1e3 * (first - now), "mm", how)
    return entries


def _of_sessions(best: _Killed) -> Iterator[tuple[str, Entry]]:
    """Adipocytes that each of several sessions kills."""
    dead = best.plain + best.massaged
    how = "of the adipocytes under applicators before the first session"
    for k, share in enumerate(dead, start=1):
        if dead.size > 1:
            yield f"adipocytes killed by session {k}", _entry(100.0 * share, "%", how)


def _of_massage(pairs: Sequence[tuple[Injury, Course]], fat: Fat, last: float) -> dict[str, Entry]:
    """Loss over that without massage, if there is any; ``pairs`` begin with those of the case."""
    days = last + np.array(COMPARED)
    if not (fat.massaged.any() and _alone(*pairs[0], fat).lost(days).all()):
        return {}
    ratio, *others = (_gain(*pair, fat, days) for pair in pairs)
    ends = np.percentile(others, INTERVAL, axis=0) if others else None
    how = "fat lost under applicators, over what it would be had nobody massaged"
    return {
        f"gain by massage after {n} d": _entry(
            ratio[i], "1", how, None if ends is None else ends[:, i]
        )
        for i, n in enumerate(COMPARED)
    }


def _gain(law: Injury, course: Course, fat: Fat, days: Values) -> Values:
    """Loss on ``days`` over that without massage (1)."""
    gained = _killed_under(law, course, fat).lost(days) / _alone(law, course, fat).lost(days)
    return np.asarray(gained)


def _alone(law: Injury, course: Course, fat: Fat) -> _Killed:
    """Mean of what each session kills under the applicators if nobody massages."""
    state = law.without_massage(fat.state)
    return _killed_under(law, course, replace(fat, state=state, massaged=0.0 * fat.massaged))


def _of_inflammation(shares: Shares, days: Values) -> dict[str, Entry]:
    """When the infiltrate is densest."""
    index = shares.inflammation
    if not index.max() > 0.0:
        return {}
    how = "days after the first session, of the infiltrate under applicators; whole days"
    return {"inflammation is greatest after": _entry(days[index.argmax()], "d", how)}


def _entry(value: float, unit: str, how: str, interval: Values | None = None) -> Entry:
    between = None if interval is None else [float(x) for x in interval]
    return {"value": float(value), "unit": unit, "interval": between, "how": how}
