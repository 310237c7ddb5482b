"""The page of the verification suite, made from a run of it.

The run is kept in ``build/docs`` under a hash of the package, its versions and the hardware, so
that a tree that did not change runs the suite once.
"""

import inspect
import json
import subprocess
import sys
from hashlib import sha256
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import plot_verification as plot
from gen_reference import prose

import cryosim
from cryosim.output.provenance import versions
from cryosim.verify import report
from cryosim.verify.registry import named
from cryosim.verify.results import Result
from cryosim.verify.suite import hardware

HERE = Path(__file__).parent
CACHE = HERE.parent / "build" / "docs"

PAGE = "verification.md"

COLUMNS = ("", "quantity", "reference", "computed", "error", "tolerance", "order")
"""Columns of the tables; the unit stands with the quantity."""


def pages() -> dict[str, str]:
    """Path of the page and of its pictures -> text."""
    run = suite()
    drawn = {b["name"]: plot.picture(b) for b in run["benchmarks"]}
    files = {f"verification/{name}.svg": svg for name, svg in drawn.items() if svg}
    return {PAGE: _page(run, {name for name, svg in drawn.items() if svg})} | files


# --- the run ---


def suite() -> dict[str, Any]:
    """Report of the whole suite, for the package as it is."""
    kept = CACHE / f"verification-{_key()}.json"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        for old in kept.parent.glob("verification-*.json"):
            old.unlink()
        kept.write_text(_run(), encoding="utf-8")
    return dict(json.loads(kept.read_text(encoding="utf-8")))


def _run() -> str:
    """Run the suite in a process of its own; a suite that fails has a report all the same."""
    with TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "cryosim", "verify", "--out", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        file = Path(folder) / report.JSON_FILE
        if done.returncode not in (0, 3) or not file.is_file():
            raise RuntimeError(f"cryosim verify ended with {done.returncode}: {done.stderr}")
        return file.read_text(encoding="utf-8")


def _key() -> str:
    """Hash of all that the result of the suite depends on."""
    digest = sha256(json.dumps([versions(), hardware()], sort_keys=True).encode())
    root = Path(cryosim.__file__).parent
    for file in sorted(root.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


# --- the page ---


def _page(run: dict[str, Any], drawn: set[str]) -> str:
    """Introduction, run, overview, one section per benchmark, what is left out."""
    parts = [(HERE / "parts" / PAGE).read_text(encoding="utf-8"), _facts(run), _overview(run)]
    parts += [_benchmark(b, b["name"] in drawn) for b in run["benchmarks"]]
    parts.append("## What is not covered\n\n| what | why |\n|---|---|")
    parts += [_row(entry["what"], entry["why"]) for entry in run["not_covered"]]
    return "\n".join(parts) + "\n"


def _facts(run: dict[str, Any]) -> str:
    """What ran, where, with what."""
    count = sum(len(b["results"]) for b in run["benchmarks"])
    off = sum(not r["passes"] for b in run["benchmarks"] for r in b["results"])
    verdict = "passes" if run["passes"] else f"**fails**: {', '.join(run['failed'])}"
    ranks = f"{run['ranks']} rank{'s' if run['ranks'] > 1 else ''}"
    rows = {
        "The suite": f"{verdict}; {count} numbers compared, {off} outside their tolerance",
        "Run": f"{run['when']}, {run['seconds']:.0f} s on {ranks}",
        **{name.capitalize(): value for name, value in run["hardware"].items()},
        "Versions": ", ".join(f"{name} {v}" for name, v in run["versions"].items()),
    }
    head, *rest = (_row(k, v) for k, v in rows.items())
    return "\n".join(["## The run\n", head, "|---|---|", *rest, ""])


def _overview(run: dict[str, Any]) -> str:
    """One line per benchmark: what it would show wrong, and how near its worst number is."""
    rows = []
    for b in run["benchmarks"]:
        shares = [r["error"] / r["tolerance"] for r in b["results"] if r["error"] is not None]
        used = f"{100 * max(shares):.0f} %" if shares else ""
        title = f"[{b['title']}](#{b['name']})"
        rows.append(_row(title, b["tests"], used, _verdict(b)))
    head = "| problem | what it tests | of the tolerance | |\n|---|---|--:|---|"
    return "\n".join(["## At a glance\n", head, *rows, "", "## Benchmarks\n"])


def _verdict(benchmark: dict[str, Any]) -> str:
    if benchmark["skipped"]:
        return "not run"
    return "pass" if benchmark["passes"] else "**FAIL**"


def _benchmark(b: dict[str, Any], drawn: bool) -> str:
    """Section of one benchmark."""
    about = prose(inspect.getdoc(named(b["name"]).compute) or "")
    lines = [
        f"### {b['title']} {{ #{b['name']} }}\n",
        f"{about}\n",
        f"**Tests** {b['tests']}. **Reference** {b['source']}. "
        f"**Name** `{b['name']}`, {b['seconds']:.1f} s.\n",
    ]
    lines += [f"**{word}:** {escape(b[key])}\n" for key, word in _ENDS.items() if b[key]]
    if b["results"]:
        lines += _numbers([_cells(result) for result in b["results"]])
    if drawn:
        lines.append(f"\n![{plot.words(b)}](verification/{b['name']}.svg){{ .plot }}")
    return "\n".join([*lines, ""])


_ENDS = {"problem": "Ended early", "skipped": "Not run"}


def _numbers(rows: list[dict[str, str]]) -> list[str]:
    """Table of the numbers of a benchmark; orders only where there are some."""
    columns = [name for name in COLUMNS if any(row[name] for row in rows)]
    sides = ("---" if name in ("", "quantity") else "--:" for name in columns)
    lines = [_row(*columns), f"| {' | '.join(sides)} |"]
    return [*lines, *(_row(*(row[name] for name in columns)) for row in rows)]


def _cells(result: dict[str, Any]) -> dict[str, str]:
    """Column -> text of one line, as the command shows it, the unit with the quantity."""
    numbers = ("reference", "computed", "error", "tolerance")
    values = {k: float("nan") if result[k] is None else result[k] for k in numbers}
    shown = Result(
        result["quantity"], result["unit"], **values, order=result["order"],
        relative=result["relative"],
    )  # fmt: skip
    row = dict(zip(report.COLUMNS, report.cells(shown), strict=True))
    if row["unit"]:
        row["quantity"] += f", {row['unit']}"
    if shown.reference == 0.0:
        row["computed"] = f"{shown.computed:.2g}"
    return {k: v.replace("e-", "e\u2011") if k in numbers else v for k, v in row.items()}


def _row(*cells: str) -> str:
    """Line of a table."""
    return "| " + " | ".join(c.replace("|", "\\|").replace("<", "&lt;") for c in cells) + " |"
