"""Result folders, and their pictures, that the tests of this folder share."""

from pathlib import Path

import pytest
from view.synthetic import make

KINDS = {
    "block": {"cell_type": "hexahedron"},
    "curved": {"cell_type": "tetrahedron", "curved": True},
    "plane": {"cell_type": "quadrilateral"},
    "triangles": {"cell_type": "triangle"},
    "line": {"cell_type": "interval"},
}


@pytest.fixture(scope="session")
def folders(tmp_path_factory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("results")
    return {name: make(root / name, **options) for name, options in KINDS.items()}


@pytest.fixture(scope="session")
def drawn(folders, tmp_path_factory) -> dict[str, dict[str, Path]]:
    """Pictures of each folder by name; drawn once."""
    from cryosim.view.pictures import draw

    root = tmp_path_factory.mktemp("figures")
    return {name: {file.stem: file for file in draw(folder, root / name)}
            for name, folder in folders.items()}  # fmt: skip
