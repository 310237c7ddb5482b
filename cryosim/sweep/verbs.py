"""Verbs of the command line for sweeps; each loads what it needs only when it is called."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cryosim.errors import CaseError

app = typer.Typer(
    help="Many points of one case: planned, run here or by Slurm, gathered in one table.",
    no_args_is_help=True,
)

Folder = Annotated[Path, typer.Argument(help="Folder of the sweep.", show_default=False)]
Cores = Annotated[
    int | None, typer.Option(min=1, help="Ranks that may run at a time; the cores if not given.")
]
BySlurm = Annotated[bool, typer.Option("--slurm", help="Submit to Slurm instead of running here.")]
ProfileFile = Annotated[
    Path | None,
    typer.Option("--profile", help="Profile of the cluster; see cryosim sweep profile."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON, for other programs.")]


@app.command()
def plan(
    definition: Annotated[Path, typer.Argument(help="Definition (TOML).", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="Folder of the sweep; results/<definition> if not given.")
    ] = None,
) -> None:
    """Write a folder with a case file for each point; points that are there already stay."""
    from cryosim.sweep.display import planned, planning
    from cryosim.sweep.making import make

    with planning() as watch:
        made = make(definition, out or _folder_of(definition), watch)
    planned(made)


def _folder_of(definition: Path) -> Path:
    """Where a sweep goes if nothing else is said."""
    return Path("results") / definition.stem


@app.command()
def run(
    folder: Annotated[
        Path,
        typer.Argument(help="Folder of the sweep, or a definition to plan.", show_default=False),
    ],
    cores: Cores = None,
    slurm: BySlurm = False,
    profile: ProfileFile = None,
    quiet: Quiet = False,
) -> None:
    """Run all points that are not done, here or by Slurm.

    Ends with 3 if points failed; the others are done all the same.
    """
    from cryosim.sweep.display import planned, planning
    from cryosim.sweep.driver import run as run_all
    from cryosim.sweep.making import make

    if folder.suffix == ".toml":
        with planning(quiet=quiet) as watch:
            made = make(folder, _folder_of(folder), watch)
        if not quiet:
            planned(made)
        folder = made.plan.folder
    run_all(folder, cores=cores, by_slurm=slurm, profile_file=profile, quiet=quiet)


@app.command()
def retry(
    folder: Folder,
    reason: Annotated[
        str | None, typer.Option(help="Only those that failed so, such as diverged.")
    ] = None,
    cores: Cores = None,
    slurm: BySlurm = False,
    profile: ProfileFile = None,
    quiet: Quiet = False,
) -> None:
    """Run the points that failed anew, from their beginning, whatever made them fail."""
    from cryosim.sweep.driver import retry as again

    again(folder, reason, cores=cores, by_slurm=slurm, profile_file=profile, quiet=quiet)


@app.command()
def status(folder: Folder, as_json: Json = False) -> None:
    """Say how many points are done, running and waiting, and what failed and why."""
    from cryosim.sweep.display import summary
    from cryosim.sweep.plan import read
    from cryosim.sweep.slurm import queue_state
    from cryosim.sweep.status import status_of

    found = read(folder)
    queue = queue_state(found)
    stand = status_of(found, queue.points)
    if as_json:
        print(json.dumps({**stand.as_dict(), "slurm": queue.note}, indent=2, ensure_ascii=False))
        return
    summary(found, stand)
    if queue.note:
        print(f"what Slurm has of it is not known: {queue.note}")


@app.command()
def cancel(folder: Folder) -> None:
    """Take the jobs of a sweep out of Slurm; running points make a checkpoint first."""
    from cryosim.sweep.plan import read
    from cryosim.sweep.slurm import cancel as take_out

    queue = take_out(read(folder))
    print(f"{len(queue.points)} points taken out of Slurm ({len(queue.jobs)} arrays of jobs)")


@app.command()
def collect(
    folder: Folder,
    netcdf: Annotated[
        Path | None, typer.Option(help="Write a dataset for xarray to this file, too.")
    ] = None,
) -> None:
    """Gather all points in one table: table.csv and table.parquet, a row for each."""
    from cryosim.sweep.gather import gather

    for file in gather(folder, netcdf):
        print(file)


@app.command()
def report(
    folder: Folder,
    x: Annotated[str | None, typer.Option(help="Variable to the right in maps.")] = None,
    y: Annotated[str | None, typer.Option(help="Variable upward in maps.")] = None,
    outcome: Annotated[str | None, typer.Option(help="Outcome that gives the colours.")] = None,
) -> None:
    """Collect, draw maps, effects and parallel coordinates, and write report.html."""
    from cryosim.sweep.report import report as written

    for file in written(folder, x, y, outcome):
        print(file)


@app.command()
def profile() -> None:
    """Print a commented profile of a cluster, for --profile."""
    from cryosim.sweep.profile import example

    print(example(), end="")


@app.command()
def export(
    folder: Folder,
    script: Annotated[bool, typer.Option("--script", help="Scripts for sbatch.")] = False,
    snakemake: Annotated[bool, typer.Option("--snakemake", help="A Snakefile.")] = False,
    profile: ProfileFile = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the scripts, or file of the Snakefile.")
    ] = None,
) -> None:
    """Write batch scripts or a Snakefile, to be edited for sites with habits of their own."""
    from cryosim.sweep.driver import exported

    if script == snakemake:
        raise CaseError("expected one of --script and --snakemake")
    for file in exported(folder, snakemake=snakemake, profile_file=profile, out=out):
        print(file)


@app.command(hidden=True)
def work(
    folder: Folder,
    jobs: Annotated[Path | None, typer.Option(help="List of the jobs of an array.")] = None,
    task: Annotated[int, typer.Option(help="Which of them.")] = 0,
    point: Annotated[list[str] | None, typer.Option(help="Name of a point.")] = None,
    warm: Annotated[
        bool, typer.Option("--warm", help="End once what the points need is compiled.")
    ] = False,
) -> None:
    """Do a part of a sweep: what a job of Slurm or Snakemake calls."""
    from cryosim.sweep.driver import work as do

    do(folder, jobs=jobs, task=task, points=point or (), only_warm=warm)
