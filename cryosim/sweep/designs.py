"""From a block of the definition to rows: what each of its points gives the case."""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from SALib.sample import sobol

from cryosim.case.faults import did_you_mean, shown
from cryosim.case.load import Loaded
from cryosim.errors import CaseError
from cryosim.sweep.definition import Block, Sampled, Steps, Value
from cryosim.sweep.listed import RANKS, quantity, rows_of_list
from cryosim.sweep.plan import Kind
from cryosim.uncertainty.input import Distribution, Input
from cryosim.uncertainty.inputs import inputs_of
from cryosim.uncertainty.paths import number_of
from cryosim.uncertainty.samples import Floats, latin_hypercube
from cryosim.units import convert, fits

MOST = 1_000_000
"""Points of one design; more are a slip of the pen."""


@dataclass(frozen=True)
class Row:
    """What one point gives the case."""

    settings: dict[str, Value]
    """By key path of the case file."""
    drawn: tuple[tuple[Input, float], ...] = ()
    """Inputs with a spread, and their values."""
    ranks: int | None = None


@dataclass(frozen=True)
class Rows:
    """The points of one design, in the order of its sampler."""

    kind: Kind
    n: int
    seed: int
    variables: tuple[str, ...]
    rows: list[Row]


Cases = Callable[[dict[str, Value]], Loaded]
"""The case with settings of a block and a cell of its grid; raises CaseError."""


@dataclass(frozen=True)
class Between(Input):
    """An input between ends that the definition gives: all between are as likely."""

    grade: str = field(default="case", kw_only=True)

    @property
    def distribution(self) -> Distribution:
        """No value is better than another."""
        return "uniform"


def rows_of(block: Block, file: Path, case_with: Cases) -> Iterator[Rows]:
    """The designs of a ``block`` of the definition ``file``; raises CaseError for what cannot be.

    A sampler is one design for each cell of the grid that it is combined with.
    """
    levels = {key: _levels(key, given, file) for key, given in block.grid.items()}
    _refuse_too_many(block, [len(values) for values in levels.values()], file)
    cells = [dict(zip(levels, cell, strict=True)) for cell in itertools.product(*levels.values())]
    sampled = block.latin or block.sobol
    if sampled is None:
        listed = list(_listed(block, file)) if block.list else [Row({})]
        _refuse_twice(levels, {key for row in listed for key in row.settings}, file)
        rows = [Row({**cell, **row.settings}, (), row.ranks) for cell in cells for row in listed]
        variables = dict.fromkeys(key for row in rows for key in row.settings)
        yield Rows("list" if block.list else "grid", len(rows), 0, tuple(variables), rows)
        return
    for cell in cells:
        # A site, an applicator or a law brings spreads of its own.
        inputs = _inputs(sampled, {*levels, *block.set}, file, _of_cell(cell, sampled, case_with))
        _refuse_twice(levels, {item.name for item in inputs}, file)
        rows = [_row(cell, inputs, x) for x in _samples(block, inputs)]
        names = tuple(item.name for item in inputs)
        yield Rows("latin" if block.latin else "sobol", sampled.samples, sampled.seed, names, rows)


def _of_cell(cell: dict[str, Value], sampled: Sampled, case_with: Cases) -> Loaded:
    """The case in a cell of the grid; as it is, if the cell is refused, like all its points."""
    if cell and sampled.spreads:
        with suppress(CaseError):
            return case_with(cell)
    return case_with({})


def _refuse_too_many(block: Block, sizes: Sequence[int], file: Path) -> None:
    """Raise CaseError before a plan is made that nobody can want."""
    sampled = block.latin or block.sobol
    points = prod(sizes) * (sampled.samples if sampled else 1)
    if points > MOST:
        raise CaseError(f"{file}: {points} points; expected at most {MOST} in one design")


def _row(cell: Mapping[str, Value], inputs: Sequence[Input], x: Floats) -> Row:
    """One sample in one cell of a grid."""
    pairs = [(item, float(f"{value:.12g}")) for item, value in zip(inputs, x, strict=True)]
    own = {i.name: i.given(value) for i, value in pairs if isinstance(i, Between)}
    return Row({**cell, **own}, tuple(pair for pair in pairs if not isinstance(pair[0], Between)))


def _samples(block: Block, inputs: Sequence[Input]) -> Floats:
    """Values of the inputs, shape (points, inputs).

    Twice as many samples of Sobol hold the first ones, whatever the number; no others do.
    """
    if block.latin:
        return latin_hypercube(inputs, block.latin.samples, block.latin.seed)
    assert block.sobol is not None  # noqa: S101
    names = [item.name for item in inputs]
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    shares = sobol.sample(
        problem, block.sobol.samples, calc_second_order=False, seed=block.sobol.seed
    )
    return np.array([[i.at(u) for i, u in zip(inputs, row, strict=True)] for row in shares])


def _inputs(sampled: Sampled, taken: set[str], file: Path, loaded: Loaded) -> list[Input]:
    """What is sampled: the spreads that nothing else sets, then the ranges."""
    found: list[Input] = []
    if sampled.spreads:
        known = {item.name: item for item in inputs_of(loaded)}
        wanted = [*known] if isinstance(sampled.spreads, bool) else [*sampled.spreads]
        for name in wanted:
            if name not in known:
                raise CaseError(f"{file}: spreads: {shown(name)}: no input with a spread (what the "
                                f"case gives itself has none); "
                                f"{did_you_mean(name, [*known])}")  # fmt: skip
        aside = taken | set(sampled.ranges)
        found = [known[name] for name in wanted if not aside & {name, *known[name].paths}]
    return [*found, *(_between(key, ends, file) for key, ends in sampled.ranges.items())]


def _between(key: str, ends: tuple[object, object], file: Path) -> Between:
    """The input between ``ends``, in the unit of the lower one."""
    (low, unit), high = _two(ends, f'{file}: ranges."{key}" = {shown(list(ends))}')
    if not low < high:
        raise CaseError(f'{file}: ranges."{key}" = {shown(list(ends))}: expected the lower first')
    return Between(key, (key,), low, low, high, unit, ())


def _two(ends: tuple[object, object], where: str) -> tuple[tuple[float, str], float]:
    """The first of two quantities with its unit, and the second in that unit."""
    try:
        (a, unit), (b, other) = (number_of(end, "") for end in ends)
    except CaseError as error:
        raise CaseError(f'{where}: expected two numbers with units, such as "5 mm"') from error
    if other != unit and not fits(other, unit):
        raise CaseError(f'{where}: "{other}" does not fit "{unit}"')
    return (a, unit), b if unit == other else convert(b, other, unit)


def _levels(key: str, given: list[Value] | Steps, file: Path) -> list[Value]:
    """Values of one key of a grid."""
    if not isinstance(given, Steps):
        return given
    where = f'{file}: grid."{key}"'
    (first, unit), last = _two((given.from_, given.to), where)
    if given.scale == "log" and not (first > 0.0 and last > 0.0):
        raise CaseError(f'{where}: scale = "log" needs ends above zero')
    space = np.geomspace if given.scale == "log" else np.linspace
    return [quantity(float(x), unit) for x in space(first, last, given.count)]


def _listed(block: Block, file: Path) -> Iterator[Row]:
    """The rows of the list of a ``block``."""
    assert block.list is not None  # noqa: S101
    for given in rows_of_list(file.parent / block.list.file):
        ranks = given.pop(RANKS, None)
        yield Row(given, (), ranks if isinstance(ranks, int) else None)


def _refuse_twice(levels: Mapping[str, Any], others: set[str], file: Path) -> None:
    """Raise CaseError if a key is varied by a grid and by what it is combined with."""
    for key in levels:
        if key in others:
            raise CaseError(f'{file}: "{key}" is varied twice; expected it in one table only')
