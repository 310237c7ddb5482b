"""The verb of the command line that fits a case to a bench; it loads the rest when called."""

from pathlib import Path
from typing import Annotated

import typer

CaseFile = Annotated[Path, typer.Argument(help="Case file (TOML).", show_default=False)]
DataFile = Annotated[
    Path, typer.Argument(help="Measurements (CSV): time, probes, heat flux.", show_default=False)
]


def calibrate(
    case: CaseFile,
    data: DataFile,
    fit: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH[=LOW:HIGH]",
            help="Key path of a number to fit, and its bounds; repeat it. "
            "Contact conductance if not given.",
        ),
    ] = None,
    sd: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[NAME=]SD",
            help='Standard deviation of the measurements, such as "0.2 K"; repeat it.',
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the fit; results/<case>_fit if not given.")
    ] = None,
    dimension: Annotated[
        int | None, typer.Option(min=1, max=3, help="Of the runs; the case's if not given.")
    ] = None,
    robust: Annotated[
        bool, typer.Option("--robust", help="Let outliers count less (soft L1).")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Fit properties of a case to thermocouples and heat flux of a bench."""
    from cryosim.fitting.display import Display
    from cryosim.fitting.fit import fit as search
    from cryosim.fitting.problem import problem_of
    from cryosim.fitting.told import told
    from cryosim.fitting.write import prepared, write

    problem = problem_of(case, data, fit or (), sd or (), dimension=dimension, robust=robust)
    folder = prepared(out or Path("results") / f"{case.stem}_fit", case)
    with Display(quiet=quiet) as display:
        found = search(problem, watch=display.watch)
    said = told(found)
    write(found, said, folder)
    display.summary(said)
    if not quiet:
        print(f"fit in {folder}")
