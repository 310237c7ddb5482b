"""The page of a run: its numbers are those of the folder, and nothing of a case runs in it."""

import json
import re
import shutil
from html.parser import HTMLParser

import pytest
from report.runs import TITLE

from cryosim.errors import CaseError
from cryosim.report import depth, over_time, summary
from cryosim.report.html import as_html
from cryosim.report.page import page_of, write_report
from cryosim.report.run import Run
from cryosim.report.words import measure, number, printed


class Read(HTMLParser):
    """Elements with their attributes, texts of elements with ``data-key``, and scripts."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.shown, self.scripts, self._key = [], {}, [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, given))
        if "data-key" in given:
            self._key = given["data-key"]
            self.shown[self._key] = [given["data-v"], ""]
        if tag == "script":
            self.scripts.append([given, ""])

    def handle_endtag(self, tag):
        if tag == "span":
            self._key = None

    def handle_data(self, data):
        if self._key:
            self.shown[self._key][1] += data
        if self.scripts:
            self.scripts[-1][1] += data


@pytest.fixture(scope="module")
def read(pages):
    return {name: Read(file.read_text(encoding="utf-8")) for name, file in pages.items()}


def told(folder):
    return json.loads((folder / "result.json").read_text(encoding="utf-8"))


def at(content, key):
    """The value of a key such as ``quantities/coldest skin/value``; names may hold a stroke."""
    if isinstance(content, list):
        place, _, rest = key.partition("/")
        return at(content[int(place)], rest)
    if key in content:
        return content[key]
    name = next(n for n in content if key.startswith(f"{n}/"))
    return at(content[name], key.removeprefix(f"{name}/"))


@pytest.mark.parametrize("name", ["column", "colder", "block"])
def test_every_number_is_that_of_the_folder(name, read, request):
    content = told(request.getfixturevalue(name))
    shown = read[name].shown
    assert len(shown) > 60
    for key, (exact, text) in shown.items():
        value = at(content, key)
        assert exact == ("" if value is None else repr(float(value))), key
        if value is not None:
            rounded = {number(value, digits) for digits in (2, 3, 4, 6)}
            assert text.removeprefix("± ").partition("\u00a0")[0].removeprefix("≥ ") in rounded, key


def test_every_quantity_outcome_and_limit_is_shown(column, read):
    content, shown = told(column), read["column"].shown
    for part in ("quantities", "outcome"):
        assert {f"{part}/{name}/value" for name in content[part]} <= set(shown)
    computed = [k for k, x in enumerate(content["limits"]) if x["status"] != "info"]
    assert {f"limits/{k}/value" for k in computed} <= set(shown)
    assert "quantities/coldest skin/band" in shown
    assert "quantities/coldest skin/band" not in read["colder"].shown


def test_the_verdict_names_the_limit_that_binds(column):
    limits = told(column)["limits"]
    bound = summary.binding(limits)
    order = ["ok", "warning", "error"]
    worst = max(order.index(x["status"]) for x in limits if x["status"] in order)
    assert bound["status"] == order[worst]
    verdict = summary.of_limits(Run.open(column))
    assert verdict.status == bound["status"]
    assert printed(bound["title"]) in verdict.lines[0]
    assert measure(bound["value"], bound["unit"], 3) in verdict.lines[0]


def limit(title, value, warning, error, status):
    margin = {"warning": value - warning, "error": None if error is None else value - error}
    return {"key": title, "title": title, "value": value, "unit": "degC", "warning": warning,
            "error": error, "harmless": 30.0, "margin": margin, "status": status}  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "bound", "headline"),
    [
        ([("a", 0.0, -10.0, -15.0, "ok"), ("b", -8.0, -10.0, -15.0, "ok")], "b", "All limits"),
        ([("a", -9.9, -10.0, -15.0, "ok"), ("b", 2.0, 8.0, None, "warning")], "b", "1 limit of"),
        ([("a", -16.0, -10.0, -15.0, "error"), ("b", 2.0, 8.0, None, "warning")], "a", "1 limit"),
    ],
)
def test_the_worst_status_binds_and_of_those_the_farthest(rows, bound, headline, column):
    run = Run.open(column)
    run.told["limits"] = [limit(*row) for row in rows]
    verdict = summary.of_limits(run)
    assert verdict.lines[0].split(": ")[1].startswith(f"{bound},")
    assert verdict.headline.startswith(headline)


def test_ice_that_is_likely_but_not_computed_is_told_with_the_verdict(column):
    run = Run.open(column)
    ice = limit("ice", 0.5, 0.001, 0.01, "error") | {"unit": "1", "harmless": 0.0}
    ice["margin"] = {"warning": -0.499, "error": -0.49}
    run.told["limits"] = [ice, limit("b", 2.0, 8.0, None, "warning")]
    first = summary.verdicts(run)[0]
    assert (first.status, first.lines[1]) == ("error", "1 more in warning.")
    assert "as if no ice formed" in first.lines[-1]
    happened = {"event": "ice nucleates", "time [s]": 652.0}
    run.told["events"] = [happened, {"event": "plate aborts the treatment", "time [s]": 655.0}]
    limits, events = summary.verdicts(run)[:2]
    assert not any("no ice formed" in line for line in limits.lines)
    assert events.lines[0] == "Ice nucleates at 10.9 min."
    assert over_time.aborts(run) == [655.0]
    chart = over_time.protocol(run).panels[0]
    assert chart.key[-1].label == "aborted"


def test_the_page_says_which_layers_crossed(column):
    run = Run.open(column)
    rows = run.table("layers")
    crossed = [k.title for k in run.layers if rows[f"{k.name} minimum [degC]"].min() < 10.4]
    verdict = summary.of_layers(run)
    assert crossed
    assert [line.split(":")[0] for line in verdict.lines if "below" in line] == crossed


def test_without_scripts_the_page_says_what_is_missing(column):
    page = as_html(page_of(Run.open(column)))
    told = re.findall(r"<noscript>(.*?)</noscript>", page, re.DOTALL)
    assert len(told) == 2
    assert "charts are not drawn" in told[1]
    assert ".charts .panels" in told[0]


def test_charts_hold_the_tables(column):
    run = Run.open(column)
    rows = run.table("layers")
    panel = over_time.layers_over_time(run).panels[0]
    curve = next(s for s in panel.option["series"] if s.get("name") == "Skin, coldest")
    points = [p["value"] if isinstance(p, dict) else p for p in curve["data"]]
    assert [y for _, y in points] == pytest.approx(rows["skin minimum [degC]"], rel=1e-4)
    assert [60 * x for x, _ in points] == pytest.approx(rows["time [s]"], rel=1e-4)


def test_the_map_reaches_as_deep_as_the_front(column):
    run = Run.open(column)
    label = next(
        s["data"][0]["label"]["formatter"]
        for s in depth.depth_time(run).panels[0].option["series"] if s["type"] == "scatter"
    )  # fmt: skip
    deepest = run.table("front")["threshold depth [mm]"].max()
    reached = float(re.search(r"reaches ([0-9.]+)", label)[1])
    assert reached == pytest.approx(deepest, abs=0.3)


def test_options_are_strict_json_and_names_do_not_repeat(read):
    for found in read.values():
        idents = [given["id"] for _, given in found.tags if given.get("id")]
        assert len(idents) == len(set(idents))
        drawn = {given["data-of"] for _, given in found.tags if "data-of" in given}
        embedded = {given["id"]: text for given, text in found.scripts if "id" in given}
        assert drawn == set(embedded)
        for text in embedded.values():
            json.loads(text, parse_constant=lambda name: pytest.fail(name))


def test_nothing_of_a_case_becomes_part_of_the_page(read, pages):
    text = pages["column"].read_text(encoding="utf-8")
    assert TITLE not in text
    assert "alert(&#34;x&#34;)" in text
    scripts = [given for given, _ in read["column"].scripts if given.get("type") is None]
    assert len(scripts) == 2
    for tag, given in read["column"].tags:
        assert not [name for name in given if name.startswith("on")], tag
        assert not given.get("src", "data:").startswith("http")
    policy = next(g["content"] for t, g in read["column"].tags if "http-equiv" in g)
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert "unsafe-eval" not in policy


def test_a_run_without_fields_has_its_report(colder, read, pages):
    text = pages["colder"].read_text(encoding="utf-8")
    assert not (colder / "fields.h5").exists()
    assert "output.fields = false" in text
    idents = {given.get("id") for _, given in read["colder"].tags}
    assert {"protocol", "layers_over_time", "depth_time", "months"} <= idents
    assert "layers_cut" not in idents
    assert "2 sessions, on days 0 and 60" in text


def test_a_block_has_its_scene_and_pictures(read, pages):
    idents = {given.get("id") for _, given in read["block"].tags}
    assert {"temperature_3d", "scene", "layers_cut", "thickness_map", "depth_time"} <= idents
    assert "cannot be listed" in pages["block"].read_text(encoding="utf-8")


def test_values_have_grades_sources_and_the_case_its_marks(column, read):
    rows = [given for tag, given in read["column"].tags if tag == "tr"]
    looks = [given.get("class") for given in rows]
    found = page_of(Run.open(column))
    assert {"own", "assumed"} <= set(looks)
    listed = {given["id"] for given in rows if given.get("id", "").startswith("source-")}
    assert {f"source-{key}" for key in found.sources} == listed
    linked = {g["href"][1:] for t, g in read["column"].tags
              if t == "a" and g["href"].startswith("#source-")}  # fmt: skip
    assert linked
    assert linked <= listed


def test_where_there_is_no_finished_run_the_way_out_is_told(tmp_path, column):
    with pytest.raises(CaseError, match="name the result folder"):
        write_report(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CaseError, match="no result folder"):
        write_report(tmp_path / "empty")
    stopped = tmp_path / "stopped"
    stopped.mkdir()
    (stopped / "fields.h5").write_bytes((column / "fields.h5").read_bytes())
    with pytest.raises(CaseError, match="resume"):
        write_report(stopped)


def test_the_page_is_small_and_is_written_whole(pages, column, tmp_path):
    assert pages["block"].stat().st_size < 4e6
    out = write_report(column, tmp_path / "deep" / "page.html")
    assert out.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert [file.name for file in out.parent.iterdir()] == ["page.html"]


def test_the_command_line_writes_pages(column, colder, tmp_path, cryosim):
    done = cryosim("report", column, "--out", tmp_path / "a.html")
    assert (done.code, done.out.strip()) == (0, str(tmp_path / "a.html"))
    done = cryosim("compare", column, colder, "--out", tmp_path / "b.html")
    assert (done.code, done.out.strip()) == (0, str(tmp_path / "b.html"))
    assert (tmp_path / "b.html").stat().st_size > 1e6
    done = cryosim("compare", column)
    assert done.code == 2
    assert "two result folders" in done.err


def test_a_folder_written_anew_meanwhile_is_refused(column, tmp_path, monkeypatch):
    folder = shutil.copytree(column, tmp_path / "run")
    (folder / "report.html").unlink(missing_ok=True)

    def slow(run):
        found = page_of(run)
        told = folder / "result.json"
        told.write_text(told.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        return found

    monkeypatch.setattr("cryosim.report.page.page_of", slow)
    with pytest.raises(CaseError, match="written anew"):
        write_report(folder)
    assert not (folder / "report.html").exists()
