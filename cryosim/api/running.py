"""Runs started from Python: the same run as that of the command line, with changes if need be."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from pathlib import Path
from typing import Any

from rich.console import Console

from cryosim.api.result import Run, open
from cryosim.case.load import Loaded, load
from cryosim.case.toml import text_of
from cryosim.errors import CaseError, Interrupted
from cryosim.uncertainty.paths import changed

GIVEN = Path("the case given")
"""What messages call a case that is no file; files it names are looked for where Python runs."""


def run(
    case: str | Path | Mapping[str, Any],
    changes: Mapping[str, Any] | None = None,
    *,
    out: str | Path | None = None,
    resume: bool = False,
    figures: bool = False,
    error_bands: bool = False,
    quiet: bool | None = None,
) -> Run:
    """Run a case and return what came of it; the files are those of ``cryosim run``.

    ``case`` is the path of a case file, its text, or a mapping with the keys of one.  ``changes``
    replaces values by their key path: ``{"protocol[1].temperature": "-8 degC"}``, the first of a
    list being [1].  ``out`` is the folder of the result: ``results/NAME`` of a file, and with a
    name made from what the case holds where it has changes or no file.  Pictures are drawn when
    they are asked for, so none are written without ``figures``.  Progress is shown in a terminal
    and in a notebook unless ``quiet``.

    Raises the errors of the command line, which say what to do: CaseError for a case that is
    wrong, NumericalError, and Interrupted, after which the same call with ``resume=True`` goes on.
    """
    from cryosim.simulate import run as simulate

    path, text = _source(case)
    if changes or text is not None:
        loaded = _changed(load(path, text), changes or {})
        text = loaded.text
        out = out or _folder(path, loaded)
    with _display(quiet) as display:
        try:
            folder = simulate(
                path, None if out is None else Path(out), text=text, resume=resume,
                figures=figures, error_bands=error_bands,
                watch=None if display is None else display.watch,
            )  # fmt: skip
        except Interrupted as error:  # which tells the command line how to go on
            where = str(error).partition(";")[0]
            raise Interrupted(f"{where}; go on with the same call and resume=True") from None
    return open(folder)


def _source(case: str | Path | Mapping[str, Any]) -> tuple[Path, str | None]:
    """Path of a case, and its text where the path is but a name for it."""
    if isinstance(case, Mapping):
        return GIVEN, text_of(case)
    if isinstance(case, str) and "\n" in case:
        return GIVEN, case
    if isinstance(case, str | Path):
        if Path(case).is_dir():
            raise CaseError(
                f"{case or '.'}: a folder; expected a case file (cryosim.open reads a result)"
            )
        return Path(case), None
    raise CaseError(
        f"case: expected a path, the text of a case file or a mapping; got {type(case).__name__}"
    )


def _changed(loaded: Loaded, changes: Mapping[str, Any]) -> Loaded:
    """The case with other values; loaded again, so that they are checked as those of a file."""
    if not changes:
        return loaded
    if not isinstance(changes, Mapping):
        raise CaseError(
            'changes: expected a mapping such as {"protocol[1].temperature": "-8 degC"}; '
            f"got {type(changes).__name__}"
        )
    fields = deepcopy(loaded.fields)
    for key, value in changes.items():
        fields = changed(fields, key, value, loaded)
    return load(loaded.path, text_of(fields))


def _folder(path: Path, loaded: Loaded) -> Path:
    """Where a case goes that is not, or not quite, the file at ``path``."""
    stem = "case" if path is GIVEN else path.stem
    return Path("results") / f"{stem}_{loaded.hash[:8]}"


def _display(quiet: bool | None) -> AbstractContextManager[Any]:
    """What shows the progress; nothing where nobody would see it."""
    console = Console()
    if quiet or (quiet is None and not (console.is_terminal or console.is_jupyter)):
        return nullcontext()
    from cryosim.terminal import Display

    return Display(quiet=False)
