"""The vendored script: built of what stands beside it, and drawing in a real browser."""

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image
from report.blocks import page, scene
from support.browser import chromium

from cryosim.report.bundle import BUNDLE, VIEWER, hash_of_sources, script
from cryosim.report.packed import packed, places, unpacked


@pytest.fixture(scope="module")
def open_page():
    with chromium() as opener:
        yield opener


@pytest.fixture
def seen(open_page, tmp_path):
    """``with seen(html) as page``: the page of ``html``, drawn."""

    @contextmanager
    def opened(html: str, width: int = 500) -> Iterator:
        file = tmp_path / "page.html"
        file.write_text(html, encoding="utf-8")
        with open_page(width, 700) as page:
            page.goto(file.as_uri())
            page.wait_for_function("window.cryosim.ready === true")
            yield page

    return opened


def picture(page, which: int = 0) -> np.ndarray:
    shot = page.locator(".cryosim-picture").nth(which).screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"), dtype=int)


def differing(a, b) -> float:
    """Share of the pixels that differ."""
    return float((np.abs(a - b).max(axis=2) > 8).mean())


def test_the_bundle_is_built_from_the_sources_beside_it():
    first = BUNDLE.read_text(encoding="utf-8").splitlines()[0]
    assert first == f"// sources and locks: SHA-256 {hash_of_sources()}", (
        "run scripts/build-viewer.sh after a change of cryosim/report/viewer"
    )


def test_every_licence_is_told_and_every_version_is_exact():
    told = (VIEWER / "LICENCES.txt").read_text(encoding="utf-8")
    for name in ("@kitware/vtk.js 37.4.3 (BSD-3-Clause)", "echarts 6.1.0 (Apache-2.0)",
                 "zrender 6.1.0 (BSD-3-Clause)"):  # fmt: skip
        assert f"=== {name} ===" in told
    assert "The Apache Software Foundation" in told  # the NOTICE
    assert "LICENCES.txt" in BUNDLE.read_text(encoding="utf-8")[:600]


def test_the_script_ends_no_element_early_and_makes_no_code_of_text():
    text = script()
    assert "</script" not in text
    assert "new Function" not in text
    assert "eval(" not in text


@pytest.mark.parametrize(("largest", "size"), [(255, 1), (256, 2), (65535, 2), (65536, 4)])
def test_numbers_come_back_as_they_were(largest, size):
    numbers = np.random.default_rng(1).integers(0, largest, (7, 5), endpoint=True)
    numbers[3, 2] = largest
    assert (unpacked(packed(numbers)) == numbers).all()
    assert packed(numbers)["bytes"] == size


def test_no_numbers_are_packed_as_none():
    assert unpacked(packed(np.empty((0, 3)))).shape == (0, 3)


def test_places_are_kept_to_a_65535th_of_the_scene():
    bounds = np.array([[-40.0, 0.0, 5.0], [40.0, 90.0, 5.0]])
    points = np.random.default_rng(2).uniform(*bounds, (50, 3))
    low, high = bounds
    back = low + (high - low) * unpacked(places(points, bounds)) / 65535
    assert np.abs(back - points).max() <= 0.5 * 90.0 / 65535 + 1e-12


def test_a_page_shows_scene_and_chart(seen):
    with seen(page(scene())) as shown:
        assert shown.locator(".chart svg path").count() > 3
        assert "4 °C" in shown.locator(".chart svg").inner_html()  # a formatter by its name
        last = picture(shown)
        assert len(np.unique(last.reshape(-1, 3), axis=0)) > 300
        shown.evaluate("cryosim.scenes[0].setStep(0)")
        first = picture(shown)
        assert differing(first, last) > 0.02
        assert shown.locator(".cryosim-moment").inner_text() == "0 min"
        shown.evaluate("cryosim.scenes[0].setColour('survival')")
        coloured = picture(shown)
        assert differing(coloured, first) > 0.1
        shown.locator(".cryosim-layer input").first.uncheck()
        assert differing(picture(shown), coloured) > 0.05


def test_play_goes_on_in_all_linked_scenes(seen):
    with seen(page(scene("long"), scene("short", times=[0.0, 3600.0]))) as shown:
        shown.evaluate("cryosim.scenes[0].setStep(0)")
        assert shown.evaluate("cryosim.scenes.map((s) => s.step)") == [0, 0]
        shown.locator(".cryosim-play").first.click()
        shown.wait_for_function("cryosim.scenes[0].step === 6")
        assert shown.evaluate("cryosim.scenes.map((s) => s.step)") == [6, 1]


def test_keys_click_and_wheel(seen):
    with seen(page(scene())) as shown:
        shown.evaluate("document.body.style.height = '3000px'")
        shown.locator(".cryosim-picture").first.hover()
        shown.mouse.wheel(0, 100)
        shown.wait_for_function("scrollY > 0")
        before = picture(shown)
        shown.locator(".cryosim-picture").first.focus()
        shown.keyboard.press("ArrowLeft")
        assert shown.evaluate("cryosim.scenes[0].step") == 5
        shown.locator(".cryosim-picture").first.click()
        shown.wait_for_function(
            "document.querySelector('.cryosim-told').textContent.includes('°C')"
        )
        assert "mm below the skin" in shown.locator(".cryosim-told").inner_text()
        shown.mouse.wheel(0, -300)
        shown.wait_for_function("cryosim.scenes[0].state.zoom > 1.2")
        assert differing(picture(shown), before) > 0.05


STILL = '<img alt="still" width="40" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'


def test_without_webgl_the_still_picture_stays(seen):
    html = page(scene(), inside=STILL).replace(
        "<script>cryosim.start", "<script>HTMLCanvasElement.prototype.getContext = () => null;"
        "cryosim.start")  # fmt: skip
    with seen(html) as shown:
        assert shown.locator(".scene img").is_visible()
        assert "WebGL" in shown.locator(".cryosim-note").inner_text()
        assert shown.locator(".chart svg path").count() > 3
        assert shown.evaluate("cryosim.scenes.length") == 0


def test_paper_gets_the_picture_as_it_is_and_a_lost_one_the_still(seen):
    with seen(page(scene(), inside=STILL)) as shown:
        assert not shown.get_by_alt_text("still").is_visible()
        paper = io.BytesIO(shown.pdf(format="A4"))
        assert paper.getvalue().count(b"/Subtype /Image") > 0
        printed = shown.locator(".cryosim-print").get_attribute("src")
        picture = Image.open(io.BytesIO(base64.b64decode(printed.split(",")[1]))).convert("RGB")
        assert len(np.unique(np.asarray(picture).reshape(-1, 3), axis=0)) > 300
        shown.evaluate(
            "document.querySelector('.cryosim-canvas canvas').getContext('webgl2')"
            ".getExtension('WEBGL_lose_context').loseContext()"
        )
        shown.wait_for_selector(".cryosim-note:has-text('stands in for it')")
        assert shown.get_by_alt_text("still").is_visible()
