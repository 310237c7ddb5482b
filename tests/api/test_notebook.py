"""The tutorial notebook runs from its first cell to its last, and is kept without outputs."""

import asyncio
import os
import re

import aiohttp
import msgpack
import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient
from wslink.chunking import UnChunker, generate_chunks

NOTEBOOK = ROOT / "docs" / "tutorial_notebook.ipynb"


def test_it_is_kept_without_outputs():
    book = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(book)
    for cell in book.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


async def hello(port, key):
    """What the socket of a notebook's scene says to whoever shows ``key``."""
    greeting = {"wslink": "1.0", "id": "system:c0:0", "method": "wslink.hello",
                "args": [{"secret": key}], "kwargs": {}}  # fmt: skip
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"http://127.0.0.1:{port}/ws") as socket,
    ):
        for chunk in generate_chunks(msgpack.packb(greeting), 2**20):
            await socket.send_bytes(chunk)
        return str(UnChunker().process_chunk((await asyncio.wait_for(socket.receive(), 20)).data))


@pytest.mark.filterwarnings("default")  # of Jupyter's own; the cells run in another process
def test_every_cell_runs_and_shows_something(tmp_path, monkeypatch):
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.delenv("MPLBACKEND", raising=False)  # a kernel has its own
    book = nbformat.read(NOTEBOOK, as_version=4)
    asked = {}

    async def ask(cell, **_):
        """While the kernel lives: what its server answers to the key of the page and to others."""
        if cell.id != "view":
            return
        pages = [state["value"] for state in client.widget_state.values()
                 if "<iframe" in str(state.get("value"))]  # fmt: skip
        port, key = re.search(r"localhost:(\d+)/.*&secret=(k[\w-]{43})", pages[-1]).groups()
        for name in ("", "wslink-secret", key):
            asked["key" if name == key else name] = await hello(port, name)

    client = NotebookClient(
        book, timeout=300, resources={"metadata": {"path": str(tmp_path)}},
        on_cell_executed=ask,
    )  # fmt: skip
    client.execute()
    assert "Authentication failed" in asked[""]
    assert "Authentication failed" in asked["wslink-secret"], "the key that trame would take"
    assert "clientID" in asked["key"]
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
