"""What a cluster wants to know of a job: the profile file, TOML.

Everything in it is optional.  ``profile.toml`` beside this module shows every key.
"""

import json
import math
import os
import shlex
import string
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from cryosim.case.faults import sentences
from cryosim.errors import CaseError
from cryosim.part import Part
from cryosim.units import Duration, Unit, fault

VARIABLE = "CRYOSIM_PROFILE"
"""Environment variable that names the profile file."""

DEFAULT_FILE = Path("~/.config/cryosim/slurm.toml")

EXAMPLE_FILE = "profile.toml"

Memory = Annotated[float, Unit("byte", "2 GB", low=1e6)]

Notice = Annotated[float, Unit("s", "120 s", high=65535.0)]
"""The most is what --signal of sbatch takes."""

_OURS = (
    "--array", "-a", "--dependency", "-d", "--job-name", "-J", "--ntasks", "-n", "--output", "-o",
    "--parsable", "--wait", "-W", "--wrap",
)  # fmt: skip
"""Options of sbatch without which a sweep does not find its jobs again."""

_RANKS = "ranks"
"""The one field of ``launch`` that is filled in."""

_SRUN = "srun --mpi=pmix -n {ranks}"


def _word(given: str) -> str:
    if not given or any(c.isspace() or c in "\"'" for c in given):
        raise fault("word", "expected a name without blanks or quotes")
    return given


def _line(given: str) -> str:
    if not given.strip() or "\n" in given or "\r" in given:
        raise fault("line", "expected one line of text")
    return given


def _option(given: str) -> str:
    _line(given)
    if not given.startswith("-"):
        raise fault("option", 'expected an option of sbatch, such as "--exclusive"')
    if given.split("=")[0].split()[0] in _OURS:
        raise fault("option", "impossible value: the sweep sets this option itself")
    return given


def _launch(given: str) -> str:
    try:
        words = shlex.split(_line(given))
        fields = [name for _, name, _, _ in string.Formatter().parse(given) if name is not None]
    except ValueError as error:
        raise fault("launch", "expected a command: {e}", e=error) from error
    if not words or fields != [_RANKS]:
        raise fault("launch", 'expected a command with {{ranks}} in it, such as "{e}"', e=_SRUN)
    return given


def _numbers(given: dict[str, "Request"]) -> dict[str, "Request"]:
    for key in given:
        if not (key.isascii() and key.isdigit() and key == str(int(key)) != "0"):
            raise fault("ranks", '"{k}" is no number of ranks; expected one as in [ranks.4]', k=key)
    return given


Word = Annotated[str, AfterValidator(_word)]
Line = Annotated[str, AfterValidator(_line)]
Option = Annotated[str, AfterValidator(_option)]
Command = Annotated[str, AfterValidator(_launch)]


class Request(Part):
    """What is asked of Slurm for a job; what is not given is left to the cluster."""

    partition: Word | None = None
    account: Word | None = None
    qos: Word | None = None
    constraint: Line | None = None
    time: Duration | None = None
    """Wall time of a job; Slurm counts whole minutes."""
    memory: Memory | None = None
    """Of each rank."""
    cores: int | None = Field(None, ge=1)
    """Of a job, where that is more than a point has ranks: several points run at once."""
    points_per_job: int | None = Field(None, ge=1)
    """Points that one job works through; by default one."""
    max_parallel: int | None = Field(None, ge=1)
    """Jobs of an array that run at once; by default as many as the cluster lets."""


class Profile(Request):
    """How a cluster is asked for jobs and what they find there."""

    ranks_per_node: int | None = Field(None, ge=1)
    """Cores of a node; a point of more ranks gets several nodes, else it stays on one."""
    max_array: int = Field(1000, ge=1)
    """Jobs of one array; Slurm's own MaxArraySize is 1001, and the last index is one less."""
    signal_before: Notice = 120.0
    """Time before the end of the wall time at which the points are asked to write a checkpoint and
    end (s); 120 s is an assumption, Slurm sends the signal up to 60 s early and never late."""
    prologue: tuple[Line, ...] = ()
    """Lines of shell before the work: modules, environments."""
    args: tuple[Option, ...] = ()
    """Further options of sbatch; they come last."""
    launch: Command | None = None
    """What starts the ``{ranks}`` of a point inside a job; by default our own mpiexec."""
    launch_alone: bool = False
    """Whether a point of one rank is started by it too, where MPI wants that."""
    cache: Line | None = None
    """Folder of compiled forms and kernels, which all nodes must see; by default that of home."""
    ranks: Annotated[dict[str, Request], AfterValidator(_numbers)] = Field(default_factory=dict)
    """What is asked otherwise for points of so many ranks."""

    def request(self, ranks: int) -> Request:
        """What is asked for points of so many ``ranks``."""
        own = self.ranks.get(str(ranks), Request())
        given = {key: getattr(own, key) for key in own.model_fields_set}
        whole = {key: getattr(self, key) for key in Request.model_fields}
        return Request(**(whole | given))

    def nodes(self, cores: int) -> int:
        """Nodes that a job of so many ``cores`` needs."""
        return 1 if self.ranks_per_node is None else -(-cores // self.ranks_per_node)

    def environment(self) -> dict[str, str]:
        """Where compiled forms (DOLFINx) and kernels (numba) are kept, if the profile says so.

        ``~`` is written out; what begins with ``$`` is left to the shell of the job.
        """
        if self.cache is None:
            return {}
        folder = str(Path(self.cache).expanduser())
        return {"XDG_CACHE_HOME": folder, "NUMBA_CACHE_DIR": f"{folder}/numba"}


def found(given: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """The profile file: ``given``, else that of the environment, else that of home, if any."""
    if given is not None:
        return given
    if environ.get(VARIABLE):
        return Path(environ[VARIABLE])
    default = DEFAULT_FILE.expanduser()
    return default if default.is_file() else None


def read(given: Path | None = None) -> Profile:
    """The profile of this cluster, see :func:`found`; raises CaseError with every fault of it."""
    path = found(given)
    if path is None:
        return Profile()
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise CaseError(f"{path}: no such profile; begin with: {_BEGIN}") from error
    except OSError as error:
        raise CaseError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise CaseError(f"{path}: not valid TOML: {error}") from error
    return _validated(path, fields)


_BEGIN = "cryosim sweep profile > slurm.toml"


def _validated(path: Path, fields: dict[str, Any]) -> Profile:
    """Strictly as JSON, so that no text becomes a number and no number a truth."""
    try:
        text = json.dumps(fields, default=str)
        profile = Profile.model_validate_json(text, strict=True, context={"file": path})
    except ValidationError as error:
        faults = [f"  {one}" for one in sentences(error, Profile)]
        raise CaseError("\n".join([f"{path}:", *faults])) from error
    times = [request.time for request in (profile, *profile.ranks.values())]
    shortest = min((time for time in times if time is not None), default=math.inf)
    if profile.signal_before >= shortest:
        given = f"signal_before = {profile.signal_before:g} s"
        raise CaseError(f"{path}:\n  {given}: expected less than any time, {shortest:g} s")
    return profile


def example() -> str:
    """A profile with every key, commented."""
    return (files("cryosim.sweep") / EXAMPLE_FILE).read_text(encoding="utf-8")
