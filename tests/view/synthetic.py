"""Result folders made from formulas: what a run leaves behind, without running one.

A 60 mm plate at -11 degC cools three layers for 35 min, then the tissue rewarms.  Temperatures are
an error-function profile below the plate that fades out sideways: smooth, plausible, not physics.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt
from scipy.special import erfc  # type: ignore[import-untyped]

from cryosim.output.fields import FieldFile
from cryosim.output.mesh import MeshData

Array = npt.NDArray[np.float64]

THICKNESS = {"skin": 2.2e-3, "fat": 20e-3, "muscle": 15e-3}
TITLES = {"skin": "Skin", "fat": "Subcutaneous fat", "muscle": "Muscle"}
THRESHOLD = 10.4
PLATE = -11.0
HALF = 30e-3
BLOCK = 75e-3
FOLD = 30e-3
"""Height of tissue drawn into a cup (m)."""
END = 35 * 60.0
TIMES = np.array([0.0, 300.0, 600.0, 1200.0, 1800.0, 2100.0, 2400.0, 3000.0])
_EDGES = np.cumsum([0.0, *THICKNESS.values()])

_HEXAHEDRON = np.array([[0, 1, 2, 6], [0, 2, 3, 6], [0, 3, 7, 6], [0, 7, 4, 6], [0, 4, 5, 6],
                        [0, 5, 1, 6]])  # fmt: skip
_FACES = {
    "hexahedron": [[0, 1, 2, 3], [4, 5, 6, 7], [0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6],
                   [3, 0, 4, 7]],
    "tetrahedron": [[0, 1, 2], [0, 1, 3], [1, 2, 3], [0, 2, 3]],
    "quadrilateral": [[0, 1], [1, 2], [2, 3], [3, 0]],
    "triangle": [[0, 1], [1, 2], [2, 0]],
    "interval": [[0], [1]],
}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """One sort of result folder."""

    cell_type: str
    across: int = 20
    down: tuple[int, int, int] = (4, 12, 6)
    curved: bool = False


def make(folder: Path, cell_type: str = "hexahedron", *, curved: bool = False, across: int = 20,
         title: str = "Abdomen, flat plate, -11 degC for 35 min", cup: bool = False,
         times: Array = TIMES) -> Path:  # fmt: skip
    """A complete result folder with cells of ``cell_type``; ``curved`` bends it about y.

    With a ``cup`` in place of the plate, tissue is drawn until the end of cooling.
    """
    kind = Kind(cell_type, across=across, curved=curved)
    mesh = in_cup(make_mesh(kind, title)) if cup else make_mesh(kind, title)
    with FieldFile.create(folder, mesh) as file:
        for t in times:
            file.append(float(t), fields(mesh, float(t), curved=curved))
    rows = np.linspace(0, times[-1], 101) if len(times) > 1 else times
    _tables(folder, mesh, rows, profile=not curved, curved=curved)
    _result(folder, title, mesh.dimension)
    return folder


def temperature(x: Array, y: Array, depth: Array, t: float) -> Array:
    """Temperature (degC) at a place (m) and a time (s)."""
    rest = 37.0 - 3.5 * np.exp(-depth / 6e-3)
    on = np.clip(t / 60.0, 0, 1) if t <= END else np.exp(-(t - END) / 400.0)
    length = 2 * np.sqrt(1.1e-7 * max(t, 1.0)) + 1e-4
    edge = 4e-3 + 0.35 * depth
    side = _window(x, edge) * _window(y, edge)
    return np.asarray(rest + (PLATE + 3.0 - 33.5) * on * erfc(depth / length * 0.8) * side)


def _window(x: Array, edge: Array) -> Array:
    return np.asarray(0.5 * (np.tanh((x + HALF) / edge) - np.tanh((x - HALF) / edge)))


def fields(mesh: MeshData, t: float, *, curved: bool = False) -> dict[str, Array]:
    """The three nodal fields of ``mesh`` at ``t`` (s)."""
    x, y = _plane(mesh, curved=curved)
    depth = np.asarray(mesh.depth, dtype=float)
    T = temperature(x, y, depth, t)
    fat = np.zeros(len(depth), dtype=bool)
    fat[np.asarray(mesh.cells)[np.asarray(mesh.layer) == 1].ravel()] = True
    crystal = np.clip((THRESHOLD - T) / 8.0, 0, 1)
    coldest = temperature(x, y, depth, min(t, END))
    dose = min(t, END) / END * np.clip((THRESHOLD - coldest) / 10, 0, 1)
    survival = np.exp(-1.2 * dose)
    return {
        "temperature": T,
        "crystallised": np.where(fat, crystal, np.nan),
        "survival": np.where(fat, survival, np.nan),
    }


def _plane(mesh: MeshData, *, curved: bool) -> tuple[Array, Array]:
    points = np.asarray(mesh.points)
    none = np.zeros(len(points))
    if mesh.dimension == 1:
        return none, none
    x = points[:, 0]
    if curved:
        x = RADIUS * np.arctan2(points[:, 0], points[:, 2] + RADIUS)
    return x, (points[:, 1] if mesh.dimension == 3 else none)


RADIUS = 90e-3
"""Of the bent skin (m)."""


def make_mesh(kind: Kind, title: str = "") -> MeshData:
    """Three layers, structured, graded toward the skin by the counts of cells."""
    z = -_edges(kind.down)
    if kind.cell_type == "interval":
        return _interval(z, title)
    x = np.linspace(-BLOCK, BLOCK, kind.across + 1)
    flat = kind.cell_type in ("quadrilateral", "triangle")
    points, cells, middle = _grid2(x, z) if flat else _grid3(x, z)
    if kind.cell_type == "triangle":
        cells = np.vstack([cells[:, [0, 1, 2]], cells[:, [0, 2, 3]]])
        middle = np.tile(middle, 2)
    if kind.cell_type == "tetrahedron":
        cells = cells[:, _HEXAHEDRON].reshape(-1, 4)
        middle = np.repeat(middle, 6)
    depth = -points[:, 1 if flat else 2]
    facets = _boundary(cells, kind.cell_type)
    tags = _tags(points, depth, facets, flat=flat)
    if kind.curved:
        angle, r = points[:, 0] / RADIUS, RADIUS - depth
        points = np.stack([r * np.sin(angle), points[:, 1], r * np.cos(angle) - RADIUS], axis=1)
    layer = np.searchsorted(_EDGES[1:-1], middle)
    return _mesh(2 if flat else 3, kind.cell_type, points, cells, layer, depth, facets, tags, title)


def _mesh(dimension, cell_type, points, cells, layer, depth, facets, tags, title):  # type: ignore[no-untyped-def]
    layers = [{"name": n, "tissue": n, "title": TITLES[n]} for n in THICKNESS]
    names = {1: "applicator", 2: "room", 3: "core", 4: "insulated"}
    plate = ({"name": "plate", "kind": "plate", "face": "skin"},)
    return MeshData(dimension, cell_type, points, cells, layer, depth, facets, tags, names, layers,
                    THRESHOLD, title, plate)  # fmt: skip


def in_cup(mesh: MeshData) -> MeshData:
    """The same ``mesh`` in a cup that lifts what is inside by `FOLD`, least at depth."""
    points, depth = np.asarray(mesh.points), np.asarray(mesh.depth)
    x, y = _plane(mesh, curved=False)
    moved = np.zeros_like(points)
    moved[:, mesh.dimension - 1] = (
        FOLD * _window(x, 6e-3 + 0 * x) * _window(y, 6e-3 + 0 * y) * (1 - depth / _EDGES[-1])
    )
    tags = np.asarray(mesh.surface_tag).copy()
    middle = np.abs(points[np.asarray(mesh.surface)].mean(axis=1)[:, 0])
    tags[(tags == 1) & (middle < 22e-3)] = 5
    names = {1: "cup wall", 5: "cup cavity", 2: "room", 3: "core", 4: "insulated"}
    cup = {"form": "plates", "gap": 64e-3, "length": 80e-3, "depth": 45e-3, "lip": 6e-3,
           "rim": 12e-3, "corner": 20e-3, "draft": 3.0}  # fmt: skip
    told = {"name": "cup", "kind": "cup", "face": "top", "centre": [0.0, 0.0], "cup": cup,
            "mouth": -2e-3}  # fmt: skip
    phases = ({"name": "cool", "start": 0.0, "end": END, "cups": ["cup"]},
              {"name": "remove", "start": END, "end": 3000.0, "cups": []})  # fmt: skip
    return replace(mesh, surface_tag=tags, surface_names=names, applicators=(told,),
                   phases=phases, shapes={"cup": moved})  # fmt: skip


def _edges(counts: tuple[int, int, int]) -> Array:
    """Depths of the nodes (m)."""
    parts = [np.linspace(a, b, n + 1)[1:] for a, b, n in
             zip(_EDGES[:-1], _EDGES[1:], counts, strict=True)]  # fmt: skip
    return np.concatenate([[0.0], *parts])


def _interval(z: Array, title: str) -> MeshData:
    n = len(z)
    points = np.stack([z, 0 * z, 0 * z], axis=1)
    cells = np.stack([np.arange(n - 1), np.arange(1, n)], axis=1)
    layer = np.searchsorted(_EDGES[1:-1], -(z[1:] + z[:-1]) / 2)
    return _mesh(1, "interval", points, cells, layer, -z, np.array([[0], [n - 1]]),
                 np.array([1, 3]), title)  # fmt: skip


def _grid2(x: Array, z: Array):  # type: ignore[no-untyped-def]
    X, Z = np.meshgrid(x, z, indexing="ij")
    points = np.stack([X.ravel(), Z.ravel(), 0 * X.ravel()], axis=1)
    i, k = (a.ravel() for a in np.meshgrid(np.arange(len(x) - 1), np.arange(len(z) - 1),
                                           indexing="ij"))  # fmt: skip
    node = lambda a, c: a * len(z) + c  # noqa: E731
    cells = np.stack([node(i, k + 1), node(i + 1, k + 1), node(i + 1, k), node(i, k)], axis=1)
    return points, cells, -(z[k] + z[k + 1]) / 2


def _grid3(x: Array, z: Array):  # type: ignore[no-untyped-def]
    X, Y, Z = np.meshgrid(x, x, z, indexing="ij")
    points = np.stack([X.ravel(), Y.ravel(), Z.ravel()], axis=1)
    n = len(x)
    i, j, k = (a.ravel() for a in np.meshgrid(*(np.arange(m - 1) for m in (n, n, len(z))),
                                              indexing="ij"))  # fmt: skip
    node = lambda a, b, c: (a * n + b) * len(z) + c  # noqa: E731
    ring = [(0, 0), (1, 0), (1, 1), (0, 1)]
    low = [node(i + a, j + b, k + 1) for a, b in ring]
    high = [node(i + a, j + b, k) for a, b in ring]
    return points, np.stack(low + high, axis=1), -(z[k] + z[k + 1]) / 2


def _boundary(cells: Array, cell_type: str) -> Array:
    faces = np.concatenate([cells[:, f] for f in _FACES[cell_type]])
    _, first, count = np.unique(np.sort(faces, axis=1), axis=0, return_index=True,
                                return_counts=True)  # fmt: skip
    return faces[first[count == 1]]


def _tags(points: Array, depth: Array, facets: Array, *, flat: bool) -> Array:
    middle = points[facets].mean(axis=1)
    deep = depth[facets]
    skin, core = deep.max(axis=1) < 1e-9, deep.min(axis=1) > _EDGES[-1] - 1e-9
    beneath = np.abs(middle[:, 0]) < HALF
    if not flat:
        beneath &= np.abs(middle[:, 1]) < HALF
    return np.where(skin & beneath, 1, np.where(skin, 2, np.where(core, 3, 4)))


def _tables(folder: Path, mesh: MeshData, t: Array, *, profile: bool, curved: bool) -> None:
    columns: dict[str, Array] = {"time [s]": t}
    values = [fields(mesh, float(s), curved=curved) for s in t]
    for index, name in enumerate(THICKNESS):
        nodes = np.unique(np.asarray(mesh.cells)[np.asarray(mesh.layer) == index])
        T = np.array([v["temperature"][nodes] for v in values])
        columns[f"{name} minimum [degC]"] = T.min(axis=1)
        columns[f"{name} mean [degC]"] = T.mean(axis=1)
        columns[f"{name} below threshold [1]"] = (T < THRESHOLD).mean(axis=1)
        if name == "fat":
            for title, key in (("crystallised", "crystallised"), ("viable", "survival")):
                columns[f"fat {title} [1]"] = np.array([v[key][nodes].mean() for v in values])
    _csv(folder / "layers.csv", columns)
    ramp = np.where(t <= END, np.maximum(PLATE, 24 - 35 * t / 60), np.nan)
    flux = np.where(t <= END, 60 + 90 * np.exp(-t / 200), 0.0)
    skin = columns["skin minimum [degC]"]
    _csv(folder / "device.csv", {"time [s]": t, "plate temperature [degC]": ramp,
                                 "plate heat flux [mW/cm^2]": flux,
                                 "plate coldest skin [degC]": skin})  # fmt: skip
    _csv(folder / "front.csv", {"time [s]": t, "threshold depth [mm]": 0 * t,
                                "coldest skin [degC]": skin})  # fmt: skip
    if profile:
        d = np.unique(np.round(np.asarray(mesh.depth), 12))
        rows = {f"{s:g} s [degC]": temperature(0 * d, 0 * d, d, float(s)) for s in t[::2]}
        _csv(folder / "profile.csv", {"depth [mm]": 1e3 * d, **rows})


def _csv(path: Path, columns: dict[str, Array]) -> None:
    rows = np.stack(list(columns.values()), axis=1)
    text = "\n".join(",".join(f"{v:.6g}" for v in row) for row in rows)
    path.write_text(",".join(columns) + "\n" + text + "\n")


def _result(folder: Path, title: str, dimension: int) -> None:
    result = {"status": "done", "title": title, "dimension": dimension, "quantities": {}}
    (folder / "result.json").write_text(json.dumps(result))


def make_fold(folder: Path, cell_type: str = "hexahedron", across: int = 20) -> Path:
    """A result with a second plate below, and both outer layers skin by another name."""
    make(folder, cell_type, across=across, title="Fold between two plates")
    names = {"skin": "near skin", "muscle": "far skin"}
    layers = [{"name": names.get(n, n), "tissue": "fat" if n == "fat" else "skin",
               "title": TITLES["fat" if n == "fat" else "skin"]} for n in THICKNESS]  # fmt: skip
    plates = [{"name": f"{n} plate", "kind": "plate", "face": face}
              for n, face in (("near", "top"), ("far", "bottom"))]  # fmt: skip
    flat = cell_type in ("quadrilateral", "triangle")
    retag(folder, plates, lambda middle: (np.abs(middle[:, : 1 if flat else 2]) < HALF).all(axis=1)
          & (middle[:, 1 if flat else 2] < -_EDGES[-1] + 1e-9))  # fmt: skip
    with h5py.File(folder / "fields.h5", "r+") as file:
        file.attrs["layers"] = json.dumps(layers)
    table = (folder / "layers.csv").read_text()
    for old, new in names.items():
        table = table.replace(f",{old} ", f",{new} ")
    (folder / "layers.csv").write_text(table)
    device = (folder / "device.csv").read_text().splitlines()
    head, rows = device[0].split(",")[1:], [line.split(",", 1) for line in device[1:]]
    heads = [h.replace("plate", f"{n} plate") for n in ("near", "far") for h in head]
    lines = [",".join(["time [s]", *heads]), *(f"{t},{row},{row}" for t, row in rows)]
    (folder / "device.csv").write_text("\n".join(lines) + "\n")
    return folder


def retag(folder: Path, applicators: list[dict[str, str]], under, *, only: bool = False) -> None:  # type: ignore[no-untyped-def]
    """Name other ``applicators``; facets whose middle (m) is ``under`` one become theirs."""
    with h5py.File(folder / "fields.h5", "r+") as file:
        points, facets = file["mesh/points"][:], file["mesh/surface"][:]
        tags = file["mesh/surface_tag"][:]
        chosen = under(points[facets].mean(axis=1))
        file["mesh/surface_tag"][:] = np.where(chosen, 1, np.where(only & (tags == 1), 2, tags))
        file.attrs["applicators"] = json.dumps(applicators)
