"""An animation that nobody waits for any more leaves no process behind."""

import asyncio
import os
from types import SimpleNamespace

import pytest

from cryosim.web import film


def test_a_film_that_is_given_up_ends_its_process(tmp_path, monkeypatch):
    slow, started = tmp_path / "slow", tmp_path / "started"
    slow.write_text(
        f"#!/bin/sh\necho $$ > {started}.new\nmv {started}.new {started}\nexec sleep 60\n"
    )
    slow.chmod(0o755)
    monkeypatch.setattr(film.sys, "executable", str(slow))
    monkeypatch.setattr(film, "_seen", lambda _: "{}")
    tissue = SimpleNamespace(check=lambda: None, result=SimpleNamespace(folder=tmp_path))
    filming = film.Filming({}, SimpleNamespace(tissue=tissue), tmp_path)

    async def give_up():
        making = asyncio.create_task(filming._make(tmp_path / "film.gif"))
        async with asyncio.timeout(20):
            while not started.exists():
                await asyncio.sleep(0.01)
        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making

    asyncio.run(give_up())
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)
