"""A finished run in Python: its numbers, tables and fields, its pictures, its report."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from cryosim.api import cards, entries, tables
from cryosim.api.entries import Entries
from cryosim.api.field import Field
from cryosim.api.pictures import Pictures, drawn
from cryosim.errors import CaseError
from cryosim.view.result import Result
from cryosim.view.stamp import Stamp

CASE_FILE = "case.toml"


def open(folder: str | Path) -> "Run":
    """The finished run in ``folder``; loads no solver, and its fields only when they are asked for.

    Raises CaseError where there is no result, or none yet.
    """
    stamp = Stamp.of(Path(folder))
    return Run(Result.open(Path(folder)), stamp)


@dataclass(frozen=True, repr=False)
class Run:
    """A finished run; from `cryosim.run` or `cryosim.open`."""

    result: Result
    """The folder as the pictures read it: mesh and fields as arrays."""
    _stamp: Stamp

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self.result.folder

    @property
    def title(self) -> str:
        """What the case is called."""
        return self.result.title

    @cached_property
    def case(self) -> Mapping[str, Any]:
        """The case as it was run: tables and values as its TOML gives them."""
        file = self._held.folder / CASE_FILE
        try:
            return tomllib.loads(file.read_text(encoding="utf-8-sig"))
        except OSError as error:
            raise CaseError(f"{file}: cannot be read: {error.strerror or error}") from error
        except ValueError as error:
            raise CaseError(f"{file} is damaged: {error}; run the case again") from error

    @property
    def summary(self) -> Mapping[str, Any]:
        """All that ``result.json`` says."""
        return self._held.json

    @cached_property
    def quantities(self) -> Entries:
        """The numbers that the treatment comes down to, by name."""
        return entries.quantities(self.summary.get("quantities", {}))

    @cached_property
    def outcome(self) -> Entries:
        """The months after: fat lost, by name; empty without fat under an applicator."""
        return entries.outcome(self.summary.get("outcome", {}))

    @cached_property
    def limits(self) -> Entries:
        """Limits of safety by the name that a case calls them."""
        return entries.limits(self.summary.get("limits", []))

    @property
    def threshold(self) -> float:
        """Crystallisation threshold (degC)."""
        return self.result.threshold

    @property
    def times(self) -> xr.DataArray:
        """Times of the fields (s)."""
        return xr.DataArray(
            self.result.times, dims="time", attrs={"units": "s", "long_name": "time"}
        )

    @property
    def end_of_cooling(self) -> str:
        """When applicators are last as cold as they get, as text that ``time=`` takes."""
        return f"{float(self.result.times[self.result.coldest_step()])!r} s"

    @cached_property
    def layers(self) -> xr.Dataset:
        """Each layer against time: minimum, mean, below_threshold, crystallised, viable."""
        return tables.layers(self._held)

    @cached_property
    def probes(self) -> xr.Dataset:
        """Temperature of each probe against time."""
        return tables.probes(self._held)

    @cached_property
    def device(self) -> xr.Dataset:
        """Each applicator against time: temperature, heat flux, coldest skin under it."""
        return tables.device(self._held)

    @cached_property
    def front(self) -> xr.Dataset:
        """Greatest depth below the threshold and coldest skin against time."""
        return tables.front(self._held)

    @cached_property
    def course(self) -> xr.Dataset:
        """The months after, day by day."""
        return tables.course(self._held)

    @cached_property
    def ledger(self) -> xr.Dataset:
        """Heat stored and exchanged since the start against time."""
        return tables.ledger(self._held)

    @cached_property
    def profile(self) -> xr.Dataset:
        """Temperature over time and depth under the first applicator; of blocks only."""
        return tables.profile(self._held)

    @cached_property
    def thickness(self) -> xr.Dataset:
        """Thickness of the fat layer along the skin, at first and in the months after."""
        return tables.thickness(self._held)

    @cached_property
    def temperature(self) -> Field:
        """Temperature (degC) on the mesh."""
        return self._field("temperature")

    @cached_property
    def crystallised(self) -> Field:
        """Crystallised fraction of the lipid on the mesh."""
        return self._field("crystallised")

    @cached_property
    def survival(self) -> Field:
        """Viable fraction of the adipocytes on the mesh."""
        return self._field("survival")

    def plot(
        self, name: str | Iterable[str] | None = None, *, dpi: float | None = None
    ) -> Figure | Pictures:
        """The pictures of ``cryosim plot`` as figures of matplotlib, which a notebook shows.

        The one called ``name``, or several, or all that suit the run; `pictures` lists the names.
        """
        return drawn(self._held, name, dpi)

    @property
    def pictures(self) -> tuple[str, ...]:
        """Names of the pictures that suit the run."""
        from cryosim.view.pictures import names_of

        return names_of(self.result)

    def view(self, **choice: Any) -> Any:
        """The tissue in three dimensions, to turn and to step through time, in a notebook.

        ``choice``: what is seen first: ``time``, ``threshold``, ``colour`` (a field or ``layer``),
        ``cut`` (none, quarter, x, y, z), ``hidden`` layers; see `cryosim.scene.choice.Choice`.
        Where trame or a kernel is missing it is a picture, with a note that says so.
        """
        from cryosim.api.looking import view

        return view(self._held.folder, **choice)

    def report(self, out: str | Path | None = None) -> Path:
        """Write ``report.html``, one file that opens without a network; returns it."""
        from cryosim.report.page import write_report

        return Path(write_report(self._held.folder, None if out is None else Path(out)))

    def to_dataset(self, *, fields: bool = False) -> xr.Dataset:
        """Layers, probes, devices, front and ledger in one dataset, as netCDF can keep it.

        With ``fields`` those on the mesh too.
        """
        tables = [name for name in ("layers", "probes", "device", "front", "ledger")
                  if self.result.has(name)]  # fmt: skip
        parts = [part for name in tables if (part := self._prefixed(name)).sizes.get("probe", 1)]
        found = xr.merge(parts, compat="override", join="outer", combine_attrs="drop_conflicts")
        if fields:
            for name in self.result.field_names:
                found[name] = self._field(name).array
        known = self.summary
        found.attrs = {
            "title": self.title, "case_hash": str(known.get("case_hash", "")),
            "source": f"cryosim {known.get('versions', {}).get('cryosim', '')}".strip(),
        }  # fmt: skip
        return found

    def _prefixed(self, name: str) -> xr.Dataset:
        """A table whose variables say which it is from."""
        table: xr.Dataset = getattr(self, name)
        return table.rename({key: f"{name.removesuffix('s')}_{key}" for key in table.data_vars})

    def _field(self, name: str) -> Field:
        if name not in self.result.field_names:
            raise CaseError(
                f"{self.folder} holds no field {name}, only {list(self.result.field_names)}"
            )
        return Field(name, self.result, self._case_or_nothing, self._stamp)

    @property
    def _held(self) -> Result:
        """The result, if it is still the one that was opened."""
        self._stamp.hold()
        return self.result

    @property
    def _case_or_nothing(self) -> Mapping[str, Any]:
        return self.case if (self.folder / CASE_FILE).is_file() else {}

    def __repr__(self) -> str:
        """Title, folder and the first things that one wants to know."""
        facts = "; ".join(f"{name} {told}" for name, told in cards.facts(self))
        return f"<cryosim run {self.title!r} in {self.folder}: {facts}>"

    def _repr_html_(self) -> str:
        return cards.card(self)
