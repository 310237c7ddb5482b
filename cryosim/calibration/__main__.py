"""``python -m cryosim.calibration``: fit, report, and write the parameters to the library."""

import sys
from pathlib import Path
from time import perf_counter

from rich.console import Console

import cryosim.library
from cryosim.calibration import report, write
from cryosim.calibration.forward import computed
from cryosim.calibration.result import calibrated
from cryosim.calibration.trials import trials
from cryosim.library.calibration import FILE

VARIANTS = 24
"""Choices of the uncertain inputs beside the nominal one."""

DRAWS = 200
SEED = 1


def main() -> None:
    """Run the calibration."""
    began = perf_counter()
    console = Console(emoji=False) if sys.stdout.isatty() else Console(width=140, emoji=False)
    data = trials()
    variants = computed(data, VARIANTS, SEED, lambda done, of: _tell(console, done, of))
    found = calibrated(data, variants, DRAWS, SEED)
    target = Path(cryosim.library.__path__[0]) / FILE
    page = report.write(found, Path("results") / "calibration")
    write.write(found, target)
    report.tell(found, console)
    seconds = perf_counter() - began
    console.print(f"{len(variants)} variants, {DRAWS} draws, {seconds:.0f} s", highlight=False)
    console.print(f"{page}\n{target}", highlight=False, markup=False)


def _tell(console: Console, done: int, of: int) -> None:
    """Say how far the thermal runs are; only where somebody waits for it."""
    if console.is_terminal:
        console.print(f"thermal run {done + 1} of {of}", end="\r", markup=False)


if __name__ == "__main__":
    main()
