"""The same cup drawn in four ways: a table of what differs, as Markdown.

Parametric and hyperelastic, in a section and in three dimensions; cases/abdomen_cup_drawn.toml is
the case.  The parametric folds are given the height of the hyperelastic ones.  Run it with an empty
XDG_CACHE_HOME to time the draws.  Usage: python benchmarks/draws.py [FOLDER]
"""

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from cryosim.simulate import run

CASE = Path(__file__).parents[1] / "cases/abdomen_cup_drawn.toml"


def main(folder: Path) -> None:
    """Run the four and print the table."""
    print("| | section, hyperelastic | section, parametric | 3-D, hyperelastic | 3-D, parametric |")
    print("|---|---|---|---|---|")
    columns = [column for dimension in (2, 3) for column in _pair(folder, dimension)]
    for row in columns[0]:
        print(f"| {row} | " + " | ".join(column[row] for column in columns) + " |", flush=True)


def _pair(folder: Path, dimension: int) -> list[dict[str, str]]:
    """The hyperelastic fold, then the parametric one of its height."""
    text = re.sub(r"(?m)^dimension = 3$", f"dimension = {dimension}", CASE.read_text())
    drawn = _result(folder / f"drawn_{dimension}", text)
    height = drawn["draws"]["applicator"]["height [m]"]
    given = text.replace('draw = "hyperelastic"', f'draw = "parametric"\nheight = "{height} m"')
    return [_column(drawn), _column(_result(folder / f"given_{dimension}", given))]


def _result(folder: Path, text: str) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    case = folder / "case.toml"
    case.write_text(text)
    out = run(case, folder / "out", figures=False)
    result: dict[str, Any] = json.loads((out / "result.json").read_text())
    return result


def _column(result: dict[str, Any]) -> dict[str, str]:
    def shown(name: str) -> str:
        entry = result["quantities"][name]
        return f"{entry['value']:.3g} {entry['unit']}"

    draw, timing = result["draws"]["applicator"], result["timing"]
    rest, drawn = draw["layers on the axis, at rest and drawn [m]"][0]
    return {
        "height of the fold": shown("applicator: height of the fold"),
        "skin on the plates": shown("applicator: skin in contact"),
        "skin on the crest, of that at rest": f"{drawn / rest:.2f}",
        "fat in the cup": shown("fat under applicators"),
        "deepest threshold front": shown("deepest threshold front"),
        "fat below the threshold": shown("fat: largest volume below threshold"),
        "coldest skin": shown("coldest skin"),
        "last heat flux": shown("applicator: last heat flux"),
        "adipocytes lost in the cup": shown("adipocytes lost under applicators"),
        "worst scaled Jacobian": f"{draw['worst scaled Jacobian']:.2f}",
        "unknowns of heat": f"{timing['unknowns']}",
        "set-up with draw, core-s": f"{timing['setup_core_s']:.0f}",
        "march, core-s": f"{timing['march_core_s']:.0f}",
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp()))
