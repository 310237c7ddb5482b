"""The report of a run of the experiments: JSON, plots, case files, and one HTML page."""

from math import isfinite
from pathlib import Path
from typing import Any

from cryosim.library.cite import GRADES
from cryosim.output.files import write_json, write_text
from cryosim.output.provenance import versions
from cryosim.validate.cases import Variant, case_text, file_name, nominal, variants
from cryosim.validate.compare import Compared, inside, verdict
from cryosim.validate.experiment import ROLES, Experiment, not_posed, sources
from cryosim.validate.figure import draw
from cryosim.validate.html import as_html
from cryosim.validate.suite import Outcome, Report
from cryosim.verify.suite import hardware

JSON_FILE = "validation.json"
HTML_FILE = "validation.html"


def write(report: Report, folder: Path) -> None:
    """Write everything to ``folder``; rank 0 only."""
    content = as_json(report)
    plots = {
        o.experiment.name: draw(o.experiment, o.compared) for o in report.outcomes if o.compared
    }
    for name, plot in plots.items():
        write_text(folder / f"{name}.svg", plot)
    for outcome in report.outcomes:
        _write_cases(outcome.experiment, folder / "cases" / outcome.experiment.name)
    write_text(folder / HTML_FILE, as_html(content, plots))
    write_json(folder / JSON_FILE, content)


def _write_cases(one: Experiment, folder: Path) -> None:
    """Every case file that was run."""
    for setting in one.settings:
        for variant in variants(one):
            write_text(folder / file_name(setting, variant), case_text(one, setting, variant))


def as_json(report: Report) -> dict[str, Any]:
    """The report; a number that was not reached is null."""
    return {
        "format": 1,
        "ran": report.ran,
        "when": report.when,
        "seconds": round(report.seconds, 2),
        "ranks": report.ranks,
        "versions": versions(),
        "hardware": hardware(),
        "experiments": [_experiment(outcome) for outcome in report.outcomes],
        "not_posed": [
            entry.model_dump(exclude={"sources", "why"})
            | {"why": entry.why, "sources": _sources(entry.sources)}
            for entry in not_posed()
        ],
    }


def _experiment(outcome: Outcome) -> dict[str, Any]:
    one, found = outcome.experiment, outcome.compared
    first, central = one.settings[0], nominal(one)
    return {
        "name": one.name,
        "title": one.title,
        "role": one.role,
        "role_means": ROLES[one.role],
        "criterion": one.criterion,
        "sources": _sources(one.sources),
        "grade": one.grade,
        "grade_means": GRADES[one.grade],
        "n": one.n,
        "subjects": one.subjects,
        "measured": one.measured,
        "spread": one.spread,
        "assumed": list(one.assumed),
        "scanned": one.scanned,
        "predicted": one.predicted,
        "notes": list(one.notes),
        "counted": one.counted,
        "inputs": [
            {"name": i.name, "basis": i.basis, "levels": [level.label for level in i.levels],
             "nominal": next(level.label for level in i.levels if level.nominal)}
            for i in one.inputs
        ],
        "nominal": central.label,
        "points": [_point(one, c) for c in found],
        "variants": [_variant(found, v) for v in variants(one)] if found else [],
        "verdict": verdict(one, found) if found else [],
        "case": case_text(one, first, central),
        "case_file": file_name(first, central),
        "runs": outcome.runs,
        "seconds": round(outcome.seconds, 2),
        "problem": outcome.problem,
    }  # fmt: skip


def _sources(keys: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"key": key, **sources()[key].model_dump(exclude_none=True)} for key in keys]


def _point(one: Experiment, c: Compared) -> dict[str, Any]:
    low, high = c.band
    return {
        "what": c.label,
        "quantity": one.panels[c.point.panel].title,
        "unit": one.panels[c.point.panel].unit,
        "mean": c.point.mean,
        "sd": c.point.sd,
        "low": c.point.low,
        "high": c.point.high,
        "places": c.point.places,
        "within": c.point.within,
        "nominal": _finite(c.nominal.value),
        "interval": c.nominal.interval,
        "band": [_finite(low), _finite(high)],
        "difference": _finite(c.difference),
        "difference_in_sd": _finite(c.in_sd),
        "inside": c.point.inside(c.nominal),
        "measured_in_band": c.measured_in_band,
    }


def _variant(found: list[Compared], variant: Variant) -> dict[str, Any]:
    count, of = inside(found, variant)
    values = [c.computed[variant.label] for c in found]
    return {
        "label": variant.label,
        "nominal": variant.nominal,
        "inside": count,
        "of": of,
        "computed": [_finite(number.value) for number in values],
        "is_inside": [c.point.inside(v) for c, v in zip(found, values, strict=True)],
    }


def _finite(value: float | None) -> float | None:
    """``value``, or None for a number that JSON has no word for."""
    return value if value is not None and isfinite(value) else None
