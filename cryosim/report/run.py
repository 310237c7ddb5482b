"""One finished run as its report sees it: with fields or without, whatever else was left out."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

from cryosim.case.load import Loaded, load
from cryosim.errors import CaseError
from cryosim.output.fields import FIELDS_FILE
from cryosim.units import ZERO_CELSIUS
from cryosim.view import style
from cryosim.view.result import Floats, Layer, Result
from cryosim.view.stamp import Stamp

COLDEST, BELOW = " minimum [degC]", " below threshold [1]"
"""How columns of ``layers.csv`` end."""

APPLICATOR = " temperature [degC]"
"""How the column of an applicator's temperature in ``device.csv`` ends."""


@dataclass(frozen=True)
class Run:
    """The result folder of a finished run; open it with `open`."""

    result: Result
    """Of a run that kept no fields it has no times."""
    loaded: Loaded | None
    why_not: str
    """Why ``case.toml`` could not be read; empty if it could."""
    stamp: Stamp
    """Which writing of the folder is read."""

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The run in ``folder``; raises CaseError if there is none, or none that is done."""
        folder = Path(folder)
        if not (folder / "result.json").is_file():
            Result.open(folder)  # says why
        stamp = Stamp.of(folder)
        loaded, why_not = _loaded(folder / "case.toml")
        if (folder / FIELDS_FILE).is_file():
            return cls(Result.open(folder), loaded, why_not, stamp)
        return cls(_without_fields(folder, loaded), loaded, why_not, stamp)

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.result.folder

    @property
    def told(self) -> dict[str, Any]:
        """What ``result.json`` says."""
        return self.result.json

    @property
    def title(self) -> str:
        """Of the case."""
        return style.readable(self.result.title)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """From the skin down."""
        return self.result.layers

    @property
    def threshold(self) -> float:
        """Crystallisation threshold (degC)."""
        return self.result.threshold

    @property
    def has_fields(self) -> bool:
        """Whether temperatures on the mesh were kept."""
        return bool(self.result.times.size)

    @cached_property
    def text(self) -> str:
        """The case file as it was run; empty if it is gone."""
        path = self.folder / "case.toml"
        return path.read_text(encoding="utf-8-sig") if path.is_file() else ""

    @cached_property
    def step(self) -> int:
        """Index of the time of the fields that pictures show: the end of cooling."""
        return self.result.coldest_step()

    @cached_property
    def phases(self) -> tuple[tuple[str, float, float], ...]:
        """Name, start and end (s) of each phase; none if neither fields nor case tell."""
        if self.result.phases:
            return tuple((str(p["name"]), p["start"], p["end"]) for p in self.result.phases)
        if self.loaded is None:
            return ()
        spans = self.loaded.case.phases
        ends = np.cumsum([p.duration for p in spans]).tolist()
        return tuple((p.phase, end - p.duration, end) for p, end in zip(spans, ends, strict=True))

    def table(self, name: str) -> dict[str, Floats]:
        """Columns of ``<name>.csv``; empty if the run left none."""
        return self.result.table(name) if self.result.has(name) else {}


def _loaded(path: Path) -> tuple[Loaded | None, str]:
    """The case at ``path``, or why it cannot be read: mostly its mesh lies elsewhere."""
    try:
        return load(path), ""
    except CaseError as error:
        return None, str(error)


def _without_fields(folder: Path, loaded: Loaded | None) -> Result:
    """A run without fields, of its tables and its case."""
    try:
        told = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        title, dimension = str(told["title"]), int(told["dimension"])
    except (ValueError, KeyError, TypeError) as error:
        damaged = f"{folder / 'result.json'} is damaged: {error}; run the case again"
        raise CaseError(damaged) from error
    return Result(
        folder=folder, title=title, dimension=dimension, cell_type="",
        threshold=loaded.case.output.threshold - ZERO_CELSIUS if loaded else np.nan,
        layers=_layers(folder, loaded), applicators=(), times=np.empty(0), field_names=(),
        phases=(),
    )  # fmt: skip


def _layers(folder: Path, loaded: Loaded | None) -> tuple[Layer, ...]:
    """Layers of the case, or what ``layers.csv`` calls them."""
    if loaded is not None:
        given = [(x.label, x.tissue) for x in loaded.case.anatomy.layers]
        return tuple(
            Layer(i, name, tissue, loaded.tissues[tissue].title if name == tissue else _named(name))
            for i, (name, tissue) in enumerate(given)
        )
    path = folder / "layers.csv"
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8") as lines:
        heads = next(lines, "").strip().split(",")
    names = [head.removesuffix(COLDEST) for head in heads if head.endswith(COLDEST)]
    return tuple(Layer(i, name, name, _named(name)) for i, name in enumerate(names))


def _named(name: str) -> str:
    return name[:1].upper() + name[1:].replace("_", " ")
