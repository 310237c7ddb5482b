"""The report of a sweep: pictures that show something, and a page without anything outside it."""

from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO

import numpy as np
import pytest
from matplotlib.image import imread
from support.finished import DURATION, TEMPERATURE, finish, planned, result, treatments

from cryosim.errors import CaseError
from cryosim.outcome.caveats import CAVEATS
from cryosim.sweep import content
from cryosim.sweep import rows as reading
from cryosim.sweep.collect import collect
from cryosim.sweep.plan import Variable
from cryosim.sweep.report import report
from cryosim.sweep.states import State
from cryosim.sweep.titles import inputs_of
from cryosim.view import style
from cryosim.view.sweep_key import Key
from cryosim.view.sweep_map import sweep_map
from cryosim.view.sweep_panels import panels_of
from cryosim.view.sweep_region import plane_of
from cryosim.view.sweep_table import CUT, CUT_AT, MARGIN, Sweep, least, with_cut_margin

LOSS = "fat lost after 180 d [%]"
VOID = {"meta", "img", "input"}


class Page(HTMLParser):
    """What a page holds; unbalanced tags are an error."""

    def __init__(self, text):
        super().__init__()
        self.open, self.images, self.outside, self.rows, self.words = [], [], [], {}, []
        self._kind = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self._kind = told.get("class", "")
        if tag == "tr":
            self.rows[self._kind] = self.rows.get(self._kind, 0) + 1
        if tag == "img":
            self.images.append(told["src"])
        if tag in ("link", "iframe") or (tag == "script" and "src" in told):
            self.outside.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def sweep_of(plan):
    return Sweep(plan.title, collect(plan), inputs_of(plan))


def ink(image):
    """Share of the picture that is not paper, and how many colours it has."""
    small = (255 * image[::3, ::3, :3]).astype(np.uint8).reshape(-1, 3)
    return (small < 247).any(axis=1).mean(), len(np.unique(small, axis=0))


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """A grid with a point that failed and one that waits."""
    folder = tmp_path_factory.mktemp("sweep")
    plan = treatments(folder, title="Cold <b>&</b> time")
    failed, waits = plan.folder_of(plan.points[1]), plan.folder_of(plan.points[5])
    for one in (failed, waits):
        (one / "result.json").unlink()
    real = reading.state_of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            reading, "state_of",
            lambda f: State("diverged", "step < 1e-9 s", 3) if f == failed else real(f),
        )  # fmt: skip
        files = report(folder)
    return plan, files, Page((folder / "report.html").read_text())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A grid of which every point is done."""
    return treatments(tmp_path_factory.mktemp("made")).folder


def test_the_page_stands_alone_and_tells_what_became_of_the_points(reported):
    plan, files, page = reported
    assert all(file.is_file() for file in files)
    assert page.outside == []
    assert "Cold <b>&</b> time" in page.text, "words of the user are words"
    assert "12: 10 done, 1 diverged, 1 waiting" in page.text
    assert "step < 1e-9 s" in page.text
    assert "grid of 12 points" in page.text
    assert "not medical advice" in page.text
    assert all(" ".join(caveat.split()) in page.text for caveat in CAVEATS)
    assert "Coleman" in page.text
    assert page.rows["points"] == 1 + len(plan.points)
    assert page.rows["failures"] == 2


def test_best_points_keep_the_limits(reported):
    _, _, page = reported
    greatest = page.text.split("with no limit in error")[1]
    assert "−14 60 42" in greatest.split("Shortest")[0], "colder ones are in error"
    assert "Shortest that reach 80 % of it" in page.text


def test_every_picture_is_in_the_page_and_shows_something(reported):
    plan, _, page = reported
    assert len(page.images) == 5
    for source, name in zip(page.images, ("map", "effects", "margin_map", "margin_effects",
                                          "parallel"), strict=True):  # fmt: skip
        data = b64decode(source.removeprefix("data:image/png;base64,"))
        assert data == (plan.folder / "figures" / f"{name}.png").read_bytes()
        image = imread(BytesIO(data))
        assert image.shape[:2] == (900, 1400)
        share, colours = ink(image)
        assert share > 0.02, name
        assert colours > 60, name
        edges = np.concatenate([image[:, :4, :3].ravel(), image[:, -4:, :3].ravel()])
        assert edges.min() == 1.0, f"{name}: nothing runs off the page"


def test_what_is_asked_for_is_there_or_the_names_are_told(tmp_path):
    plan = treatments(tmp_path)
    with pytest.raises(CaseError, match=r"protocol\[1\]\.temperature, protocol\[1\]\.duration"):
        report(plan.folder, x="temperature")
    with pytest.raises(CaseError, match=r"table\.csv"):
        report(plan.folder, outcome="weight lost")
    with pytest.raises(CaseError, match="no number"):
        report(plan.folder, outcome="verdict")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("protocol[1].temperature", "is no outcome of this sweep"),
        ("protocol[1].duration [min]", "is no outcome of this sweep"),
        ("ranks", "is no outcome of this sweep"),
        ("attempts", "is no outcome of this sweep"),
        ("fat lost after 180", r'did you mean "fat lost after 180 d"\?'),
        ("safe", "is no number"),
        ("limit: melanocytes", "holds no number at any point that is done"),
    ],
)
def test_what_is_no_outcome_is_refused(made, name, said):
    with pytest.raises(CaseError, match=said):
        report(made, outcome=name)


def test_a_sweep_without_results_has_a_page(tmp_path):
    planned(tmp_path, [TEMPERATURE, DURATION], [(-6.0, 20.0), (-8.0, 30.0)])
    report(tmp_path)
    page = Page((tmp_path / "report.html").read_text())
    assert page.images == []
    assert "No point has a result yet" in page.text


def test_one_input_has_effects_but_no_map(tmp_path):
    plan = planned(tmp_path, [TEMPERATURE], [(-6.0,), (-8.0,), (-10.0,)])
    for point, loss in zip(plan.points, (5.0, 8.0, 12.0), strict=True):
        finish(plan, point, result(loss))
    names = {file.name for file in report(tmp_path)}
    assert "effects.png" in names
    assert "map.png" not in names
    with pytest.raises(CaseError, match="two inputs that vary"):
        report(tmp_path, x="protocol[1].temperature")


def test_a_long_table_is_cut_and_says_so(tmp_path, monkeypatch):
    from cryosim.sweep import html

    monkeypatch.setattr(html, "MOST_ROWS", 5)
    plan = treatments(tmp_path)
    sweep = sweep_of(plan)
    text = html.as_html(content.Content(plan, sweep, LOSS, (), ()), tmp_path)
    page = Page(text)
    assert page.rows["points"] == 6
    assert "5 of 12 points are shown: those with the greatest fat lost" in page.text


# --- maps --------------------------------------------------------------------------------------


def test_between_levels_margins_are_bilinear_and_the_least_binds(tmp_path):
    sweep = sweep_of(treatments(tmp_path))
    x, y = sweep.inputs
    plane = plane_of(sweep.table, sweep.margins("error"), x, y, LOSS)
    xs, ys, fine = plane.fine(plane.margins["skin_surface"])
    expected = np.broadcast_to((-15.0 - (xs + 1.5)) / (-15.0 - 33.0), fine.shape)
    np.testing.assert_allclose(fine, expected, atol=1e-12)
    names, left = least(sweep.margins("error"))
    cold = sweep.table[x.column].to_numpy() < -17.0
    assert set(names[cold]) == {"ice"}
    assert set(names[~cold]) == {"skin_surface"}
    assert (left[cold] < 0.0).all()
    assert (left[~cold] > 0.0).all()
    assert ys[0] == 20.0


def test_the_margin_left_is_zero_on_the_edge_and_nowhere_else(tmp_path):
    plan = treatments(tmp_path, (-6.0, -12.0, -18.0), (20.0, 40.0, 60.0))
    table = collect(plan)
    x, y = inputs_of(plan)
    skin, ice = (f"limit: {key}: relative margin [1]" for key in ("skin_surface", "ice"))
    table[skin] = 0.3 * (table[x.column] + 12.0) / 6.0 + 0.06
    table[ice] = -9.0 * (table[x.column] + 12.0) / 6.0 + 0.06
    table[MARGIN] = table[[skin, ice]].min(axis=1)
    sweep = Sweep(plan.title, with_cut_margin(table), (x, y))
    plane = plane_of(sweep.table, sweep.margins("error"), x, y, CUT)
    *_, painted = plane.painted(CUT)
    *_, lowest = plane.lowest()
    np.testing.assert_array_equal(painted < 0.0, lowest < 0.0)
    assert painted.min() == CUT_AT
    assert painted.max() > sweep.table[CUT].max(), "between points another limit binds"
    with style.typography():
        coloured = sweep_map(sweep, CUT, x, y).axes[0].collections[0]
    assert coloured.norm.vmax >= painted.max(), "no place is without a colour"


def test_a_single_hole_is_bridged_and_a_larger_one_is_not(tmp_path):
    plan = treatments(tmp_path, temperatures=range(-10, -4), times=range(20, 80, 10))
    table = collect(plan)
    x, y = inputs_of(plan)
    at = {key: k for k, key in enumerate(zip(table[x.column], table[y.column], strict=True))}
    holes = [at[-8.0, 40.0], *(at[T, t] for T in (-6.0, -5.0) for t in (60.0, 70.0))]
    whole = table[LOSS].copy()
    table.loc[holes, LOSS] = np.nan
    plane = plane_of(table, table[[]], x, y, LOSS)
    assert plane.values[2, 2] == pytest.approx(whole[holes[0]])
    assert np.isnan(plane.values[4:, 4:]).all()


def test_words_make_cells(tmp_path):
    kind = Variable("applicator[1].kind", "")
    rows = [(k, t) for k in ("cup", "plate") for t in (20.0, 40.0)]
    plan = planned(tmp_path, [kind, DURATION], rows)
    for point, (_, t) in zip(plan.points, rows, strict=True):
        finish(plan, point, result(t))
    sweep = sweep_of(plan)
    plane = plane_of(sweep.table, sweep.margins("error"), *sweep.inputs, LOSS)
    assert not plane.smooth
    xs, _, fine = plane.fine(plane.values)
    assert (xs[0], xs[-1]) == (-0.5, 1.5)
    assert set(np.unique(fine)) == {20.0, 40.0}
    with style.typography():
        axes = sweep_map(sweep, LOSS, *sweep.inputs).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["cup", "plate"]
    assert sorted(text.get_text() for text in axes.texts) == ["20", "20", "40", "40"]
    [star] = [line for line in axes.lines if line.get_marker() == "*"]
    at = np.array(star.get_xydata()[0])
    away = [np.abs(at - np.array(text.get_position())) for text in axes.texts]
    assert min(gap.max() for gap in away) > 0.3, "the star hides no number"
    assert tuple(np.rint(at)) == (0.0, 1.0), "and is in the cell of the best point"


def test_further_inputs_make_small_maps_and_the_rest_is_held(tmp_path):
    more = [Variable("blood.temperature", "degC"), Variable("tissue.fat.perfusion", "1/h"),
            Variable("tissue.skin.perfusion", "1/h")]  # fmt: skip
    rows = [
        (T, t, a, b, c)
        for T in (-6.0, -10.0, -14.0) for t in (20.0, 40.0, 60.0)
        for a in (36.0, 37.0) for b in (1.0, 2.0, 3.0, 4.0) for c in (5.0, 6.0, 7.0, 8.0, 9.0)
    ]  # fmt: skip
    plan = planned(tmp_path, [TEMPERATURE, DURATION, *more], rows)
    sweep = sweep_of(plan)
    x, y = sweep.inputs[:2]
    panels, note = panels_of(sweep, x, y)
    assert note == "Held: skin: perfusion = 7 1/h"
    assert len(panels) == 6
    assert panels[0].titles == ("temperature = 36 °C", "fat: perfusion = 1 1/h")
    assert panels[-1].titles == ("temperature = 37 °C", "fat: perfusion = 4 1/h")
    assert all(len(panel.rows) == 9 for panel in panels)


def test_the_key_says_what_the_map_shows(tmp_path):
    sweep = sweep_of(treatments(tmp_path, temperatures=(-6.0, -8.0, -10.0)))
    key = Key("error")
    key.everywhere("nerve_block")
    said = " ".join(key._said(sweep.margins("error")))
    assert "No limit is in error at any point. Nearest: skin surface, coldest, 14 %" in said
    assert "In warning everywhere: subcutis, coldest (nerves)." in said


def test_scattered_points_are_marked_by_the_limit_that_binds(tmp_path):
    rng = np.random.default_rng(0)
    rows = [(float(T), float(t)) for T, t in zip(rng.uniform(-18, -6, 40), rng.uniform(20, 90, 40),
                                                 strict=True)]  # fmt: skip
    plan = planned(tmp_path, [TEMPERATURE, DURATION], rows, "latin")
    for point, (T, t) in zip(plan.points[1:], rows[1:], strict=True):
        finish(plan, point, result(-T * t / 20.0, T + 1.5))
    with style.typography():
        figure = sweep_map(sweep_of(plan), LOSS)
    told = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "error: skin surface, coldest" in told
    assert "no result yet" in told
    beyond = sum(T + 1.5 < -15.0 for T, _ in rows[1:])
    assert sorted(len(c.get_offsets()) for c in figure.axes[0].collections) == sorted(
        [beyond, 39 - beyond]
    )


def test_scattered_points_that_coincide_stand_beside_each_other(tmp_path):
    fat, time = Variable("anatomy.thickness.fat", "mm"), Variable("protocol[2].duration", "min")
    some = np.random.default_rng(0).uniform(5.0, 50.0, (12, 3))
    rows = [(*map(float, row), t) for t in (1.0, 2.0) for row in some]
    rows += [(*row[:2], row[2] + 1.0, row[3]) for row in rows]
    plan = planned(tmp_path, [DURATION, fat, TEMPERATURE, time], rows, "latin")
    for point, row in zip(plan.points, rows, strict=True):
        finish(plan, point, result(row[0] * row[3]))
    sweep = sweep_of(plan)
    ranked = Sweep(sweep.title, sweep.table, (sweep.inputs[3], *sweep.inputs[:3]))
    panels, note = panels_of(ranked, *sweep.inputs[:2])
    assert [panel.titles for panel in panels] == [
        ("phase 2: duration = 1 min",), ("phase 2: duration = 2 min",)
    ]  # fmt: skip
    assert note == "Varies too: cooling: temperature [°C]"
    with style.typography():
        figure = sweep_map(ranked, LOSS)
    assert "cooling: duration" in figure.axes[0].get_xlabel(), "not the one with two levels"
    for axes in figure.axes[:2]:
        at = np.concatenate([c.get_offsets() for c in axes.collections])
        apart = np.linalg.norm(axes.transData.transform(at)[:, None]
                               - axes.transData.transform(at)[None], axis=-1)  # fmt: skip
        assert apart[~np.eye(len(at), dtype=bool)].min() > 3.0, "pixels"
    told = " ".join(text.get_text() for text in figure.texts).replace("\n", " ")
    assert "24 points that coincide with others here are drawn beside them" in told
