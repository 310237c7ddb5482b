"""Pictures are drawn as often as something has changed, and no more often."""

import asyncio

import pytest
import pyvista as pv

from cryosim.web.picture import Picture


@pytest.fixture
def plotter():
    plotter = pv.Plotter(off_screen=True, window_size=(64, 48))
    plotter.add_mesh(pv.Cube())
    yield plotter
    plotter.close()


def watched(plotter, act):
    """What is drawn and sent while ``act`` goes on: times drawn, and whether each was sharp."""
    drawn, sent = [], []
    plotter.render_window.AddObserver("EndEvent", lambda *_: drawn.append(1))

    async def look():
        picture = Picture(plotter, lambda: None, lambda: None)

        def send(frame):
            sent.append(frame)
            picture.seen(frame["number"])

        picture.connect(send)
        keeping = asyncio.create_task(picture.keep())
        await act(picture)
        keeping.cancel()

    asyncio.run(look())
    assert all(frame["image"].startswith(b"\xff\xd8") for frame in sent)
    return len(drawn), [frame["sharp"] for frame in sent]


def test_changes_of_one_moment_are_one_sharp_picture(plotter):
    async def act(picture):
        for _ in range(5):
            picture.want()
        await picture.drawn()
        await asyncio.sleep(0.6)

    assert watched(plotter, act) == (1, [True])


def test_what_moves_is_drawn_roughly_and_sharp_when_it_rests(plotter):
    async def act(picture):
        for _ in range(3):
            picture.want(moving=True)
            await picture.drawn()
        await asyncio.sleep(0.6)

    assert watched(plotter, act) == (4, [False, False, False, True])
