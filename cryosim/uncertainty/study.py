"""Samples of one case, from its file to bands in its result folder, in one straight line."""

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from mpi4py import MPI

from cryosim.case.load import Loaded, load
from cryosim.errors import CaseError, CryosimError, Interrupted
from cryosim.folder import RESULT_FILE
from cryosim.output.files import write_json, write_text
from cryosim.uncertainty.bands import band_of, carried_over
from cryosim.uncertainty.input import Input
from cryosim.uncertainty.inputs import inputs_of
from cryosim.uncertainty.outcomes import outcomes_of
from cryosim.uncertainty.samples import (
    Floats,
    base_of,
    case_text,
    default_dimension,
    latin_hypercube,
    with_folds,
)
from cryosim.uncertainty.sensitivity import noise, ranked
from cryosim.uncertainty.table import SAMPLES_FILE, Row, SampleTable
from cryosim.uncertainty.workers import Answer, Workers, cores, working

Watch = Callable[[int, int, int], None]
"""Called with the numbers of samples that are done, of all, and of those that failed."""


@dataclass(frozen=True)
class Study:
    """What will be sampled: checked before the case is run, for that may take long."""

    loaded: Loaded
    inputs: list[Input]
    base: dict[str, Any]
    n: int
    seed: int
    dimension: int


def study_of(path: Path, n: int, seed: int = 0, dimension: int | None = None) -> Study:
    """The samples of the case at ``path``; raises CaseError for what cannot be sampled."""
    if MPI.COMM_WORLD.size > 1:
        raise CaseError(
            "--samples runs on one rank and shares the samples out among its cores itself; "
            "run without mpiexec"
        )
    loaded = load(path)
    chosen = dimension or default_dimension(loaded)
    study = Study(loaded, inputs_of(loaded), base_of(loaded, chosen), n, seed, chosen)
    _check_ranges_of_case(study)
    return study


def propagate(
    study: Study, folder: Path, *, resume: bool = False, workers: int | None = None,
    watch: Watch | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Run the samples of the case whose result is in ``folder``; return what is added to it."""
    began = perf_counter()
    file = folder / RESULT_FILE
    result = json.loads(file.read_text(encoding="utf-8"))
    nominal = [item.nominal for item in study.inputs]
    X = np.vstack([nominal, latin_hypercube(study.inputs, study.n, study.seed)])
    table = SampleTable(folder / SAMPLES_FILE, study.inputs, X, study.dimension)
    if resume:
        table.read()
    with working(workers or min(cores(), study.n)) as team:
        core = _sample(study, with_folds(study.base, result["draws"]), table, X, team, watch)
    table.sort()
    timing = {"wall_s": perf_counter() - began, "core_s": core}
    added = _told(study, table, X, outcomes_of(result)) | {"timing": timing}
    added["beyond_error"] = _beyond(table, result["limits"])
    write_json(file, result | {"uncertainty": added})
    return added


def _check_ranges_of_case(study: Study) -> None:
    """Raise CaseError if the case may not have the ends of a range that it gives itself."""
    own = [item for item in study.inputs if item.grade == "case"]
    for item in own:
        for end in (item.low, item.high):
            text = case_text(study.base, [item], [end], study.loaded)
            try:
                _loaded_as(text, study.loaded.path)
            except CaseError as error:
                where = f'{study.loaded.path}: uncertainty."{item.name}", at {item.given(end)}'
                raise CaseError(f"{where}: {str(error).partition(chr(10))[2].strip()}") from error


def _loaded_as(text: str, path: Path) -> None:
    """Check the case ``text``."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="cryosim-") as folder:
        file = Path(folder) / path.name
        write_text(file, text)
        load(file)


def _sample(
    study: Study, base: dict[str, Any], table: SampleTable, X: Floats, team: Workers,
    watch: Watch | None,
) -> float:  # fmt: skip
    """Fill the ``table``; return the core seconds that it took."""
    core = 0.0
    try:
        if 0 not in table.rows:
            answer = team.first(case_text(base, [], [], study.loaded))
            if "fault" in answer:
                raise CryosimError(f"the case in {study.dimension}-D fails: {answer['fault']}")
            table.begin(answer["outcomes"])
            core += answer["core"]
        missing = [i for i in range(1, study.n + 1) if i not in table.rows]
        texts = [case_text(base, study.inputs, X[i], study.loaded) for i in missing]
        _tell(watch, table, study.n)
        for place, answer in team.run(texts):
            core += answer.get("core", 0.0)
            table.add(missing[place], _row(answer))
            _tell(watch, table, study.n)
    except KeyboardInterrupt as error:
        done = max(len(table.rows) - 1, 0)
        raise Interrupted(
            f"stopped after {done} of {study.n} samples as asked; "
            f"go on with: {_going_on(study, table.path.parent)}"
        ) from error
    return core


def _row(answer: Answer) -> Row:
    """The row of one answer."""
    if "fault" in answer:
        return Row(fault=" ".join(str(answer["fault"]).split()))
    return Row({name: value for name, (value, _) in answer["outcomes"].items()})


def _tell(watch: Watch | None, table: SampleTable, n: int) -> None:
    if watch is not None:
        failed = sum(bool(row.fault) for row in table.rows.values())
        watch(len(table.rows) - 1, n, failed)


def _told(study: Study, table: SampleTable, X: Floats, full: dict[str, Any]) -> dict[str, Any]:
    """What ``result.json`` says of the samples."""
    good = [i for i in sorted(table.rows) if i > 0 and not table.rows[i].fault]
    faults = {i: row.fault for i, row in sorted(table.rows.items()) if row.fault}
    if len(good) < 2:
        why = next(iter(faults.values()))
        raise CryosimError(f"{len(faults)} of {study.n} samples failed: {why}")
    outcomes, sensitivity = {}, {}
    names = [item.name for item in study.inputs]
    for name, unit in table.units.items():
        have = [i for i in good if name in table.rows[i].outcomes]
        Y = np.array([table.rows[i].outcomes[name] for i in have])
        if Y.size < 2:
            continue
        band = band_of(Y, unit, table.rows[0].outcomes[name])
        outcomes[name] = band | {"full": carried_over(band, full, name)}
        sensitivity[name] = ranked(names, X[have], Y, study.seed)
    return {
        "n": study.n, "failed": len(faults), "faults": faults, "seed": study.seed,
        "dimension": study.dimension, "outcomes": outcomes,
        "inputs": {item.name: item.as_dict() for item in study.inputs},
        "sensitivity": sensitivity, "noise": noise(len(good)),
    }  # fmt: skip


def _beyond(table: SampleTable, limits: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Share (1) of the samples beyond the error of each limit that has both tiers."""
    rows = [row for i, row in table.rows.items() if i > 0 and not row.fault]
    shares = {}
    for limit in limits:
        seen = [row.outcomes.get(f"limit: {limit['key']}") for row in rows]
        values = np.array([value for value in seen if value is not None])
        if limit["error"] is None or limit["warning"] is None or not values.size:
            continue
        rises = limit["error"] > limit["warning"]
        beyond = values > limit["error"] if rises else values < limit["error"]
        shares[str(limit["title"])] = float(beyond.mean())
    return shares


def _going_on(study: Study, folder: Path) -> str:
    """The command that goes on with the samples."""
    words = ["cryosim", "run", str(study.loaded.path), "--out", str(folder)]
    words += ["--samples", str(study.n), "--seed", str(study.seed)]
    words += ["--samples-dimension", str(study.dimension), "--resume"]
    return shlex.join(words)
