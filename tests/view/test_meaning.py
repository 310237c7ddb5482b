"""Charts of what a run means: they hold its numbers, and no text lies on another."""

import shutil
from itertools import combinations

import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_rgba
from matplotlib.image import imread
from matplotlib.text import Text
from view.meaning import LIMITS, loss, tell_months, tell_thickness

from cryosim.errors import CaseError
from cryosim.view import limits, months, pictures, style, thickness
from cryosim.view.result import Result


@pytest.fixture
def folder(folders, tmp_path):
    """A folder of a run in one dimension, that tells nothing yet."""
    return shutil.copytree(folders["line"], tmp_path / "run")


def drawn(make, folder):
    with style.typography():
        figure = make(Result.open(folder))
        figure.canvas.draw()
    return figure


def words(figure):
    """Every text that is seen, with its box (pixels)."""
    found = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    outside = {tick.label1 for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)
               for tick in axis.get_major_ticks()
               if not (min(axis.get_view_interval()) <= tick.get_loc()
                       <= max(axis.get_view_interval()))}  # fmt: skip
    found = [t for t in found if t not in outside]
    return [(t.get_text(), t.get_window_extent()) for t in found]


def is_clean(figure):
    """Whether all texts lie on the page and none on another."""
    for text, box in words(figure):
        inside = min(box.x0, box.y0, style.PAGE[0] - box.x1, style.PAGE[1] - box.y1)
        assert inside > 5.0, f"{text!r} leaves the page"
    for (one, a), (other, b) in combinations(words(figure), 2):
        over = (min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0))
        assert min(over) < 1.0 or one == other, f"{one!r} lies on {other!r}"
    return True


def texts(figure):
    return [text for text, _ in words(figure)]


# --- months ----------------------------------------------------------------------------------


def test_months_mark_the_days_after_the_last_session(folder):
    tell_months(folder, (0.0, 42.0))
    figure = drawn(months.months, folder)
    lost = [10.0 * sum(1.0 - np.exp(-(42.0 + n - day) / 40.0) for day in (0.0, 42.0))
            for n in (30, 60, 90, 180)]  # fmt: skip
    for n, value in zip((30, 60, 90, 180), lost, strict=True):
        assert f"+{n} d\n{value:.1f} %" in texts(figure)
        assert f"{0.72 * value:.3g} cm³" in texts(figure)
    assert "▼ session on day 0, 42" in texts(figure)
    for axes in figure.axes:
        dashed = [line.get_xdata()[0] for line in axes.lines if line.get_linestyle() == "--"]
        assert {0.0, 42.0} <= set(dashed)
    assert is_clean(figure)


@pytest.mark.parametrize("banded", [False, True])
def test_months_say_what_the_numbers_rest_on(folder, banded):
    tell_months(folder, banded=banded)
    figure = drawn(months.months, folder)
    said = " ".join(texts(figure))
    assert ("Injury and course calibrated to trials" in said) == banded
    assert ("no band" in said) != banded
    assert ("6.9 to 13.8 %" in said) == banded
    shaded = figure.axes[0].collections
    assert len(shaded) == banded
    if banded:
        assert shaded[0].get_datalim(figure.axes[0].transData).y1 == pytest.approx(13.84, abs=0.01)
    assert is_clean(figure)


def test_months_without_their_case_say_what_is_missing(folder):
    tell_months(folder)
    (folder / "case.toml").unlink()
    with pytest.raises(CaseError, match=r"case\.toml cannot be read .*when the sessions were"):
        drawn(months.months, folder)


def test_stages_are_stacked_up_to_what_is_killed(folder):
    tell_months(folder)
    figure = drawn(months.months, folder)
    stages = figure.axes[1]
    tops = [c.get_paths()[0].vertices[:, 1].max() for c in stages.collections]
    assert len(tops) == 4
    assert tops == sorted(tops)
    assert tops[-1] == pytest.approx(10.0)
    assert len(figure.axes) == 4


def test_a_course_without_melanin_or_loss_is_drawn_too(folder):
    tell_months(folder, unit="mm")
    table = (folder / "course.csv").read_text().splitlines()
    head = table[0].split(",")
    rows = [[line.split(",")[0], *("1" if k == "viable [1]" else "0" for k in head[1:-1])]
            for line in table[1:]]  # fmt: skip
    lines = [head[:-1], *rows]
    (folder / "course.csv").write_text("\n".join(map(",".join, lines)) + "\n")
    figure = drawn(months.months, folder)
    assert len(figure.axes) == 3
    assert "none" in texts(figure)


# --- thickness -------------------------------------------------------------------------------


def test_the_map_shows_the_loss_after_90_days_where_it_is(folder):
    tell_thickness(folder)
    figure = drawn(thickness.thickness_map, folder)
    (mesh,) = figure.axes[0].findobj(QuadMesh)
    found = np.asarray(mesh.get_array())
    plane = np.array([-50.0, -30.0, -20.0, -12.0, -5.0, 0.0, 5.0, 12.0, 20.0, 30.0, 50.0])
    assert found.shape == (11, 11)
    assert found == pytest.approx(0.9 * loss(plane[None, :], plane[:, None] + 8.0), abs=1e-9)
    corners = np.asarray(mesh.get_coordinates())
    assert corners[0, 1:-1, 0] == pytest.approx((plane[1:] + plane[:-1]) / 2)
    assert "thinner after 90 d: 1.8 mm at most" in texts(figure)
    (profile,) = [a for a in figure.axes if "dashed line" in a.get_xlabel()]
    curves = {line.get_label(): line for line in profile.lines}
    assert list(curves) == ["at first", *(f"after {n} d" for n in (30, 60, 90, 180))]
    assert curves["after 180 d"].get_ydata() == pytest.approx(20.0 - loss(plane, 8.0))
    assert is_clean(figure)


def test_a_section_has_the_profile_alone(folder):
    tell_thickness(folder, section=True)
    figure = drawn(thickness.thickness_map, folder)
    (axes,) = figure.axes
    assert axes.lines[3].get_ydata().min() == pytest.approx(20.0 - 0.9 * 2.0)
    assert is_clean(figure)


# --- limits ----------------------------------------------------------------------------------


def test_bars_are_the_way_from_harmless_to_the_limit(folder):
    (folder / "limits.csv").write_text(LIMITS)
    figure = drawn(limits.limits_chart, folder)
    pale = to_rgba(style.PALE)
    bars = {round(b.get_y() + b.get_height() / 2): b for b in figure.axes[0].patches
            if b.get_facecolor() != pale}  # fmt: skip
    shares = {0: 42.0 / 48.0, 1: 0.5, 2: 6.7e-3, 4: 43.0 / 29.0, 5: 1.6}
    assert {i: b.get_width() for i, b in bars.items()} == pytest.approx(shares)
    said = texts(figure)
    assert "530 % ▶" in said, "a bar that is cut off says so"
    assert said.count("✓ ok") == 3, "a limit of which nothing was seen has no status"
    assert {"▲ WARNING", "✖ ERROR", "does not apply", "6.7·10⁻⁵", "−9 °C", "2.02 min", "45 s"} <= {
        *said
    }
    assert any("numbness a week later" in text for text in said)
    assert len({b.get_facecolor() for b in bars.values()}) == 3
    assert is_clean(figure)


# --- all of them -----------------------------------------------------------------------------


def test_only_what_a_folder_tells_is_drawn(folder, tmp_path):
    def names():
        return set(pictures._of_meaning(Result.open(folder)))

    assert names() == set()
    (folder / "limits.csv").write_text("limit,status\n")
    assert names() == set(), "an older table does not say what is harmless"
    (folder / "limits.csv").write_text(LIMITS)
    tell_months(folder)
    (folder / "profile.csv").unlink()
    assert names() == {"limits", "months"}
    files = pictures.draw(folder, tmp_path / "figures")
    assert {"limits", "months", "layers_cut", "layers_over_time"} <= {f.stem for f in files}
    for file in files:
        image = imread(file)
        assert image.shape[:2] == (900, 1400)
        ink = (image[:, :, :3] < 0.97).any(axis=2)
        assert ink.mean() > 0.02
        assert not ink[:6].any() | ink[-6:].any() | ink[:, :6].any() | ink[:, -6:].any()
