"""Finished runs for the tests of pages: short ones that are computed, and made ones."""

import json
import shutil
from pathlib import Path

from conftest import COARSE, treatment
from view.meaning import tell_months, tell_thickness
from view.synthetic import make

from cryosim.case.toml import text_of
from cryosim.simulate import run

TITLE = 'Cold <script>alert("x")</script> & "quotes", \u00b5 \u00bd'
"""A title that would break a page that did not escape it."""


def computed(folder: Path, *, bands: bool = False, **changes) -> Path:
    """The result of a short treatment of a column."""
    case = folder / "case.toml"
    folder.mkdir(parents=True)
    case.write_text(text_of(treatment(mesh=COARSE, **changes)), encoding="utf-8")
    return run(case, folder / "result", figures=False, error_bands=bands)


def in_space(folder: Path, like: Path, title: str = "Made block") -> Path:
    """A block made from formulas that says of itself what the run ``like`` says."""
    make(folder, "hexahedron", across=10, title=title)
    told = json.loads((like / "result.json").read_text(encoding="utf-8"))
    told |= {"title": title, "dimension": 3}
    (folder / "result.json").write_text(json.dumps(told), encoding="utf-8")
    for name in ("ledger", "limits"):
        shutil.copy(like / f"{name}.csv", folder)
    tell_months(folder, banded=True)
    tell_thickness(folder)
    return folder
