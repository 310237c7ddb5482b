"""The page in a real browser: what is looked at, turned, asked about and taken home."""

import io
import os

import numpy as np
import pytest
from PIL import Image
from support.browser import chromium
from web.conftest import files

SHOWN = ".cryo-picture"
END = 2
"""Of cooling, among the times of the run."""


@pytest.fixture(scope="module")
def browser():
    with chromium() as open_page:
        yield open_page


@pytest.fixture
def page(browser, served):
    with browser(1280, 800) as page:
        page.goto(served.address)
        wait_sharp(page)
        yield page


def number(page) -> int:
    """How many pictures the server has sent."""
    return int(page.locator(SHOWN).get_attribute("data-frame"))


def wait_sharp(page, after: int = 0) -> None:
    """Until a sharp picture later than number ``after`` is shown, and none follows it."""
    page.wait_for_function(
        """after => { const data = document.querySelector(".cryo-picture")?.dataset;
                      if (!data || Number(data.frame) <= after || data.sharp !== "true") return;
                      if (window.still?.frame !== data.frame)
                        window.still = { frame: data.frame, since: performance.now() };
                      return performance.now() - window.still.since > 300; }""",
        arg=after,
    )


def pixels(page):
    """What the canvas of the page shows (rows, columns, RGB)."""
    packed = page.locator(f"{SHOWN} canvas").screenshot()
    return np.asarray(Image.open(io.BytesIO(packed)).convert("RGB")).astype(float)


def changed(page, act) -> float:
    """Share of pixels that ``act`` changes."""
    before, last = pixels(page), number(page)
    act()
    wait_sharp(page, last)
    return float((np.abs(pixels(page) - before).max(axis=2) > 24).mean())


def slide(page, name: str, key: str, times: int = 1) -> None:
    thumb = page.get_by_role("slider", name=name)
    thumb.focus()
    for _ in range(times):
        thumb.press(key)


def middle(page, right=0.5, down=0.55):
    box = page.locator(SHOWN).bounding_box()
    return box["x"] + right * box["width"], box["y"] + down * box["height"]


def test_the_page_opens_with_the_end_of_cooling_and_what_crosses(page):
    assert "token" not in page.url
    assert page.title().startswith("Abdomen, flat plate, −11 °C for 35 min")
    assert "35 min, the end of cooling" in page.locator(".cryo-moment").inner_text()
    rows = page.locator(".cryo-layers tbody tr").all_inner_texts()
    assert [row.split("\t")[0].strip() for row in rows] == ["Skin", "Subcutaneous fat", "Muscle"]
    assert all("°C" in row for row in rows)
    assert "volume below\n10.4 °C" in page.locator(".cryo-layers thead").inner_text()
    assert "not medical advice" in page.locator(".cryo-note").inner_text()
    box = page.locator(SHOWN).bounding_box()
    canvas = page.locator(f"{SHOWN} canvas")
    assert canvas.evaluate("e => [e.width, e.height]") == [
        round(box["width"]),
        round(box["height"]),
    ]
    assert len(np.unique(pixels(page).reshape(-1, 3), axis=0)) > 500


def test_time_moves_by_slider_and_by_keys(page):
    assert changed(page, lambda: slide(page, "Time", "Home")) > 0.02
    assert page.locator(".cryo-moment").inner_text().startswith("0 s")
    page.locator(SHOWN).focus()
    assert changed(page, lambda: page.keyboard.press("ArrowRight")) > 0.005
    assert page.locator(".cryo-moment").inner_text().startswith("10 min")


def test_play_goes_on_to_the_end_and_stops(page):
    slide(page, "Time", "Home")
    page.locator(SHOWN).focus()
    page.keyboard.press(" ")
    page.get_by_label("Pause").wait_for()
    page.get_by_label("Play").wait_for()
    assert page.locator(".cryo-moment").inner_text().startswith("50 min")


def test_layers_cuts_colours_and_isosurface_change_the_picture(page):
    last = number(page)
    slide(page, "Time", "Home")
    slide(page, "Time", "ArrowRight", END)
    wait_sharp(page, last)
    fat = page.get_by_label("Subcutaneous fat")
    assert changed(page, fat.uncheck) > 0.01
    assert changed(page, fat.check) > 0.01
    assert changed(page, lambda: page.get_by_role("button", name="x", exact=True).click()) > 0.01
    assert changed(page, lambda: slide(page, "Place of the cut", "ArrowLeft", 8)) > 0.003
    assert changed(page, lambda: page.get_by_role("button", name="quarter").click()) > 0.01
    warmer = page.get_by_role("spinbutton", name="Temperature of the isosurface")
    assert changed(page, lambda: (warmer.fill("20"), warmer.press("Enter"))) > 0.002
    assert "below\n20.0 °C" in page.locator(".cryo-layers thead").inner_text()
    assert changed(page, lambda: page.get_by_label("Isosurface", exact=True).uncheck()) > 0.002
    page.locator(".v-select").click()
    assert changed(page, page.get_by_role("option", name="Layer").click) > 0.05


def test_it_turns_zooms_and_comes_home(page):
    x, y = middle(page)

    def drag():
        page.mouse.move(x, y)
        page.mouse.down()
        for i in range(8):
            page.mouse.move(x + 15 * i, y + 4 * i)
        page.mouse.up()

    start = pixels(page)
    assert changed(page, drag) > 0.05
    assert changed(page, lambda: page.mouse.wheel(0, 240)) > 0.05
    assert changed(page, page.get_by_role("button", name="Top").click) > 0.05
    assert changed(page, page.get_by_role("button", name="Home").click) > 0.05
    assert np.abs(pixels(page) - start).mean() < 2.0


def test_a_click_draws_the_curve_of_a_point(page):
    x, y = middle(page, 0.62)
    page.mouse.click(x, y)
    curves = page.get_by_alt_text("against time")
    curves.wait_for()
    assert curves.evaluate("e => e.complete && e.naturalWidth > 100")
    assert "mm" in page.locator(".v-chip").inner_text()
    page.get_by_role("button", name="Clear").click()
    curves.wait_for(state="detached")


def test_pictures_and_animations_can_be_taken_home(page, served):
    with page.expect_download() as download:
        page.get_by_role("link", name="Picture").click()
    assert download.value.suggested_filename == "plate.png"
    with Image.open(download.value.path()) as image:
        assert image.format == "PNG"
        assert len(image.convert("RGB").getcolors(1 << 24)) > 500
    page.get_by_role("button", name="Film (GIF)").click()
    last = number(page)
    page.get_by_role("button", name="Side").click()  # the page stays alive meanwhile
    wait_sharp(page, last)
    with page.expect_download(timeout=90e3) as download:
        page.get_by_role("link", name="Save").click(timeout=90e3)
    with Image.open(download.value.path()) as film:
        assert film.format == "GIF"
        assert film.n_frames == 4
    assert files(served.folder) == served.before, "the result folder stays as it is"


def test_a_run_written_anew_is_told_and_not_mixed_with_the_old_one(page, served):
    def colour(name):
        page.locator(".v-select").click()
        page.get_by_role("option", name=name).click()

    file, kept = served.folder / "fields.h5", (served.folder / "fields.h5").stat()
    before = page.locator(".v-select__selection-text").inner_text()
    os.utime(file, ns=(0, 0))
    try:
        colour("Viable")
        page.get_by_role("alert").filter(has_text="open it again").wait_for()
        page.locator(".v-select").filter(has_text=before).wait_for()
        assert page.locator(".v-select__selection-text").inner_text() == before
    finally:
        os.utime(file, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    colour("Temperature")
    colour("Viable")
    page.get_by_role("alert").wait_for(state="detached")
    assert page.locator(".v-select__selection-text").inner_text() != before


def test_a_click_beside_the_form_of_another_page_meets_what_is_seen(page, browser, served):
    with browser(500, 760) as narrow:
        narrow.goto(served.address)
        wait_sharp(narrow)
        page.wait_for_function("document.querySelector('.cryo-picture canvas').width == 500")
        canvas = page.locator(f"{SHOWN} canvas").bounding_box()
        page.mouse.click(canvas["x"] + 20, canvas["y"] + 0.55 * canvas["height"])
        page.wait_for_timeout(300)
        assert page.locator(".v-chip").count() == 0, "no picture there"
        page.mouse.click(*middle(page, 0.52, 0.4))
        page.locator(".v-chip").wait_for()
    page.get_by_role("button", name="Clear").click()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.wait_for_function("document.querySelector('.cryo-picture canvas').width > 800")


def test_two_pages_share_one_view_and_a_reload_brings_it_back(page, browser, served):
    with browser(390, 844, device_scale_factor=2, is_mobile=True, has_touch=True) as phone:
        phone.goto(served.address)
        wait_sharp(phone)
        wide = phone.evaluate("document.documentElement.scrollWidth")
        assert wide == 390, "nothing hangs over the edge"
        panel = phone.locator(".cryo-panel").bounding_box()
        assert panel["y"] > phone.locator(SHOWN).bounding_box()["y"] + 100
        slide(phone, "Time", "Home")
        page.wait_for_function("document.querySelector('.cryo-moment').innerText.startsWith('0 s')")
    page.reload()
    wait_sharp(page)
    assert page.locator(".cryo-moment").inner_text().startswith("0 s")
