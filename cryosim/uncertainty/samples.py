"""The samples of a case: a Latin hypercube over its inputs, and the case file of each sample.

Each input is cut into n parts that are equally likely, and each part is drawn from once (McKay,
Beckman and Conover 1979).  The parts of the inputs are paired at random, by a seed, and exchanged
as long as that lowers the centred discrepancy: of 25 inputs with 60 samples the two most alike are
then correlated by 0.2 instead of 0.4.
"""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import qmc

from cryosim.case.load import Loaded
from cryosim.case.logs import replayed
from cryosim.case.toml import text_of
from cryosim.errors import CaseError
from cryosim.uncertainty.input import Input
from cryosim.uncertainty.paths import put

Floats = npt.NDArray[np.float64]


def latin_hypercube(inputs: Sequence[Input], n: int, seed: int) -> Floats:
    """Values of the inputs, shape (n, inputs)."""
    rng = np.random.default_rng(seed)
    shares = qmc.LatinHypercube(len(inputs), rng=rng, optimization="random-cd").random(n)
    return np.array([[i.at(u) for i, u in zip(inputs, row, strict=True)] for row in shares])


def default_dimension(loaded: Loaded) -> int:
    """1, but 2 where cups draw, for a column knows no fold; a mesh file has its own."""
    case = loaded.case
    if case.mesh.file is not None:
        return case.dimension
    cups = any(applicator.kind == "cup" for applicator in case.applicator)
    return min(case.dimension, 2 if cups else 1)


def base_of(loaded: Loaded, dimension: int) -> dict[str, Any]:
    """Fields of the case in ``dimension``, without fields and pictures, files by absolute path.

    In fewer dimensions than its own the case is meshed and marched as is usual for these.
    """
    case = loaded.case
    if case.mesh.file is not None and dimension != case.dimension:
        raise CaseError(f"{loaded.path}: a mesh file can be sampled in its own dimension only")
    fields = deepcopy(replayed(loaded.expanded.fields, loaded.path)[0])
    fields.pop("uncertainty", None)
    fields["dimension"] = dimension
    fields["output"] = {**fields.get("output", {}), "fields": False, "figures": False}
    if dimension < case.dimension:
        fields["mesh"] = _without(fields.get("mesh", {}), "depth", "lateral")
        fields["numerics"] = _without(fields.get("numerics", {}), "tolerance")
    return _with_absolute_files(fields, loaded.path.parent.resolve())


def _without(table: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in keys}


def _with_absolute_files(fields: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Mesh file and thickness map as they are found from anywhere."""
    mesh, map_ = fields.get("mesh", {}), fields["anatomy"].get("thickness_map")
    if "file" in mesh:
        mesh["file"] = str(folder / mesh["file"])
    if isinstance(map_, dict):
        map_["file"] = str(folder / map_["file"])
    elif map_ is not None:
        fields["anatomy"]["thickness_map"] = str(folder / map_)
    return fields


def with_folds(fields: dict[str, Any], draws: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """``fields`` with parametric folds as high as the hyperelastic ones that were computed.

    A hyperelastic draw takes longer than the rest of a sample, so it is not done again.
    """
    several = fields.get("applicator", [])
    for table in several if isinstance(several, list) else [several]:
        if table.get("draw") == "hyperelastic":
            drawn = draws[table.get("name", "applicator")]
            table["draw"] = "parametric"
            table["height"] = f"{drawn['height [m]']!r} m"
            table.pop("half_contact_pressure", None)
    return fields


def case_text(
    base: dict[str, Any], inputs: Sequence[Input], values: Sequence[float], loaded: Loaded
) -> str:
    """The case file in which ``inputs`` have these ``values``."""
    fields = deepcopy(base)
    for item, x in zip(inputs, values, strict=True):
        for path, given in item.settings(float(x)).items():
            put(fields, path, given, loaded)
    return text_of(fields)
