"""The scene of a run as JSON that a page holds: surfaces once, what varies on them at every time.

``viewer/src/body.js`` and ``scene.js`` read it.  Coordinates are rounded to 1/65535 of the scene,
temperatures to 0.1 K and fractions to 1/250.
"""

import json
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvista as pv

from cryosim.report.packed import packed, places
from cryosim.scene import shades
from cryosim.scene.choice import Cut
from cryosim.scene.lines import Line
from cryosim.scene.sheet import Sheet
from cryosim.scene.tissue import Tissue
from cryosim.view import style
from cryosim.view.cups import cups_of
from cryosim.view.scene import TOWARD_EYE

Floats = npt.NDArray[np.float64]

KELVIN = 0.1
"""Step of a temperature (K)."""
FRACTION = 1.0 / 250.0
"""Step of a fraction."""
DEPTH = 0.01
"""Step of a depth (mm)."""
_COLOURS = 65
"""Of a map; the viewer mixes what lies between."""
_HALF = 0.5


def embedded_scene(tissue: Tissue, *, most_times: int = 61) -> str:
    """The JSON text of the scene of ``tissue``, with at most ``most_times`` of its times."""
    steps = chosen_steps(tissue, most_times)
    cuts = (Cut.none,) if tissue.flat else (Cut.quarter, Cut.none)
    shapes = {tissue.shape(step): step for step in reversed(steps)}
    every = _points(tissue, shapes.values(), cuts)
    bounds = np.array([every.min(axis=0), every.max(axis=0)])
    bodies = {
        f"{shape}|{cut}": _body(tissue, first, cut, bounds,
                                [s for s in steps if tissue.shape(s) == shape])
        for shape, first in shapes.items() for cut in cuts
    }  # fmt: skip
    content = {
        **_heading(tissue, steps), "bounds": bounds.tolist(), "cuts": list(cuts),
        "reach": _reach(every), "bodies": bodies, "fronts": _fronts(tissue, steps, bounds),
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


def chosen_steps(tissue: Tissue, most: int) -> list[int]:
    """At most ``most`` steps of the run, evenly apart.

    Kept in any case: the first, the last, the end of cooling, and both sides of a change of shape.
    """
    count = len(tissue.times)
    names = [tissue.shape(step) for step in range(count)]
    changes = [step for step in range(1, count) if names[step] != names[step - 1]]
    kept = {0, count - 1, tissue.opening().step, *changes, *(step - 1 for step in changes)}
    for some in range(min(most, count), 0, -1):
        spread = np.rint(np.linspace(0, count - 1, some)).astype(int).tolist()
        if len(kept.union(spread)) <= most:
            return sorted(kept.union(spread))
    return sorted(kept)


def _heading(tissue: Tissue, steps: Sequence[int]) -> dict[str, Any]:
    """All that is told in words and numbers."""
    result = tissue.result
    x, y, z = TOWARD_EYE
    return {
        "title": style.readable(result.title), "dimension": result.dimension,
        "threshold": result.threshold, "threshold_text": style.degrees(result.threshold),
        "opening": steps.index(tissue.opening().step), "skin": result.skin,
        "note": _note(len(steps), len(tissue.times)),
        "depth_step": DEPTH, "axes": list(tissue.axes),
        "home": [float(np.arctan2(y, x)), float(np.arctan2(z, np.hypot(x, y)))]
        if result.dimension == 3 else [-np.pi / 2, np.pi / 2],
        "applicators": _applicators(tissue),
        "colours": {"front": style.FRONT, "cold": style.COLD, "wall": style.WALL,
                    "absent": shades.UNKNOWN},
        "layers": _layers(tissue, steps), "fields": [_field(tissue, k.name) for k in tissue.fields],
        "times": [{"text": style.moment(result, step), "seconds": float(tissue.times[step]),
                   "shape": tissue.shape(step)} for step in steps],
    }  # fmt: skip


def _note(shown: int, count: int) -> str:
    """What the scene leaves out."""
    times = f"{shown} of the {count} times of the run; values" if shown < count else "Values"
    return f"{times} rounded to {KELVIN:g} K and {FRACTION:g}."


def _applicators(tissue: Tissue) -> str:
    """What the switch of the applicators is called; empty without any."""
    if not tissue.has_applicators:
        return ""
    name = "Cup" if cups_of(tissue.result) else "Applicator"
    return name if len(tissue.result.applicators) < 2 else f"{name}s"


def _layers(tissue: Tissue, steps: Sequence[int]) -> list[dict[str, Any]]:
    """Layers from the skin down, with what of each is below the threshold at every time."""
    result, rows = tissue.result, tissue.result.table("layers")
    colours = style.layer_colours(tissue.layers)
    sheets = [s for s in tissue.sheets(-1, Cut.none, _HALF) if not s.beside]
    found = []
    for k in tissue.layers:
        mine = [s for s in sheets if s.layer == k.name]
        course = {
            key: [round(result.at_time(rows, f"{k.name} {column}", float(tissue.times[s])), 4)
                  for s in steps]
            for key, column in (("below", "below threshold [1]"), ("minimum", "minimum [degC]"))
        }  # fmt: skip
        found.append({
            "name": k.name, "title": k.title, "colour": colours[k.name],
            "chilled": shades.chilled(colours[k.name]), **course,
            "without": [kind.name for kind in tissue.fields
                        if np.isnan(_on(mine, tissue.nodal(kind.name, -1))).any()],
        })  # fmt: skip
    return found


def _field(tissue: Tissue, name: str) -> dict[str, Any]:
    """Colours of a field, and the numbers that its steps stand for."""
    shade = tissue.shade(name)
    kind = next(k for k in tissue.fields if k.name == name)
    warm = name == "temperature"
    colours = shade.colours(np.linspace(0.0, 1.0, _COLOURS))
    return {
        "name": name, "label": kind.label, "caption": shade.caption, "absent": shade.unknown,
        "unit": style.readable(kind.unit) if kind.unit != "1" else "", "digits": 1 if warm else 2,
        "low": float(shade.low), "high": float(shade.high), "ticks": list(shade.ticks),
        "least": _least(tissue) if warm else 0.0, "step": KELVIN if warm else FRACTION,
        "colours": ["#" + "".join(f"{round(255 * c):02x}" for c in rgb[:3]) for rgb in colours],
    }  # fmt: skip


def _least(tissue: Tissue) -> float:
    """A round temperature (degC) that nothing is below."""
    return float(np.floor(tissue.scale.low)) - 1.0


def _body(
    tissue: Tissue, first: int, cut: Cut, bounds: Floats, steps: Sequence[int]
) -> dict[str, Any]:
    """The tissue as it stands at ``first``, cut open, and its fields at ``steps``."""
    names = [k.name for k in tissue.layers]
    sheets = [s for s in tissue.sheets(first, cut, _HALF)
              if not s.beside or names.index(s.layer) < names.index(s.beside)]  # fmt: skip
    starts = np.cumsum([0, *(len(s.points) for s in sheets)]).tolist()
    firsts = np.cumsum([0, *(len(s.triangles) for s in sheets)]).tolist()
    told = [
        {"layer": s.layer, "beside": s.beside, "from": start, "count": len(s.points),
         "first": at, "triangles": len(s.triangles)}
        for s, start, at in zip(sheets, starts, firsts, strict=False)
    ]  # fmt: skip
    triangles = [s.triangles + start for s, start in zip(sheets, starts, strict=False)]
    depth = _on(sheets, np.asarray(tissue.result.grid.point_data["depth"]))
    walls = [mesh for _, mesh in tissue.walls(first, cut, _HALF)]
    solid = [mesh for _, mesh in tissue.cut_walls(first, cut, _HALF)]
    return {
        "sheets": told, "points": places(np.vstack([s.points for s in sheets]), bounds),
        "triangles": packed(np.vstack(triangles)), "depth": packed(np.rint(depth[:, None] / DEPTH)),
        "values": {k.name: _values(tissue, k.name, sheets, steps) for k in tissue.fields},
        "lines": [*_lines(tissue.lines(first, cut, _HALF), bounds),
                  *(_bends(mesh, bounds, style.FAINT) for mesh in walls),
                  *(_bends(mesh, bounds, style.DEVICE) for mesh in solid)],
        "walls": [{**_surface(mesh, bounds), "solid": False} for mesh in walls]
        + [{**_surface(mesh.triangulate(), bounds), "solid": True} for mesh in solid],
    }  # fmt: skip


def _points(tissue: Tissue, steps: Iterable[int], cuts: Iterable[Cut]) -> Floats:
    """Points (mm) of all that is ever shown."""
    points = []
    for step, cut in product(steps, cuts):
        points += [sheet.points for sheet in tissue.sheets(step, cut, _HALF)]
        points += [line.points for line in tissue.lines(step, cut, _HALF)]
        walls = *tissue.walls(step, cut, _HALF), *tissue.cut_walls(step, cut, _HALF)
        points += [np.asarray(mesh.points, dtype=float) for _, mesh in walls]
    return np.vstack(points)


def _reach(points: Floats) -> list[list[float]]:
    """Those of the ``points`` (mm) that reach farthest, in 60 directions."""
    directions = np.random.default_rng(0).normal(size=(60, 3))
    farthest = np.unique(np.argmax(points @ directions.T, axis=0))
    return [[round(float(x), 2) for x in points[k]] for k in farthest]


def _values(
    tissue: Tissue, name: str, sheets: Sequence[Sheet], steps: Sequence[int]
) -> dict[str, Any]:
    """Whole numbers, a row for each time; 0 where there is no value."""
    field = _field(tissue, name)
    rows = [(_on(sheets, tissue.nodal(name, step)) - field["least"]) / field["step"]
            for step in steps]  # fmt: skip
    return packed(np.rint(np.clip(np.nan_to_num(rows), 0.0, None)))


def _on(sheets: Sequence[Sheet], nodal: npt.ArrayLike) -> Floats:
    return np.concatenate([sheet.values(nodal) for sheet in sheets])


def _lines(lines: Iterable[Line], bounds: Floats) -> Iterable[dict[str, Any]]:
    """Rims of layers, and of what applicators touch."""
    for line in lines:
        if len(line.pieces):
            touched = not line.layer
            yield {
                "layer": line.layer, "applicator": touched, "width": 3.4 if touched else 1.5,
                "colour": style.DEVICE if touched else style.INK,
                "points": places(line.points, bounds), "ends": packed(line.pieces),
            }  # fmt: skip


def _bends(wall: Any, bounds: Floats, colour: str) -> dict[str, Any]:
    """Where the ``wall`` of a cup ends or bends."""
    mesh = wall.clean().extract_feature_edges(
        feature_angle=40.0, boundary_edges=True, manifold_edges=False
    )
    line = Line("bends", "", np.asarray(mesh.points, dtype=float),
                np.asarray(mesh.lines).reshape(-1, 3)[:, 1:])  # fmt: skip
    return {"layer": "", "applicator": True, "width": 1.2, "colour": colour,
            "points": places(line.points, bounds), "ends": packed(line.pieces)}  # fmt: skip


def _fronts(tissue: Tissue, steps: Sequence[int], bounds: Floats) -> dict[int, Any]:
    """The surface of the threshold at every time that has one; triangles layer by layer.

    It is whole: what of it lies in tissue that is shown cannot be seen.
    """
    found = {}
    for index, step in enumerate(steps):
        front = _whole_front(tissue, step)
        if not front.n_cells:
            continue
        corners = np.asarray(front.regular_faces)
        layer = np.asarray(front.point_data["layer"])[corners[:, 0]].astype(int)
        mesh = front.clean()
        order = np.argsort(layer, kind="stable")
        counts = np.bincount(layer, minlength=len(tissue.layers))
        found[index] = {**_surface(mesh, bounds, order), "counts": counts.tolist()}
    return found


def _whole_front(tissue: Tissue, step: int) -> pv.PolyData:
    """All of the surface of the threshold.

    It is told as far as it can be seen: with layers switched off, all but their own part.
    """
    threshold, first = tissue.result.threshold, tissue.layers[0].name
    others = frozenset(k.name for k in tissue.layers[1:])
    if not others:
        return tissue.front(step, threshold, Cut.quarter, _HALF)
    below = tissue.front(step, threshold, Cut.none, _HALF, frozenset({first}))
    above = tissue.front(step, threshold, Cut.none, _HALF, others)
    if not below.n_cells or not above.n_cells:
        return below if below.n_cells else above
    return below.append_polydata(above)


def _surface(mesh: Any, bounds: Floats, order: Any = slice(None)) -> dict[str, Any]:
    corners = np.asarray(mesh.regular_faces)[order]
    return {"points": places(np.asarray(mesh.points, dtype=float), bounds),
            "triangles": packed(corners)}  # fmt: skip
