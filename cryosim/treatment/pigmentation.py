"""Pigment of the skin in the months after, from what the limits of safety saw of it.

The share of the epidermis that cold injures is that of its melanocytes which die, and those die
where ice forms: skin that supercools as far in usual treatments is not reported to lose pigment.
**Assumption**; what would follow if supercooled melanocytes died as well is told beside it.
Inflammation of the skin, over that of a usual treatment, is how far its base has come from harmless
to the limit, over the same of a usual treatment (``USUAL``): none where skin stays warm.
**Assumption**.
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

_FINE = 0.05
"""Step (d) in which the peak of melanin is looked for."""

LAST_WEEK = 24
"""Week after the last session for which the melanin that is left is told, over its peak."""

GONE = 0.05
"""Share of its peak at which inflammation of the skin counts as gone; assumption."""

Limits = Sequence[Mapping[str, Any]]
"""Limits of safety as ``result.json`` has them."""

_HYPER = "chance that a patient sees it after all sessions; rates of phototype III, see docs"


USUAL = 0.884
"""Used share of the limit of the basal layer in cases/abdomen_plate.toml: a plate at -11 degC for
35 min on gel, where its base reaches -9.4 degC."""


def inflammation(limits: Limits) -> float:
    """Inflammation of the skin over that of a usual treatment (1)."""
    used = next((x["used"] for x in limits if x["key"] == "basal_layer"), None)
    return max(0.0, used or 0.0) / USUAL


def melanin(case: Case, days: Values, inflamed: float) -> Values:
    """Melanin index on ``days``: 1 at the peak of one usual session, phototype III, no sun."""
    pigment = case.pigment
    sessions = [pigment.clock(days * DAY - start) for start in case.course.sessions]
    return np.asarray(pigment.strength(inflamed) * np.sum(sessions, axis=0))


def pigmentation(case: Case, limits: Limits) -> dict[str, Any]:
    """What ``result.json`` says of pigment; ``limits`` are those of the same result."""
    pigment, seen = case.pigment, {limit["key"]: limit["value"] for limit in limits}
    basal, ice = seen.get("basal_layer"), seen.get("ice") or 0.0
    coldest = np.inf if basal is None else basal + ZERO_CELSIUS
    sessions, inflamed = len(case.course.sessions), inflammation(limits)
    lost = pigment.hypopigmentation(coldest, 1.0 - (1.0 - ice) ** sessions)
    once = pigment.hypopigmentation(coldest, ice).low
    hyper = [1.0 - (1.0 - float(p)) ** sessions for p in pigment.hyperpigmentation(once, inflamed)]
    last = case.course.sessions[-1] / DAY
    days = np.arange(0.0, last + 7.0 * LAST_WEEK, _FINE)
    index = melanin(case, np.append(days, last + 7.0 * LAST_WEEK), inflamed)
    peak, most = float(days[index[:-1].argmax()]), float(index[:-1].max())
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
        "melanin_peak_week": peak / 7.0 if most > 0.0 else None,
        f"melanin_left_week_{LAST_WEEK}": float(index[-1] / most) if most > 0.0 else None,
        "strength": float(pigment.strength(inflamed)),
    }  # fmt: skip
