"""Sweep folders with results that were made up, of the form that ``cryosim run`` writes."""

import hashlib
import json
from itertools import product

from cryosim.sweep import plan as plans
from cryosim.sweep.plan import Design, Plan, Point, Running, Variable

TEMPERATURE = Variable("protocol[1].temperature", "degC")
DURATION = Variable("protocol[1].duration", "min")
CASE = '[[protocol]]\nphase = "cool"\n'


def limit(key, value, warning, error, unit, harmless=None):
    """An entry of ``limits``; the lowest value counts of temperatures, else the highest."""
    sign = -1.0 if unit == "degC" else 1.0
    tiers = {"warning": warning, "error": error}
    margin = {
        name: None if None in (value, tier) else sign * (tier - value)
        for name, tier in tiers.items()
    }
    beyond = [name for name in ("error", "warning") if (margin[name] or 0.0) < 0.0]
    status = beyond[0] if beyond else "ok"
    return {"key": key, "title": key, "value": value, "unit": unit, **tiers, "harmless": harmless,
            "margin": margin, "status": status}  # fmt: skip


def result(loss, skin=-8.0, ice=1e-4):
    """``result.json`` of a run that lost ``loss`` (%) of the fat with skin at ``skin`` (degC)."""
    return {
        "status": "done",
        "title": "made up",
        "quantities": {"coldest skin": {"value": skin, "unit": "degC", "band": 0.25}},
        "outcome": {
            "fat lost after 90 d": {"value": 0.9 * loss, "unit": "%", "interval": None},
            "fat lost after 180 d": {"value": loss, "unit": "%",
                                     "interval": [0.8 * loss, 1.3 * loss]},
        },
        "limits": [
            limit("skin_surface", skin, -10.0, -15.0, "degC", 33.0),
            limit("ice", ice, 0.001, 0.01, "1", 0.0),
            limit("melanocytes", None, -4.0, -5.0, "degC", 33.0),
            limit("nerve_block", skin + 2.0, 8.0, None, "degC"),
            {"key": "pain", "title": "pain", "value": None, "unit": "", "status": "info",
             "margin": {"warning": None, "error": None}},
        ],
        "pigment": {"phototype": "III",
                    "hyperpigmentation": {"low": 1.0, "high": 2.0, "unit": "%"}},
        "timing": {"setup_s": 1.0, "march_s": 2.0, "setup_core_s": 1.5, "march_core_s": 3.5,
                   "spectral_radius_per_s": 40.0, "ranks": 2, "unknowns": 58, "steps": 204},
        "sources": ["coleman-2009", "assumption"],
        "versions": {"cryosim": "0.1.0", "numpy": "2.5.5"},
    }  # fmt: skip


def planned(folder, variables, rows, kind="grid", n=None, title="Made up"):
    """The plan of points with the settings ``rows``, written; every point has its case file."""
    points = []
    for row in rows:
        settings = dict(zip((v.name for v in variables), row, strict=True))
        name = hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]
        points.append(Point(name, 2, settings))
    design = Design(kind, tuple(v.name for v in variables), n or len(points), 0,
                    tuple(p.name for p in points))  # fmt: skip
    plan = Plan(folder, title, "base", tuple(variables), tuple(points), (design,), Running())
    for point in points:
        plan.folder_of(point).mkdir(parents=True)
        (plan.folder_of(point) / "case.toml").write_text(CASE)
    plans.write(plan)
    return plan


def finish(plan, point, content):
    """Write the result of a ``point``."""
    text = json.dumps(content, indent=2)
    (plan.folder_of(point) / "result.json").write_text(text)


def treatments(folder, temperatures=(-6.0, -10.0, -14.0, -18.0), times=(20.0, 40.0, 60.0), **more):
    """A grid of temperature by time, all done: cold and long loses more, below -17 degC is ice."""
    rows = [(float(T), float(t)) for T, t in product(temperatures, times)]
    plan = planned(folder, [TEMPERATURE, DURATION], rows, **more)
    for point, (T, t) in zip(plan.points, rows, strict=True):
        finish(plan, point, result(-T * t / 20.0, T + 1.5, 0.5 if T < -17.0 else 1e-4))
    return plan
