"""Run BP1-N and print its error against the reference and what it cost.

    python benchmarks/bp1.py [REPEATS]

Errors count space and time together.  Cost is process time of the march, one thread; compare it
between runs on the same machine only.
"""

import csv
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from cryosim.simulate import run

HERE = Path(__file__).parent
CASE = HERE.parent / "cases" / "bp1_n.toml"


def errors(folder: Path) -> np.ndarray:
    """Temperature minus reference (K) at the reference's times (rows) and depths (columns)."""
    reference = json.loads((HERE / "bp1_reference.json").read_text())
    with (folder / "probes.csv").open() as file:
        header, *rows = list(csv.reader(file))
    at = {round(float(row[0])): row for row in rows}
    columns = [header.index(f"{depth:g} mm [degC]") for depth in reference["depth_mm"]]
    found = [[float(at[t][c]) for c in columns] for t in reference["time_s"]]
    return np.array(found) - np.array(reference["temperature_degC"])


def main(repeats: int) -> None:
    """Print one line for each repeat, then the errors of the last."""
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeats):
            out = run(CASE, Path(folder), figures=False)
            timing = json.loads((out / "result.json").read_text())["timing"]
            print(
                f"{timing['unknowns']} unknowns, {timing['products']} products, "
                f"march {timing['march_core_s']:.2f} core-s, set-up {timing['setup_s']:.2f} s"
            )
        off = errors(out)
    print("error (K) at 60, 120, 300, 600, 1200, 2700 s by depth 0, 2, 5, 10, 15, 22 mm:")
    print(np.array2string(off, precision=3, suppress_small=True))
    print(f"largest {np.abs(off).max():.3f} K")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
