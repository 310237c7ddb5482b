"""Pages in a real browser: nothing complains or sticks out, charts and paper are not blank."""

import re

import pytest

WIDTHS = (1280, 390)
SCENES = {"block": 1, "column": 0, "colder": 0}


def opened(page, file):
    page.goto(file.as_uri())
    page.wait_for_selector("html.ready", state="attached")
    return page


def fits(page):
    return page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def sizes(page):
    """Width of every chart, number of its drawn paths, and the least size of its type (px)."""
    return page.evaluate(
        """() => [...document.querySelectorAll(".chart")].map(chart => [
            chart.querySelector("svg").getBoundingClientRect().width,
            chart.querySelectorAll("path").length,
            Math.min(...[...chart.querySelectorAll("text")].map(
                text => parseFloat(getComputedStyle(text).fontSize)))])"""
    )


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["column", "block"])
def test_a_page_opens_without_complaint_and_nothing_sticks_out(name, width, pages, open_page):
    with open_page(width, 900) as page:
        opened(page, pages[name])
        assert fits(page)
        charts = sizes(page)
        assert len(charts) > 8
        for wide, paths, type_size in charts:
            assert 250 < wide <= width
            assert paths > 3
            assert type_size >= 12
        assert page.evaluate("window.cryosim.scenes.length") == SCENES[name]


def test_the_reader_finds_copies_and_follows(pages, open_page):
    with open_page(1280, 900) as page:
        opened(page, pages["column"])
        page.click(r"text=/^All \d+ values$/")
        field = page.locator("#values input")
        field.fill("fat conductivity")
        shown = page.locator("#values tbody tr:visible")
        assert shown.count() == 1
        assert "0.2\u00a0W/m/K" in shown.inner_text()
        assert page.locator("#values .count").inner_text().startswith("1 of ")
        page.click("nav a[href='#bibliography']")
        assert not page.locator("#bibliography details").get_attribute("open")
        page.click("#limits_table a >> nth=0")
        assert page.locator("#bibliography details[open]").count() == 1
        page.click("text=The case as it was run")
        page.click(".copy")
        page.locator(".copy", has_text=re.compile("Copied|Selected")).wait_for()


def test_a_chart_reads_out_its_values(pages, open_page):
    with open_page(1280, 900) as page:
        opened(page, pages["column"])
        chart = page.locator("#layers_over_time .chart").first
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
        tip = chart.locator("div", has_text="Skin, coldest").first
        tip.wait_for(state="visible")
        assert re.search(r"Skin, coldest\s*−?[0-9.]+ °C", tip.inner_text())


def test_paper_has_all_of_it(pages, open_page, tmp_path):
    with open_page(1280, 900) as page:
        opened(page, pages["block"])
        before = [wide for wide, _, _ in sizes(page)]
        page.evaluate(
            "addEventListener('beforeprint', () => { window.seen = "
            "[...document.querySelectorAll('.chart svg')].map(s => +s.getAttribute('width')) })"
        )
        content = page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
        pages_of_paper = re.findall(rb"/Type /Page\b", content)
        assert 6 <= len(pages_of_paper) <= 30
        assert len(content) > 200_000
        on_paper = page.evaluate("window.seen")
        assert max(on_paper) <= 690 < max(before)
        assert [wide for wide, _, _ in sizes(page)] == before
        assert page.locator("main details[open]").count() == 0


def test_a_comparison_opens_with_a_scene(comparison, open_page):
    for width in WIDTHS:
        with open_page(width, 900) as page:
            opened(page, comparison)
            assert fits(page)
            assert len(sizes(page)) > 6
            assert page.evaluate("window.cryosim.scenes.length") == 1


def test_without_webgl_the_picture_stays(pages, open_page):
    with open_page(1280, 900) as page:
        page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
        opened(page, pages["block"])
        assert page.evaluate("window.cryosim.scenes.length") == 0
        assert page.locator(".still").is_visible()
