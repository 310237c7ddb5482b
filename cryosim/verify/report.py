"""The report of a run of the suite: JSON for machines, one HTML page for people and for paper."""

from collections.abc import Iterable
from dataclasses import asdict
from html import escape
from importlib.resources import files
from math import isfinite
from pathlib import Path
from string import Template
from typing import Any

from cryosim.output.files import write_json, write_text
from cryosim.output.provenance import versions
from cryosim.verify.registry import NOT_COVERED
from cryosim.verify.results import Result
from cryosim.verify.suite import Outcome, Report, hardware

JSON_FILE = "verification.json"
HTML_FILE = "verification.html"

COLUMNS = ("quantity", "unit", "reference", "computed", "error", "tolerance", "order", "")


def write(report: Report, folder: Path) -> None:
    """Write both files to ``folder``; rank 0 only."""
    write_json(folder / JSON_FILE, as_json(report))
    write_text(folder / HTML_FILE, as_html(report))


def as_json(report: Report) -> dict[str, Any]:
    """The report; what is no finite number is null."""
    return {
        "format": 1,
        "passes": report.passes,
        "suite": "quick" if report.quick else "full",
        "when": report.when,
        "seconds": round(report.seconds, 2),
        "ranks": report.ranks,
        "versions": versions(),
        "hardware": hardware(),
        "failed": report.failed,
        "benchmarks": [_benchmark(outcome) for outcome in report.outcomes],
        "not_covered": [{"what": what, "why": why} for what, why in NOT_COVERED],
    }


def _benchmark(outcome: Outcome) -> dict[str, Any]:
    benchmark = outcome.benchmark
    return {
        "name": benchmark.name,
        "title": benchmark.title,
        "tests": benchmark.tests,
        "source": benchmark.source,
        "passes": outcome.passes,
        "problem": outcome.problem,
        "skipped": outcome.skipped,
        "seconds": round(outcome.seconds, 3),
        "results": [_finite(asdict(r)) | {"passes": r.passes} for r in outcome.results],
    }


def _finite(value: Any) -> Any:
    """``value``, or None for a number that JSON has no word for, in lists and tables too."""
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not isfinite(value) else value


def cells(result: Result) -> tuple[str, ...]:
    """Texts of one line of the table, in the order of ``COLUMNS``."""
    unit = "" if result.unit == "1" else result.unit
    mark = " rel" if result.relative else ""
    return (
        result.quantity, unit, f"{result.reference:.6g}", f"{result.computed:.6g}",
        f"{result.error:.2g}{mark}", f"{result.tolerance:.2g}{mark}",
        "" if result.order is None else f"{result.order:.2f}",
        "pass" if result.passes else "FAIL",
    )  # fmt: skip


# --- HTML ---


def as_html(report: Report) -> str:
    """One page without anything outside it."""
    template = files("cryosim.verify").joinpath("data", "report.html").read_text(encoding="utf-8")
    count = sum(len(outcome.results) for outcome in report.outcomes)
    failed = sum(not r.passes for outcome in report.outcomes for r in outcome.results)
    verdict = "passes" if report.passes else f"fails: {', '.join(report.failed)}"
    facts = {
        "Suite": "quick" if report.quick else "full",
        "Run": report.when,
        "Time": f"{report.seconds:.1f} s on {report.ranks} rank{'s' if report.ranks > 1 else ''}",
        "Numbers": f"{count} compared, {failed} outside their tolerance",
        **{name.capitalize(): value for name, value in hardware().items()},
        "Versions": ", ".join(f"{name} {v}" for name, v in versions().items()),
    }
    return Template(template).substitute(
        verdict=escape(verdict),
        state="pass" if report.passes else "fail",
        facts=_rows(facts.items()),
        head="".join(f"<th>{column}</th>" for column in COLUMNS),
        benchmarks="\n".join(_section(outcome) for outcome in report.outcomes),
        missing=_rows(NOT_COVERED),
    )


def _rows(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in pairs
    )


def _section(outcome: Outcome) -> str:
    """Heading and lines of one benchmark."""
    benchmark = outcome.benchmark
    about = (
        f"<b>{escape(benchmark.title)}</b> <code>{escape(benchmark.name)}</code> "
        f"<span>{escape(benchmark.tests)}. Reference: {escape(benchmark.source)}. "
        f"{outcome.seconds:.1f} s.</span>"
    )
    lines = [_line(result) for result in outcome.results]
    for text, kind in ((outcome.problem, "fail"), (outcome.skipped, "skip")):
        if text:
            lines.append(
                f"<tr class='{kind}'><td colspan='{len(COLUMNS)}'>{escape(text)}</td></tr>"
            )
    head = f"<tr class='about'><td colspan='{len(COLUMNS)}'>{about}</td></tr>"
    return f"<tbody id='{escape(benchmark.name)}'>\n{head}\n{''.join(lines)}\n</tbody>"


def _line(result: Result) -> str:
    """One line, with a bar of the error as a share of the tolerance."""
    *texts, verdict = (escape(text) for text in cells(result))
    share = min(result.error / result.tolerance, 1.0) if isfinite(result.error) else 1.0
    bar = (
        "<svg width='60' height='8' role='img' aria-label='error as a share of the tolerance'>"
        "<rect class='room' width='60' height='8'/>"
        f"<rect class='used' width='{60 * share:.1f}' height='8'/></svg>"
    )
    values = "".join(f"<td>{text}</td>" for text in texts)
    return f"<tr class='{verdict.lower()}'>{values}<td>{bar} {verdict}</td></tr>\n"
