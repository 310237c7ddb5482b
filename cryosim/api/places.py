"""Places in the tissue as a case names them: so deep below the skin, or by coordinates."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cryosim.api.given import Given, lengths
from cryosim.case.shorthand import expand
from cryosim.errors import CaseError
from cryosim.view.placement import beneath
from cryosim.view.result import MILLIMETRES, Result

Floats = npt.NDArray[np.float64]
Coordinates = dict[str, tuple[tuple[str, ...], Any]]
"""Dimensions and values (mm) by name."""

_ROUND = 1e-5
"""Of the tissue's extent: by so little depth, kept in single precision, may differ from height."""


@dataclass(frozen=True)
class Places:
    """Points of the mesh at rest, and how an answer is laid out over them."""

    points: Floats
    """Coordinates (mm), shape (n, 3)."""
    shape: tuple[int, ...]
    """Of the answer, without time; () for a single point."""
    dims: tuple[str, ...]
    coords: Coordinates
    """What is given of the points (mm), by name."""
    words: tuple[str, ...]
    """Each point as a message names it."""


def places(
    result: Result, case: Mapping[str, Any], depth: Any, x: Any, y: Any, position: Any
) -> Places:
    """The places that `cryosim.Field.at` was asked about; raises CaseError with the way out."""
    if (depth is None) == (position is None):
        got = "neither" if depth is None else "both"
        raise CaseError(
            f'expected either depth, as in depth="10 mm", or position, coordinates of the mesh at '
            f"rest; got {got}"
        )
    if position is not None:
        if x is not None or y is not None:
            raise CaseError("position holds all coordinates; leave x and y out")
        return _at_positions(result, position)
    if not _is_block(result):
        return _under_the_centre(result, lengths(depth, "depth"), x, y)
    return _in_block(result, case, lengths(depth, "depth"), {"x": x, "y": y})


def _is_block(result: Result) -> bool:
    """Whether depth is the height below the skin at 0, as in a block."""
    height = np.asarray(result.grid.points)[:, result.dimension - 1]
    below = np.asarray(result.grid.point_data["depth"]) + height
    return bool(np.abs(below).max() < _ROUND * max(result.grid.length, 1.0))


def _in_block(
    result: Result, case: Mapping[str, Any], depth: Given, lateral: dict[str, Any]
) -> Places:
    axes = {"depth": _millimetres(depth)}
    names = ("x", "y")[: result.dimension - 1]
    for k, (name, value) in enumerate(lateral.items()):
        if value is not None and name not in names:
            what = "a column has depths only" if result.dimension == 1 else "a section has no y"
            raise CaseError(f"{name} = {value!r}: {what}; leave {name} out")
        if name in names:
            given = Given(np.array([_centre(case)[k]]), several=False)
            axes[name] = _millimetres(given if value is None else lengths(value, name))
    grid = np.meshgrid(*(at for _, at in axes.values()), indexing="ij")
    shaped = dict(zip(axes, (part.ravel() for part in grid), strict=True))
    points = np.zeros((grid[0].size, 3))
    for k, name in enumerate(names):
        points[:, k] = shaped[name]
    points[:, len(names)] = -shaped["depth"]
    dims = tuple(name for name, (several, _) in axes.items() if several)
    coords: Coordinates = {
        name: ((name,), at) if several else ((), at[0]) for name, (several, at) in axes.items()
    }
    words = tuple(
        ", ".join(f"{name} {value:g} mm" for name, value in zip(shaped, row, strict=True))
        for row in zip(*shaped.values(), strict=True)
    )
    shape = tuple(at.size for several, at in axes.values() if several)
    return Places(points, shape, dims, coords, words)


def _under_the_centre(result: Result, depth: Given, x: Any, y: Any) -> Places:
    """Along the normal of the skin under the middle of the applicator of a mesh of one's own."""
    if x is not None or y is not None:
        raise CaseError(
            "x and y are places along the flat skin of a block; this mesh is not one: name the "
            'coordinates, as in position=("0 mm", "0 mm", "140 mm")'
        )
    several, at = _millimetres(depth)
    start, inward = beneath(result)
    dims = ("depth",) if several else ()
    words = tuple(f"depth {d:g} mm under the applicator's centre" for d in at)
    shape = (at.size,) if several else ()
    coords: Coordinates = {"depth": (dims, at if several else at[0])}
    return Places(start + at[:, None] * inward, shape, dims, coords, words)


def _at_positions(result: Result, position: Any) -> Places:
    """Coordinates as a probe of a mesh file has them; a list of several is a dimension."""
    several = bool(np.ndim(np.asarray(_plain(position), dtype=object)) > 1)
    rows = position if several else [position]
    found = [MILLIMETRES * lengths(row, "position").values for row in rows]
    if any(len(row) != result.dimension for row in found):
        raise CaseError(
            f"position: expected {result.dimension} coordinates, got {[len(row) for row in found]}"
        )
    points = np.zeros((len(found), 3))
    points[:, : result.dimension] = found
    dims = ("point",) if several else ()
    names = ("x", "y", "z")[: result.dimension]
    coords: Coordinates = {
        name: (dims, points[:, k] if several else points[0, k]) for k, name in enumerate(names)
    }
    words = tuple(f"position ({', '.join(f'{c:g}' for c in row)}) mm" for row in found)
    return Places(points, (len(found),) if several else (), dims, coords, words)


def _plain(position: Any) -> Any:
    """What has units as the array of its numbers, so that its dimensions can be counted."""
    if isinstance(position, Sequence) and not isinstance(position, str):
        return [_plain(one) for one in position]
    return getattr(position, "magnitude", position)


def _millimetres(given: Given) -> tuple[bool, Floats]:
    return given.several, np.round(MILLIMETRES * given.values, 9)


def _centre(case: Mapping[str, Any]) -> tuple[float, float]:
    """Place (m) of the first applicator along the skin; the origin where the case says none."""
    with suppress(KeyError, IndexError, TypeError):
        applicators = expand(case).fields["applicator"]
        first = applicators[0] if isinstance(applicators, list) else applicators
        values = lengths(first["centre"], "applicator.centre").values
        return (float(values[0]), float(values[1]) if len(values) > 1 else 0.0)
    return (0.0, 0.0)
