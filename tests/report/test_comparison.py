"""The page of several runs: what differs is told, and what cannot be compared is not."""

import json
import re

import pytest

from cryosim.errors import CaseError
from cryosim.report import differences
from cryosim.report.cells import Number, Titled
from cryosim.report.comparison import write_comparison
from cryosim.report.overlaid import layers, named
from cryosim.report.run import Run


@pytest.fixture(scope="module")
def runs(column, colder, block):
    return named([Run.open(folder) for folder in (column, colder, block)])


def rows_of(table):
    return {row.cells[0]: row.cells[1:] for row in table.rows}


def test_inputs_that_differ_are_listed_key_by_key(runs):
    rows = rows_of(differences.inputs(runs[:2]))
    assert rows["tissue.fat.conductivity"] == ("0.2\u00a0W/m/K", "not given")
    assert rows["course.sessions"] == ("not given", "0\u00a0d, 60\u00a0d")
    assert rows["output.fields"] == ("not given", "no")
    assert "dimension" not in rows
    assert "protocol[1].temperature" not in rows
    assert "title" not in rows


def test_numbers_and_their_difference_are_those_of_the_folders(runs, column, colder):
    a, b = (json.loads((folder / "result.json").read_text()) for folder in (column, colder))
    rows = rows_of(differences.quantities(runs[:2]))
    assert len(rows) == len({*a["quantities"], *b["quantities"]})
    first, second, gap = rows["Coldest skin"]
    assert isinstance(first, Number)
    assert first.value == a["quantities"]["coldest skin"]["value"]
    assert second.value == b["quantities"]["coldest skin"]["value"]
    assert float(re.match(r"[+−]?([0-9.]+)", gap)[1]) == pytest.approx(
        abs(second.value - first.value), rel=6e-3
    )


def entry(value, band=None, unit="mm", how=""):
    return {"value": value, "unit": unit, "band": band, "how": how, "interval": None}


LEAST = "at least; at the end it was still firm"


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (entry(10.0, 0.2), entry(10.5, 0.2), "exceeds the error bands"),
        (entry(10.0, 0.3), entry(10.5, 0.3), "within the error bands"),
        (entry(10.0, 0.3), entry(10.0, 0.3), "same"),
        (entry(10.0, 0.3), entry(10.0, 0.3, "cm^3"), "other unit"),
        (entry(10.0), entry(10.5), "+0.5\u00a0mm (+5\u00a0%)"),
        (None, entry(10.5), ""),
        (entry(10.0, unit="%"), entry(12.0, unit="%"), "+2\u00a0points (+20\u00a0%)"),
        (entry(1e-6, unit="1"), entry(1.0, unit="1"), "+1"),
        (entry(30.0, how=LEAST), entry(30.0, how=LEAST), "not known"),
        (entry(10.0), entry(30.0, how=LEAST), "≥ +20\u00a0mm (+200\u00a0%)"),
        (entry(30.0, how=LEAST), entry(15.0), "≤ −15\u00a0mm (−50\u00a0%)"),
    ],
)
def test_a_difference_is_held_against_the_bands(first, second, words):
    cell = differences.difference(first, second)
    assert words in (f"{cell.text}; {cell.note}" if isinstance(cell, Titled) else cell)


def test_runs_of_other_dimensions_and_layers_are_overlaid(runs):
    figure = layers(runs)
    curves = {len([s for s in p.option["series"] if s.get("name")]) for p in figure.panels}
    assert curves
    assert curves <= {1, 2, 3}
    labels = [mark.label for mark in figure.key]
    assert len(set(labels)) == 3
    assert len({(mark.colour, mark.dash, mark.symbol) for mark in figure.key}) == 3


def test_every_limit_has_its_status_in_every_run(runs):
    table = differences.limits(runs)
    assert table.rows
    assert all(len(row.cells) == 1 + 2 * len(runs) for row in table.rows)


def test_runs_of_one_title_are_told_apart(column, tmp_path):
    from shutil import copytree

    other = copytree(column, tmp_path / "again")
    found = named([Run.open(column), Run.open(other)])
    assert found[0].label != found[1].label
    assert "again" in found[1].label
    assert not differences.inputs(found).rows


def test_too_few_and_wrong_folders_are_refused(column, tmp_path):
    with pytest.raises(CaseError, match="two result folders"):
        write_comparison([column], tmp_path / "page.html")
    with pytest.raises(CaseError, match="given twice"):
        write_comparison([column, column / "."], tmp_path / "page.html")
    with pytest.raises(CaseError, match="no such folder"):
        write_comparison([column, tmp_path / "none"], tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_titles_of_cases_are_escaped(comparison):
    text = comparison.read_text(encoding="utf-8")
    assert '<script>alert("x")' not in text
    assert "alert(&#34;x&#34;)" in text
