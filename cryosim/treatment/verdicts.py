"""Limits as they stand in the result: value, tiers, margins, place and first time."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryosim.case import limits as tiers
from cryosim.errors import LimitExceeded
from cryosim.library import limits as library
from cryosim.library.cite import GRADES
from cryosim.outcome.limits import TIERS, selectivity
from cryosim.output.files import write_table
from cryosim.treatment.model import Frame
from cryosim.treatment.worst import Worst

LIMITS_FILE = "limits.csv"

KILLED = "fat lost under applicators"
"""Quantity of the result that selectivity is about."""

SHARE, ROUNDING = "adipocytes lost under applicators", 1e-9
"""The same as a share (%), and what is less than that is none."""

NOT_COMPUTED = "; reported, not computed"
"""What the rates of side effects end in."""

Entry = dict[str, Any]

_HOW = {
    "skin_surface": "at every step, over skin under applicators and in the room",
    "basal_layer": "at every step, 0.1 mm under the skin surface; skin as one layer has the "
    "conductivity of all skin",
    "skin_below_freezing": "at any place of the skin surface, whether its water froze or not",
    "ice": "by the end, anywhere in supercooled tissue; 1 once there is ice; the hazard is an "
    "assumption",
    "melanocytes": "at every step, where there is ice; none was there if there is no value",
    "keratinocytes": "at every step, where there is ice; none was there if there is no value",
    "nerve_block": "at every step, over tissue that holds lipid",
    "nerve_cold": "below 5 degC, at any place of tissue that holds lipid",
    "muscle": "at every step, over muscle",
    "rewarming": "smoothed over 1 min, at any place of the skin surface",
    "burn": "at any place 0.1 mm under the skin surface; rates of Weaver and Stoll",
}


def verdicts(frame: Frame, worst: Sequence[Worst]) -> list[Entry]:
    """Every limit, then side effects that are only reported; ``worst`` is that of all ranks."""
    has = {layer.tissue for layer in frame.loaded.case.anatomy.layers}
    lipid = any(frame.loaded.tissues[name].lipid is not None for name in has)
    absent = {"muscle": "muscle" not in has, "nerve_block": not lipid, "nerve_cold": not lipid}
    seen = [w for w in worst if not absent.get(w.limit.key, False)]
    return [*(_of_limit(frame, w) for w in seen), *(_of_rate(key) for key in library.rates())]


def _of_limit(frame: Frame, worst: Worst) -> Entry:
    limit, key, value = worst.limit, worst.limit.key, worst.value
    told = tiers.told(key, value)
    bounds = {name: tiers.told(key, limit.tier(name)) for name in TIERS}
    given = frame.loaded.case.limits.given[key]
    own = [name for name in TIERS if getattr(given, name) is not None]
    held = [entry for name, entry in library.entries(key).items() if name in {*TIERS} - {*own}]
    return {
        "key": key,
        "title": limit.title,
        "value": told,
        "unit": tiers.unit_of(key),
        **bounds,
        "harmless": tiers.told(key, limit.harmless),
        "margin": {n: _margin(limit.sign, told, bounds[n]) for n in TIERS},
        "status": limit.status(value),
        "where": _where(worst),
        "time_s": worst.time if value else None,
        "first_time_s": {n: worst.first.get(n) for n in TIERS},
        "used": limit.used(value),
        "source": [*dict.fromkeys(k for e in held for k in e.source), *(["case"] if own else [])],
        "grade": max((e.grade for e in held), key=list(GRADES).index, default=None),
        "how": _HOW[key],
    }


def _margin(sign: float, value: float | None, tier: float | None) -> float | None:
    return None if value is None or tier is None else sign * (tier - value)


def _where(worst: Worst) -> dict[str, Any] | None:
    """Coordinates and depth (mm) at rest of the worst value, if it has a place."""
    if not worst.value or not worst.place:
        return None
    *x, depth = (round(1e3 * x, 6) + 0.0 for x in worst.place)  # no minus before a zero
    return {"mm": x, "depth_mm": depth}


def _of_rate(key: str) -> Entry:
    """A side effect that is not computed."""
    rate = library.entries(key)[library.RATE]
    none = dict.fromkeys(TIERS)
    return {
        "key": key, "title": library.title(key), "value": None, "unit": "", **none,
        "margin": none, "status": "info", "where": None, "time_s": None, "first_time_s": none,
        "used": None, "harmless": None, "source": list(rate.source), "grade": rate.grade,
        "how": f"{rate.value}{NOT_COMPUTED}",
    }  # fmt: skip


def with_selectivity(quantities: Mapping[str, Entry], limits: Sequence[Entry]) -> dict[str, Entry]:
    """The ``quantities``, and the fat killed per margin to the limits of the skin if there is any.

    It has no numerical band: limits are followed on the mesh of the run alone.
    """
    killed = quantities.get(KILLED)
    share = quantities.get(SHARE, {"value": 0.0})["value"]
    value = (
        None
        if killed is None or share < ROUNDING
        else selectivity(killed["value"], [x["used"] for x in limits])
    )
    if killed is None or value is None:
        return dict(quantities)
    how = "fat lost under applicators over the largest used share of a limit of the skin"
    entry = {"value": value, "unit": killed["unit"], "band": None, "how": how}
    return {**quantities, "selectivity": entry}


# --- what is written and refused ---------------------------------------------------------------

_HEADER = (
    "limit", "status", "value", "unit", "warning", "error", "margin to warning",
    "margin to error", "where [mm]", "depth [mm]", "at [s]",
    "warning first at [s]", "error first at [s]", "title", "harmless",
)  # fmt: skip


def write(folder: Path, limits: Sequence[Entry]) -> None:
    """Write the table of ``limits``."""
    rows = [
        [
            x["key"], x["status"], x["value"], x["unit"], x["warning"], x["error"],
            x["margin"]["warning"], x["margin"]["error"],
            " ".join(f"{c:g}" for c in x["where"]["mm"]) if x["where"] else None,
            x["where"]["depth_mm"] if x["where"] else None,
            x["time_s"], x["first_time_s"]["warning"], x["first_time_s"]["error"],
            x["title"], x["harmless"],
        ]
        for x in limits
    ]  # fmt: skip
    write_table(folder / LIMITS_FILE, _HEADER, rows)


def refuse_errors(limits: Sequence[Entry]) -> None:
    """Raise LimitExceeded if any of ``limits`` is in error; it says which, where and when."""
    broken = [_told(x) for x in limits if x["status"] == "error"]
    if broken:
        raise LimitExceeded("\n".join(broken))


def _told(x: Entry) -> str:
    unit = "" if x["unit"] == "1" else f" {x['unit']}"
    place = f" at {place_of(x)}" if x["where"] else ""
    return (
        f"limits.{x['key']}: {x['title']} is {x['value']:.4g}{unit}{place}, beyond the limit of "
        f"{x['error']:.4g}{unit}, first after {x['first_time_s']['error']:.0f} s"
    )


def place_of(x: Entry) -> str:
    """Coordinates of a value, or nothing."""
    return "(" + ", ".join(f"{c:.3g}" for c in x["where"]["mm"]) + ") mm" if x["where"] else ""
