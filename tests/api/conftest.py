"""Result folders made from formulas: a temperature that shape functions hold exactly."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from view.synthetic import Kind, in_cup, make_mesh

from cryosim.output.fields import FieldFile

TIMES = np.array([0.0, 60.0, 180.0])
KINDS = {
    "block": Kind("hexahedron", across=6),
    "tetrahedra": Kind("tetrahedron", across=4, down=(2, 4, 2)),
    "section": Kind("quadrilateral", across=8),
    "triangles": Kind("triangle", across=8),
    "column": Kind("interval"),
}


def exact(points, t):
    """A temperature (degC) linear in place (m) and time (s)."""
    x, y, z = np.asarray(points, dtype=float).T
    return 30.0 + 400.0 * x - 250.0 * y + 900.0 * z - 0.02 * t


def bilinear(points, t):
    """One that trilinear hexahedra along the axes hold exactly, and tetrahedra do not."""
    x, y, z = np.asarray(points, dtype=float).T
    return exact(points, t) + 2e5 * x * y * z


def written(folder: Path, mesh, field=exact, case="") -> Path:
    """A result folder with ``field`` as its temperature, and crystals in the fat."""
    fat = np.zeros(len(mesh.points), dtype=bool)
    fat[np.asarray(mesh.cells)[np.asarray(mesh.layer) == 1].ravel()] = True
    with FieldFile.create(folder, mesh) as file:
        for t in TIMES:
            crystals = np.where(fat, t / 200.0, np.nan)
            file.append(float(t), {"temperature": field(mesh.points, t), "crystallised": crystals})
    (folder / "case.toml").write_text(case)
    (folder / "result.json").write_text('{"title": "linear"}')
    seconds = ",".join(f"{t:g} s [degC]" for t in TIMES)
    (folder / "profile.csv").write_text(f"depth [mm],{seconds}\n0,30,28.8,26.4\n")
    cold = "\n".join(f"{t:g},{30 - t / 9:g},0.1" for t in TIMES)
    heads = [f"{k} {what}" for k in ("skin", "fat", "muscle")
             for what in ("minimum [degC]", "below threshold [1]")]  # fmt: skip
    rows = [",".join([line.split(",")[0], *line.split(",")[1:] * 3]) for line in cold.splitlines()]
    (folder / "layers.csv").write_text("\n".join([",".join(["time [s]", *heads]), *rows]) + "\n")
    return folder


@pytest.fixture(scope="session")
def linear(tmp_path_factory) -> dict[str, Path]:
    """A folder of every kind of mesh, of a drawn block and of a curved one."""
    root = tmp_path_factory.mktemp("linear")
    meshes = {name: make_mesh(kind, name) for name, kind in KINDS.items()}
    meshes["drawn"] = in_cup(meshes["block"])
    meshes["bent"] = make_mesh(Kind("tetrahedron", across=6, down=(2, 4, 2), curved=True), "bent")
    folders = {name: written(root / name, mesh) for name, mesh in meshes.items()}
    folders["bilinear"] = written(root / "bilinear", meshes["block"], bilinear)
    moved = replace(meshes["block"], title="moved")
    centre = '[applicator]\ncentre = ["12 mm", "-9 mm"]\n'
    folders["aside"] = written(root / "aside", moved, case=centre)
    return folders
