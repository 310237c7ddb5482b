"""Pigment of the skin in the months after, from what the limits of safety saw of it.

The share of the epidermis that cold injures is that of its melanocytes which die, and those die
where ice forms: skin that supercools as far in usual treatments is not reported to lose pigment.
**Assumption**; what would follow if supercooled melanocytes died as well is told beside it.
Inflammation of the skin is that of a usual treatment, in every session.
"""

from collections.abc import Mapping, Sequence
from math import log
from typing import Any

import numpy as np

from cryosim.case.schema import Case
from cryosim.outcome.course import DAY
from cryosim.thermal.network import Values
from cryosim.units import ZERO_CELSIUS

WEEK = 7.0 * DAY

LAST_WEEK = 24
"""Week for which the melanin that is left is told."""

GONE = 0.05
"""Share of its peak at which inflammation of the skin counts as gone; assumption."""

_HYPER = "chance that a patient sees it after all sessions; rates of phototype III, see docs"


def melanin(case: Case, days: Values) -> Values:
    """Melanin index on ``days``: 1 at the peak of one session, phototype III out of the sun."""
    pigment = case.pigment
    sessions = [pigment.clock(days * DAY - start) for start in case.course.sessions]
    return np.asarray(pigment.strength() * np.sum(sessions, axis=0))


def pigmentation(case: Case, limits: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What ``result.json`` says of pigment; ``limits`` are those of the same result."""
    pigment, seen = case.pigment, {limit["key"]: limit["value"] for limit in limits}
    basal, ice = seen.get("basal_layer"), seen.get("ice") or 0.0
    coldest = np.inf if basal is None else basal + ZERO_CELSIUS
    lost = pigment.hypopigmentation(coldest, ice)
    sessions = len(case.course.sessions)
    hyper = [1.0 - (1.0 - float(p)) ** sessions for p in pigment.hyperpigmentation(lost.low)]
    last = case.course.sessions[-1] / DAY
    index = melanin(case, np.array([last + pigment.peak / DAY, last + LAST_WEEK * 7.0]))
    return {
        "phototype": pigment.phototype,
        "hyperpigmentation": {
            "low": 100.0 * hyper[0], "high": 100.0 * hyper[1], "unit": "%", "how": _HYPER,
        },
        "hypopigmentation": {
            "value": 100.0 * float(lost.low), "unit": "%",
            "if_supercooled_melanocytes_die": 100.0 * float(lost.high),
            "how": "share of melanocytes at the coldest place times the chance of ice there",
        },
        "inflammation_gone_week": pigment.inflamed * log(1.0 / GONE) / WEEK,
        "melanin_peak_week": pigment.peak / WEEK,
        f"melanin_left_week_{LAST_WEEK}": float(index[1] / index[0]) if index[0] > 0.0 else 0.0,
        "strength": float(pigment.strength()),
    }  # fmt: skip
