"""The content of a scene without a run: a block that cools from the middle of its top."""

import json
from typing import Any

import numpy as np
import pyvista as pv

from cryosim.report.bundle import script
from cryosim.report.packed import packed, places

BOUNDS = np.array([[-40.0, -40.0, -40.0], [40.0, 40.0, 0.0]])
TIMES = np.linspace(0.0, 3600.0, 7)
LEVEL = 10.0
CHART = {
    "xAxis": {"type": "value", "axisLabel": {"formatter": "minutes"}},
    "yAxis": {"type": "value", "axisLabel": {"formatter": "degC"}},
    "series": [
        {"type": "line", "data": [[0, 1], [1, 4], [2, -3]]},
        {"type": "custom", "renderItem": "band", "data": [[0, 0, 2], [1, 3, 5], [2, -4, -2]]},
    ],
}


def temperature(points, t):  # type: ignore[no-untyped-def]
    """degC at ``points`` (mm) and ``t`` (s)."""
    x, y, z = np.asarray(points, dtype=float).T
    return 33.0 - z / 10.0 - 40.0 * t / 3600.0 * np.exp(-(x**2 + y**2) / 500.0 + z / 12.0)


def scene(title: str = "Block", times: Any = TIMES) -> dict[str, Any]:
    """What `embedded_scene` would write of such a run."""
    layers = [{"name": name, "title": name.title(), "colour": colour, "chilled": "#203070",
               "without": without,
               "below": [0.1 * k for k in range(len(times))], "minimum": [5.0] * len(times)}
              for name, colour, without in (("skin", "#c77c93", ["survival"]),
                                            ("fat", "#e3a81c", []))]  # fmt: skip
    look = {"unit": "°C", "digits": 1, "absent": ""}
    fields = [
        {"name": "temperature", "label": "Temperature", "caption": "Temperature [°C]", **look,
         "low": -10.0, "high": 40.0, "least": -20.0, "step": 0.05, "ticks": [0, 20, 40],
         "colours": ["#0d2f6b", "#f8f6f1", "#a0531f"]},
        {"name": "survival", "label": "Viable", "caption": "Viable [1]", **look, "low": 0.0,
         "high": 1.0, "least": 0.0, "step": 1 / 255, "ticks": [0, 1],
         "colours": ["#111111", "#eeeeee"]},
    ]  # fmt: skip
    body, fronts = _body(times)
    return {
        "title": title, "threshold": LEVEL, "threshold_text": "10.0 °C", "opening": len(times) - 1,
        "dimension": 3, "skin": "the skin", "depth_step": 0.01, "applicators": "", "note": "",
        "axes": ["x", "y", "z"], "bounds": BOUNDS.tolist(), "cuts": ["none"],
        "reach": [[x, y, z] for x in (-40, 40) for y in (-40, 40) for z in (-40, 0)],
        "home": [-0.96, 0.56], "colours": {"front": "#2f8fff", "cold": "#0b3c8c",
                                           "wall": "#a9b1bd", "absent": "#c9ced6"},
        "layers": layers, "fields": fields, "bodies": {"rest|none": body}, "fronts": fronts,
        "times": [{"text": f"{t / 60:g} min", "seconds": float(t), "shape": "rest"} for t in times],
    }  # fmt: skip


def _body(times: Any) -> tuple[dict[str, Any], dict[int, Any]]:
    grid = pv.ImageData(dimensions=(21, 21, 11), spacing=(4, 4, 4), origin=BOUNDS[0])
    surface = grid.extract_surface(algorithm="dataset_surface").triangulate()
    points = np.asarray(surface.points, dtype=float)
    corners = np.asarray(surface.regular_faces)
    middle = points[corners].mean(axis=1)[:, 2]
    order = np.argsort(middle < -10.0, kind="stable")
    skin = int((middle >= -10.0).sum())
    sheets = [{"layer": layer, "beside": "", "from": 0, "count": len(points), "first": first,
               "triangles": count} for layer, first, count in
              (("skin", 0, skin), ("fat", skin, len(corners) - skin))]  # fmt: skip
    fronts = {}
    for k, t in enumerate(times):
        grid.point_data["T"] = temperature(grid.points, t)
        front = grid.contour([LEVEL], scalars="T").triangulate()
        if front.n_cells:
            fronts[k] = {**_surface(front), "counts": [0, front.n_cells]}
    values = np.array([np.rint((temperature(points, t) + 20.0) / 0.05) for t in times])
    body = {
        "sheets": sheets, "points": places(points, BOUNDS), "triangles": packed(corners[order]),
        "depth": packed(np.rint(-points[:, 2:] / 0.01)), "lines": [], "walls": [],
        "values": {"temperature": packed(values), "survival": packed(0 * values + 200)},
    }  # fmt: skip
    return body, fronts


def _surface(mesh: pv.PolyData) -> dict[str, Any]:
    points = np.asarray(mesh.points, dtype=float)
    return {"points": places(points, BOUNDS), "triangles": packed(mesh.regular_faces)}


def page(*scenes: dict[str, Any], inside: str = "") -> str:
    """A page with a chart and linked ``scenes``; ``inside`` stands in the place of each."""
    parts = [
        f'<div class="scene" data-of="s{k}" data-link="all">{inside}</div>'
        f'<script type="application/json" id="s{k}">{json.dumps(content)}</script>'
        for k, content in enumerate(scenes)
    ]
    return (
        '<!doctype html><meta charset="utf-8"><title>Block</title>'
        f'<div class="chart" data-of="c" style="height:200px"></div>{"".join(parts)}'
        f'<script type="application/json" id="c">{json.dumps(CHART)}</script>'
        f"<script>{script()}</script><script>cryosim.start(document)</script>"
    )
