"""The command line: verbs, no logic.

Exit codes: 0 done, 2 bad input or a missing tool, 3 the run failed (numerics, or a disk that is
full), or the verification suite did, or no plan reaches its target, 4 a limit of safety is in error
and ``--strict`` was asked for, 130 interrupted.
"""

import json
import traceback
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cryosim import __version__
from cryosim.case.editor import json_schema
from cryosim.case.load import load
from cryosim.case.sources import bibliography_of
from cryosim.case.toml import text_of
from cryosim.doctor.verbs import doctor
from cryosim.ending import abort, end, refuse_other_size, several_ranks
from cryosim.errors import CaseError, CryosimError
from cryosim.fitting.verbs import calibrate
from cryosim.library.table import Shelf, as_dict, rendered
from cryosim.looking import view
from cryosim.planning.verbs import plan
from cryosim.report.verbs import compare, report
from cryosim.sweep.verbs import app as sweep
from cryosim.view.verbs import animate, paraview, plot

app = typer.Typer(
    name="cryosim",
    help="Simulate cryolipolysis: from a case file to numbers, fields and pictures.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

CaseFile = Annotated[Path, typer.Argument(help="Case file (TOML).", show_default=False)]


@app.command()
def run(
    case: CaseFile,
    out: Annotated[
        Path | None, typer.Option(help="Result folder; results/<case> if not given.")
    ] = None,
    resume: Annotated[bool, typer.Option(help="Take up an interrupted run.")] = False,
    figures: Annotated[
        bool | None, typer.Option(help="Draw pictures, whatever the case says.")
    ] = None,
    error_bands: Annotated[
        bool, typer.Option("--error-bands", help="Estimate the numerical error of every number.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit code 4 if a limit of safety is in error.")
    ] = False,
    samples: Annotated[int | None, typer.Option(min=2, help="Draws of uncertain inputs.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the samples.")] = 0,
    samples_dimension: Annotated[int | None, typer.Option(min=1, max=3, help="Theirs.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
) -> None:
    """Run a case and write its result folder."""
    from cryosim.parallel import ranks_found

    refuse_other_size(ranks_found())
    from cryosim.folder import refuse_broken_limits
    from cryosim.simulate import run as run_case
    from cryosim.terminal import Display
    from cryosim.uncertainty.display import show_samples
    from cryosim.uncertainty.study import study_of

    study = study_of(case, samples, seed, samples_dimension) if samples else None
    with Display(quiet=quiet) as display:
        folder = run_case(
            case, out, resume=resume, figures=figures, error_bands=error_bands, watch=display.watch
        )
    display.summary(folder)
    if study is not None:
        show_samples(study, folder, resume=resume, figures=figures, quiet=quiet)
    if strict:
        refuse_broken_limits(folder)


@app.command()
def check(
    case: CaseFile,
    expanded: Annotated[
        bool, typer.Option("--expanded", help="Print the case with sites and such written out.")
    ] = False,
) -> None:
    """Check a case file and say what it contains."""
    from cryosim.uncertainty.inputs import inputs_of

    loaded = load(case)
    if loaded.case.uncertainty:
        inputs_of(loaded)
    if expanded:
        print(text_of(loaded.expanded.fields), end="")
        return
    minutes = loaded.case.duration / 60
    print(f"{case}: good")
    print(f"  {loaded.case.title}")
    print(f"  dimension {loaded.case.dimension}, {minutes:g} min, case hash {loaded.hash}")
    for override in loaded.overrides:
        print(f"  overrides {override}")


@app.command()
def schema() -> None:
    """Print the JSON Schema of case files, for editors."""
    print(json.dumps(json_schema(), indent=2))


@app.command()
def new(
    path: Annotated[Path, typer.Argument(help="File to write.")] = Path("case.toml"),
) -> None:
    """Write a commented starter case."""
    if path.exists():
        raise CaseError(f"{path} exists already; choose another name")
    text = files("cryosim.case").joinpath("starter.toml").read_text(encoding="utf-8")
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CaseError(f"{path} cannot be written: {error.strerror}") from error
    print(f"wrote {path}; now: cryosim run {path}")


@app.command()
def cite(case: CaseFile) -> None:
    """Print the values that a case takes, how far each can be trusted, and the literature."""
    print(bibliography_of(load(case)).render(width=min(100, Console(emoji=False).width)))


@app.command(name="list")
def list_(
    what: Annotated[Shelf, typer.Argument(help="What to list.", show_default=False)],
    name: Annotated[str | None, typer.Argument(help="One of them only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")] = False,
) -> None:
    """List what the library holds, with spread, grade and sources of every value."""
    if as_json:
        print(json.dumps(as_dict(what, name), indent=2, ensure_ascii=False))
    else:
        Console(emoji=False).print(rendered(what, name))


@app.command()
def mesh(case: CaseFile) -> None:
    """Build the mesh of a case and report on it."""
    from mpi4py import MPI

    from cryosim.fem.quality import quality
    from cryosim.treatment.build import mesh_for
    from cryosim.treatment.cups import draws_of

    loaded, comm = load(case), MPI.COMM_WORLD
    report = quality(mesh_for(loaded, draws_of(loaded, comm), comm))
    if MPI.COMM_WORLD.rank == 0:
        print(json.dumps(report, indent=2, default=str))


app.command()(view)
app.command()(plot)
app.command()(paraview)
app.command()(animate)
app.command()(report)
app.command()(compare)
app.command()(plan)
app.command()(calibrate)
app.add_typer(sweep, name="sweep")


@app.command()
def verify(
    case: Annotated[
        Path | None, typer.Argument(help="Case to solve on three meshes; the suite if not given.")
    ] = None,
    quick: Annotated[bool, typer.Option(help="Only what takes less than a minute.")] = False,
    out: Annotated[Path, typer.Option(help="Folder of the report.")] = Path("results/verification"),
) -> None:
    """Verify this installation by its suite, or the solution of a case by other meshes."""
    if case is not None:
        _verify_solution(case, out)
        return
    from mpi4py import MPI

    from cryosim.parallel import on_root
    from cryosim.verify.report import HTML_FILE, write
    from cryosim.verify.suite import verify as verify_suite
    from cryosim.verify.table import Display

    display = Display()
    report = verify_suite(quick=quick, watch=display.watch)
    display.summary(report)
    on_root(MPI.COMM_WORLD, lambda: write(report, out))
    if MPI.COMM_WORLD.rank == 0:
        print(f"report in {out / HTML_FILE}")
    if not report.passes:
        raise typer.Exit(3)


def _verify_solution(case: Path, out: Path) -> None:
    """Solve ``case`` four times, show orders and error bands, write them to ``out``."""
    from mpi4py import MPI

    from cryosim.output.files import write_json
    from cryosim.parallel import collected_together, on_root
    from cryosim.verify.solution import verify_solution

    comm = MPI.COMM_WORLD
    console = Console(quiet=comm.rank > 0, emoji=False)
    loaded = on_root(comm, lambda: load(case))
    with collected_together(comm):
        report = verify_solution(loaded, comm, lambda what: console.print(what, style="dim"))
    file = out / f"{case.stem}.json"
    on_root(comm, lambda: write_json(file, report.as_dict()))
    console.print(report.table())
    console.print(f"report in {file}", highlight=False, markup=False)


@app.command()
def validate(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Experiments; all of them.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the report.")] = Path("results/validation"),
) -> None:
    """Compute published experiments and trials, and set them beside what was measured.

    What is found is no matter of the exit code; a run that fails is.
    """
    from mpi4py import MPI

    from cryosim.parallel import on_root
    from cryosim.validate.report import HTML_FILE, as_json, write
    from cryosim.validate.suite import validate as compute
    from cryosim.validate.table import Display

    display = Display()
    report = compute(names or (), display.watch)
    display.summary(as_json(report))
    on_root(MPI.COMM_WORLD, lambda: write(report, out))
    if MPI.COMM_WORLD.rank == 0:
        print(f"report in {out / HTML_FILE}")
    if not report.ran:
        raise typer.Exit(3)


app.command()(doctor)


@app.command()
def version() -> None:
    """Print the version."""
    print(__version__)


def main() -> None:
    """Run the command line; errors meant for the user end without a traceback."""
    try:
        app()
    except CryosimError as error:
        end(str(error), error.exit_code)
    except OSError as error:
        end(f"{error.filename or 'a file'}: {error.strerror or error}", CryosimError.exit_code)
    except Exception:
        comm = several_ranks()
        if comm is not None:
            traceback.print_exc()
            abort(comm, 1)
        raise
