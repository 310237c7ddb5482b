"""From a definition to the folder of a sweep: a case file for each point, then the plan."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cryosim.case.faults import shown
from cryosim.case.load import Loaded, load
from cryosim.errors import CaseError
from cryosim.output.files import write_text
from cryosim.sweep import definition as definitions
from cryosim.sweep.definition import Block, Definition, Value
from cryosim.sweep.designs import Row, Rows, rows_of
from cryosim.sweep.plan import (
    PLAN_FILE,
    POINTS,
    Design,
    Plan,
    Point,
    Running,
    Setting,
    Variable,
    folder_of,
)
from cryosim.sweep.plan import read as read_plan
from cryosim.sweep.plan import write as write_plan
from cryosim.sweep.pointcase import Fields, PointCases, hash_of, titled
from cryosim.uncertainty.paths import get, number_of
from cryosim.units import convert, fits

DEFINITION_FILE = "sweep.toml"
CASE_FILE = "case.toml"

CHECKED = 5000
"""Points that are checked here, 6 ms each; of more only as many, evenly spread."""

Watch = Callable[[int, int], None]
"""Called with the numbers of points that are written and of all."""


@dataclass(frozen=True)
class Made:
    """A plan, and what is new about it."""

    plan: Plan
    new: int
    """Points that were not in this folder before."""
    left: int
    """Points of an earlier plan that are none of this one; their folders stay."""
    alike: int
    """Combinations that make a point which another one makes too."""
    bad: dict[str, str]
    """Name of a point that its case refuses -> why."""
    checked: int


@dataclass
class _Found:
    """Points as they are found; what is found twice is one."""

    fields: dict[str, tuple[Fields, Row, int]]
    settings: dict[str, dict[str, Any]]
    designs: list[Design]
    nominal: dict[str, Any]
    """What the library gives inputs with a spread."""


def make(file: Path, folder: Path, watch: Watch | None = None) -> Made:
    """Plan the sweep that ``file`` defines in ``folder``; an earlier plan there may grow.

    Raises CaseError for a definition or a case that cannot be, and if no point could be run.
    """
    text, definition = definitions.read(file)
    loaded = load(file.parent / definition.case)
    before = _names_before(folder)
    cases = PointCases(loaded, folder)
    found = _found(definition, file, loaded, cases)
    for i, (name, (fields, row, _)) in enumerate(found.fields.items()):
        case_file = folder_of(folder, name) / CASE_FILE
        if not case_file.exists():
            write_text(case_file, titled(fields, row))
        if watch is not None:
            watch(i + 1, len(found.fields))
    bad, checked = _refused(folder, [*found.fields])
    if len(bad) == checked:
        why = next(iter(bad.values()))
        raise CaseError(f"{file}: no point can be run; the first: {why}")
    plan = _plan(folder, definition, loaded, found, cases)
    if not (folder / DEFINITION_FILE).exists() or not file.samefile(folder / DEFINITION_FILE):
        write_text(folder / DEFINITION_FILE, text)
    write_plan(plan)
    names = set(found.fields)
    alike = sum(len(design.points) for design in plan.designs) - len(names)
    return Made(plan, len(names - before), len(before - names), alike, bad, checked)


def _names_before(folder: Path) -> set[str]:
    """Points of the plan that is there."""
    if not (folder / PLAN_FILE).exists():
        return set()
    return {point.name for point in read_plan(folder).points}


def _found(definition: Definition, file: Path, loaded: Loaded, cases: PointCases) -> _Found:
    """All points of all blocks."""
    found = _Found({}, {}, [], {})
    for block in definition.blocks:
        case_with = partial(_case_with, block, loaded, cases, file)
        case_with({})  # what is set must be right by itself
        for rows in rows_of(block, file, case_with):
            found.designs.append(_design(rows, block, definition, cases, found, file))
    return found


def _case_with(
    block: Block, loaded: Loaded, cases: PointCases, file: Path, cell: dict[str, Value]
) -> Loaded:
    """The case with what the ``block`` sets, in a ``cell`` of its grid."""
    if not block.set and not cell:
        return loaded
    try:
        text = titled(cases.fields(block.set, Row(cell)), Row({}))
    except CaseError as error:
        raise CaseError(f"{file}: set: {error}") from error
    (cases.sweep / POINTS).mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=cases.sweep / POINTS) as here:  # files are found as from a point
        place = Path(here) / "base" / loaded.path.name
        write_text(place, text)
        try:
            return load(place)
        except CaseError as error:
            raise CaseError(f"{file}: with what is set: {_faults(error)}") from error


def _design(
    rows: Rows, block: Block, definition: Definition, cases: PointCases, found: _Found, file: Path
) -> Design:
    """Add the points of ``rows`` to those ``found``."""
    names = []
    for row in rows.rows:
        try:
            fields = cases.fields(block.set, row)
        except CaseError as error:
            raise CaseError(f"{file}: {error}") from error
        name = hash_of(fields, error_bands=definition.error_bands)
        ranks = row.ranks or block.ranks or definition.ranks
        found.fields.setdefault(name, (fields, row, ranks))
        given = found.settings.setdefault(name, {})
        given.update({key: value for key, value in _given(row).items() if key not in given})
        found.nominal.update({item.name: item.given(item.nominal) for item, _ in row.drawn})
        names.append(name)
    return Design(rows.kind, rows.variables, rows.n, rows.seed, tuple(names))


def _given(row: Row) -> dict[str, Any]:
    """What a row gives, by name of variable."""
    return {**row.settings, **{item.name: item.given(x) for item, x in row.drawn}}


def _refused(folder: Path, names: list[str]) -> tuple[dict[str, str], int]:
    """Points whose case is refused, and how many were looked at."""
    every = max(1, -(-len(names) // CHECKED))
    looked_at, bad = names[::every], {}
    for name in looked_at:
        try:
            load(folder_of(folder, name) / CASE_FILE)
        except CaseError as error:
            bad[name] = _faults(error)
    return bad, len(looked_at)


def _faults(error: CaseError) -> str:
    """What is wrong with a case, without the name of its file."""
    first, *faults = str(error).splitlines()
    return "; ".join(line.strip() for line in faults) or first


def _plan(
    folder: Path, definition: Definition, loaded: Loaded, found: _Found, cases: PointCases
) -> Plan:
    """The plan of what was found."""
    names = dict.fromkeys(key for given in found.settings.values() for key in given)
    base = {name: _at_base(name, loaded, cases, found) for name in names}
    units = {name: _unit(name, found) for name in names}
    points = tuple(
        Point(name, ranks, _settings(found.settings[name], base, units))
        for name, (_, _, ranks) in found.fields.items()
    )
    return Plan(
        folder, definition.title or loaded.case.title, loaded.path.stem,
        tuple(Variable(name, unit) for name, unit in units.items()), points,
        tuple(found.designs),
        Running(definition.time, definition.error_bands, definition.keep),
    )  # fmt: skip


def _at_base(name: str, loaded: Loaded, cases: PointCases, found: _Found) -> Any:
    """What the base case, or the library, gives a variable."""
    for fields in (cases.base, loaded.expanded.fields):
        if (given := get(fields, name)) is not None:
            return given
    return found.nominal.get(name)


def _unit(name: str, found: _Found) -> str:
    """Unit of a variable: that of the first point; "" if any value is a word or a truth."""
    units = []
    for given in (s[name] for s in found.settings.values() if name in s):
        if isinstance(given, bool | list | dict):
            return ""
        try:
            units.append(number_of(given, name)[1])
        except CaseError:
            return ""
    first = units[0]
    if any(unit != first and not fits(unit, first) for unit in dict.fromkeys(units)):
        raise CaseError(f'"{name}" has values in {first} and in units that do not fit it')
    return first


def _settings(
    given: dict[str, Any], base: dict[str, Any], units: dict[str, str]
) -> dict[str, Setting]:
    """What a point gives every variable, or the base case where it gives nothing."""
    return {name: _setting(given.get(name, base[name]), unit) for name, unit in units.items()}


def _setting(given: Any, unit: str) -> Setting:
    """A value in the ``unit`` of its variable."""
    if given is None or isinstance(given, bool):
        return given
    if not unit:
        return given if isinstance(given, str) else shown(given)
    try:
        number, own = number_of(given, "")
    except CaseError:
        return None
    if own == unit:
        return number
    return convert(number, own, unit) if fits(own, unit) else None
