"""What a fit leaves behind: ``fit.json``, ``calibrated.toml``, ``residuals.csv`` and a picture."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cryosim.errors import CaseError
from cryosim.fitting.fit import Fitted
from cryosim.fitting.parameters import case_with
from cryosim.fitting.picture import draw
from cryosim.fitting.words import number
from cryosim.output.files import write_json, write_table, write_text

FIT_FILE, CASE_FILE, RESIDUALS_FILE = "fit.json", "calibrated.toml", "residuals.csv"

HEADER = ("series", "unit", "time [s]", "measured", "computed", "computed at start", "residual",
          "sd", "weight [1]")  # fmt: skip

DIGITS = 6
"""Digits of the values in the case file."""


def prepared(folder: Path, case: Path) -> Path:
    """The folder made, before anything is run; raises CaseError if it cannot be."""
    if (folder / CASE_FILE).exists() and (folder / CASE_FILE).samefile(case):
        raise CaseError(f"{folder} holds the case that is fitted; choose another with --out")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CaseError(f"{folder} is no folder to write to: {error.strerror or error}") from error
    return folder


def write(fitted: Fitted, told: dict[str, Any], folder: Path) -> None:
    """Write all files of the fit; ``fit.json`` last."""
    (folder / FIT_FILE).unlink(missing_ok=True)
    write_text(folder / CASE_FILE, calibrated(fitted, told, folder))
    write_table(folder / RESIDUALS_FILE, HEADER, _rows(fitted))
    draw(folder, told)
    write_json(folder / FIT_FILE, told)


def calibrated(fitted: Fitted, told: dict[str, Any], folder: Path) -> str:
    """The case with the fitted values, and remarks on where they are from."""
    problem = fitted.problem
    where = os.path.relpath(problem.loaded.path.parent.resolve(), folder.resolve())
    values = {
        p: float(f"{entry['value']:.{DIGITS}g}")
        for p, entry in zip(problem.parameters, told["parameters"], strict=True)
    }
    remarks = [
        f"{problem.loaded.path.name} with values fitted by cryosim calibrate to "
        f"{problem.data.name} ({told['values']} values,",
        f"about {told['effective_values']:.0f} of them independent), in {problem.dimension}-D; "
        "95 % intervals:",
        *(f"  {_said(entry)}" for entry in told["parameters"]),
        *(f"WARNING: {doubt['message']}" for doubt in told["warnings"]),
        "The other values are those of that case. See fit.json.",
    ]
    return "".join(f"# {line}\n" for line in remarks) + "\n" + case_with(
        problem.loaded, values, where
    )  # fmt: skip


def _said(entry: dict[str, Any]) -> str:
    """A parameter with its interval."""
    unit = entry["unit"].removeprefix("1")
    ends = entry["interval"]
    between = f"{number(ends[0], 4)} to {number(ends[1], 4)}" if ends else "not decided"
    return f"{entry['name']} = {entry['value']:.4g} {unit} ({between})".replace("  ", " ")


def _rows(fitted: Fitted) -> Iterator[list[float | str]]:
    """A row for each measured value, series by series."""
    ends = np.cumsum([one.values.size for one in fitted.series])[:-1]
    parts = (np.split(x, ends) for x in (fitted.computed, fitted.at_start, fitted.weights))
    for one, y, start, w in zip(fitted.series, *parts, strict=True):
        rows = zip(one.times, one.values, y, start, one.sd, w, strict=True)
        for t, d, c, s, sd, weight in rows:
            yield [one.column.name, one.column.unit, float(t), float(d), float(c), float(s),
                   float(c - d), float(sd), float(weight)]  # fmt: skip
