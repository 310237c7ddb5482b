"""Running the text of a case, and reading what it left."""

import csv
import json
from pathlib import Path

import numpy as np

from cryosim.simulate import run


def result_of(tmp_path, text, name="case", **options):
    """Result folder and summary of the case ``text``."""
    path = tmp_path / f"{name}.toml"
    path.write_text(text)
    folder = run(path, tmp_path / name, **options)
    return folder, json.loads((folder / "result.json").read_text())


def table(folder, name):
    """Columns of a table; empty cells are NaN."""
    with (Path(folder) / name).open() as lines:
        rows = list(csv.DictReader(lines))
    return {k: np.array([float(r[k] or "nan") for r in rows]) for k in rows[0]}


def entry(folder, name):
    """Column of the ledger without its unit."""
    return next(v for k, v in table(folder, "ledger.csv").items() if k.split(" [")[0] == name)
