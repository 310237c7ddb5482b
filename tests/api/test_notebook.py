"""The tutorial notebook runs from its first cell to its last, and is kept without outputs."""

import os

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

NOTEBOOK = ROOT / "docs" / "tutorial_notebook.ipynb"


def test_it_is_kept_without_outputs():
    book = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(book)
    for cell in book.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.filterwarnings("default")  # of Jupyter's own; the cells run in another process
def test_every_cell_runs_and_shows_something(tmp_path, monkeypatch):
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    book = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = {cell.id: cell.outputs for cell in book.cells if cell.cell_type == "code"}
    kinds = {name: {kind for out in outputs for kind in out.get("data", ())}
             for name, outputs in shown.items()}  # fmt: skip
    errors = [out.text for outputs in shown.values() for out in outputs
              if out.output_type == "stream" and out.name == "stderr"]  # fmt: skip
    assert errors == []
    assert "Subcutaneous fat" in shown["case"][-1].data["text/html"]
    assert "skin surface, coldest" in shown["limits"][0].data["text/html"]
    assert "image/png" in kinds["picture"]
    assert "image/png" in kinds["plot-at"]
    assert "application/vnd.jupyter.widget-view+json" in kinds["view"], "the scene, by trame"
    assert "-11 degC" in shown["sweep"][-1].data["text/plain"]
    assert (tmp_path / "small_plate.nc").stat().st_size > 1000
