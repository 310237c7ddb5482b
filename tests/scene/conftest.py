"""Result folders that the tests of this folder share, and shows of them off the screen."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
import pyvista as pv
from view.meaning import tell_months, tell_thickness
from view.synthetic import make

from cryosim.scene.show import Show
from cryosim.scene.tissue import Tissue

TIMES = np.array([0.0, 2100.0, 3000.0])
SIZE = (480, 360)


@pytest.fixture(scope="session")
def folders(tmp_path_factory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("scene")
    found = {
        "block": make(root / "block", "hexahedron", across=10, times=TIMES),
        "cup": make(root / "cup", "hexahedron", across=12, cup=True, times=TIMES),
        "tets": make(root / "tets", "tetrahedron", across=8, times=TIMES),
        "curved": make(root / "curved", "tetrahedron", across=8, curved=True, times=TIMES),
        "plane": make(root / "plane", "quadrilateral", across=12, times=TIMES),
        "cup_2d": make(root / "cup_2d", "triangle", across=16, cup=True, times=TIMES),
        "once": make(root / "once", "hexahedron", across=6, times=TIMES[:1]),
    }
    for name, section in (("block", False), ("plane", True)):
        tell_months(found[name], (0.0, 42.0))
        tell_thickness(found[name], section=section)
    bare = make(root / "bare", "hexahedron", across=6, times=TIMES)
    with h5py.File(bare / "fields.h5", "r+") as file:
        del file["fields/survival"], file["fields/crystallised"]
        file.attrs["applicators"] = json.dumps([])
        file["mesh/surface_tag"][:] = 2
    return found | {"bare": bare}


@pytest.fixture(scope="session")
def tissues(folders) -> dict[str, Tissue]:
    return {name: Tissue.open(folder) for name, folder in folders.items()}


@pytest.fixture
def show(tissues) -> Iterator[Callable[[str], Show]]:
    """Makes shows, and closes their plotters at the end."""
    plotters = []

    def made(name: str, size: tuple[int, int] = SIZE) -> Show:
        plotters.append(pv.Plotter(off_screen=True, window_size=size))
        return Show(tissues[name], plotters[-1])

    yield made
    for plotter in plotters:
        plotter.close()
