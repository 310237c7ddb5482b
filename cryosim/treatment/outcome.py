"""The months after a treatment: how much fat is gone when, where, and how sure that is.

From the state of the injury law at the end of a run.  Sessions are alike: each repeats the run on
tissue as warm and as thick as before (assumption), and acts on the cells that those before it left.

The interval of a number is that of the calibration: the 5 to 95 % of what the parameters of the
injury law and of the course make of it, drawn together as the trials leave them uncertain.  Tissue,
device and model are not in it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cryosim.case.schema import Case
from cryosim.injury import Injury
from cryosim.outcome.course import DAY, STAGES, Course, Shares
from cryosim.output.files import write_csv
from cryosim.thermal.network import Values
from cryosim.treatment.calibrated import alternatives
from cryosim.treatment.fat import Fat, fat_of
from cryosim.treatment.model import Treatment
from cryosim.treatment.pigmentation import melanin
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


@dataclass(frozen=True)
class _After:
    """Loss of fat (1) and the shares it comes from, under the applicators."""

    days: Values
    shares: Shares
    interval: Values | None
    """Least and greatest loss (1) at each of the days."""


def outcome_of(treatment: Treatment) -> Outcome | None:
    """Months after ``treatment`` on rank 0; None elsewhere and without fat under an applicator.

    Collective.
    """
    fat, case = fat_of(treatment), treatment.frame.loaded.case
    if fat is None or not fat.under.sum() > 0.0:
        return None
    last = case.course.sessions[-1] / DAY
    days = np.arange(np.floor(last) + TOLD[-1] + 1.0)
    unit, factor = SIZE[case.dimension]
    volume = float(fat.under.sum()) * factor
    told = _after(case, fat, last + np.array(TOLD))
    thickness = _thickness(case, fat, last)
    entries = dict(_of_loss(told, volume, unit))
    entries |= _of_thickness(fat, thickness) | dict(_of_sessions(case, fat))
    entries |= _of_massage(case, fat, last) | _of_inflammation(case, fat, days)
    table = _table(_after(case, fat, days), volume, unit)
    table["melanin index [1]"] = melanin(case, days)
    return Outcome(table, _map(case, fat, thickness), entries)


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


def under(law: Injury, course: Course, fat: Fat, days: Values) -> Shares:
    """Mean shares under the applicators on ``days``."""
    dead, share = killed(law, fat, len(course.sessions)), fat.under / fat.under.sum()
    plain, soon = dead @ (share * (1.0 - fat.massaged)), dead @ (share * fat.massaged)
    return course.over(days * DAY, plain, soon)


def _after(case: Case, fat: Fat, days: Values) -> _After:
    """What the case comes to on ``days``, and what its calibrated alternatives do."""
    shares = under(case.injury, case.course, fat, days)
    others = [1.0 - under(*other, fat, days).remaining for other in alternatives(case, ())]
    interval = np.percentile(others, INTERVAL, axis=0) if others else None
    return _After(days, shares, interval)


# --- tables ----------------------------------------------------------------------------------


def _table(after: _After, volume: float, unit: str) -> dict[str, Values]:
    """Columns of ``course.csv``."""
    shares = after.shares
    lost = 1.0 - shares.remaining
    ends = () if after.interval is None else after.interval
    return {
        DAYS: after.days,
        "viable [1]": shares.viable,
        **{f"{name} [1]": row for name, row in zip(STAGES, shares.dying, strict=False)},
        "cleared [1]": shares.cleared,
        "renewed [1]": shares.renewed,
        "fat lost [%]": 100.0 * lost,
        **{f"fat lost {end} [%]": 100.0 * x for end, x in zip(("low", "high"), ends, strict=False)},
        f"volume lost [{unit}]": volume * lost,
        "inflammation index [1]": shares.inflammation,
    }


def _thickness(case: Case, fat: Fat, last: float) -> Values:
    """Fat (m) of every column at first and on the days that are told, (times, columns)."""
    if not fat.area.size:
        return np.empty((0, 0))
    dead = killed(case.injury, fat, len(case.course.sessions)) * fat.volume
    whole = fat.over_columns(fat.volume)
    plain = fat.over_columns(dead * (1.0 - fat.massaged)) / whole
    soon = fat.over_columns(dead * fat.massaged) / whole
    days = last + np.array(TOLD)
    remaining = case.course.over(days * DAY, plain, soon).remaining
    return np.vstack([np.ones(whole.size), remaining]) * whole / fat.area


def _map(case: Case, fat: Fat, thickness: Values) -> dict[str, Values]:
    """Columns of ``thickness.csv``."""
    if not thickness.size or case.dimension == 1:
        return {}
    names = ["at first", *(f"after {n} d" for n in TOLD)]
    return {
        **{f"{axis} [mm]": 1e3 * x for axis, x in zip("xy", fat.place.T, strict=False)},
        "under applicators [1]": _covered(fat),
        **{f"{name} [mm]": 1e3 * row for name, row in zip(names, thickness, strict=True)},
    }


def _covered(fat: Fat) -> Values:
    """Share of the fat of every column that is under applicators (1)."""
    return fat.over_columns(fat.under_at_rest) / fat.over_columns(fat.volume)


# --- numbers ---------------------------------------------------------------------------------


def _of_loss(after: _After, volume: float, unit: str) -> Iterator[tuple[str, Entry]]:
    """Fat lost on every day that is told, as a share and as a volume."""
    where = "of the fat under applicators, days after the last session; cleared cells count as lost"
    lost = 1.0 - after.shares.remaining
    for name, of, factor in (("fat lost", "%", 100.0), ("volume lost", unit, volume)):
        for i, n in enumerate(TOLD):
            interval = None if after.interval is None else factor * after.interval[:, i]
            yield f"{name} after {n} d", _entry(factor * lost[i], of, where, interval)


def _of_thickness(fat: Fat, thickness: Values) -> dict[str, Entry]:
    """Mean thinning of the fat layer under the applicators."""
    if not thickness.size:
        return {}
    weight = _covered(fat) * fat.area
    mean = thickness @ weight / weight.sum()
    how = "mean over the skin under applicators, of the fat layer as it lies at rest"
    entries = {"fat layer at first": _entry(1e3 * mean[0], "mm", how)}
    for n, now in zip(TOLD, mean[1:], strict=True):
        entries[f"fat layer thinner after {n} d"] = _entry(1e3 * (mean[0] - now), "mm", how)
    return entries


def _of_sessions(case: Case, fat: Fat) -> Iterator[tuple[str, Entry]]:
    """Adipocytes that each of several sessions kills."""
    n, share = len(case.course.sessions), fat.under / fat.under.sum()
    how = "of the adipocytes under applicators before the first session"
    for k, dead in enumerate(killed(case.injury, fat, n) @ share, start=1):
        if n > 1:
            yield f"adipocytes killed by session {k}", _entry(100.0 * dead, "%", how)


def _of_massage(case: Case, fat: Fat, last: float) -> dict[str, Entry]:
    """Loss over that without massage."""
    if not fat.massaged.any():
        return {}
    days = last + np.array(COMPARED)
    ratio = _gain(case.injury, case.course, fat, days)
    others = [_gain(*other, fat, days) for other in alternatives(case, ())]
    interval = np.percentile(others, INTERVAL, axis=0) if others else None
    how = "fat lost under applicators, over what it would be had nobody massaged"
    return {
        f"gain by massage after {n} d": _entry(
            ratio[i], "1", how, None if interval is None else interval[:, i]
        )
        for i, n in enumerate(COMPARED)
    }


def _gain(law: Injury, course: Course, fat: Fat, days: Values) -> Values:
    """Loss on ``days`` over that without massage (1)."""
    alone = replace(fat, state=law.without_massage(fat.state), massaged=0.0 * fat.massaged)
    with_massage, without = (1.0 - under(law, course, f, days).remaining for f in (fat, alone))
    return np.asarray(with_massage / without)


def _of_inflammation(case: Case, fat: Fat, days: Values) -> dict[str, Entry]:
    """When the infiltrate is densest."""
    index = under(case.injury, case.course, fat, days).inflammation
    if not index.max() > 0.0:
        return {}
    how = "days after the first session, of the infiltrate under applicators; whole days"
    return {"inflammation is greatest after": _entry(days[index.argmax()], "d", how)}


def _entry(value: float, unit: str, how: str, interval: Values | None = None) -> Entry:
    between = None if interval is None else [float(x) for x in interval]
    return {"value": float(value), "unit": unit, "interval": between, "how": how}
