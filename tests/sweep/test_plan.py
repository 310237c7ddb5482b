"""A definition becomes a folder of cases whose names say what is in them."""

import shutil
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cryosim.case.load import load
from cryosim.errors import CaseError
from cryosim.sweep.making import make
from cryosim.sweep.plan import folder_of, read
from cryosim.uncertainty.inputs import inputs_of

FLANK = ROOT / "cases" / "flank_fold.toml"
T, D = "protocol[1].temperature", "protocol[1].duration"
GRID = f"""
[grid]
"{T}" = ["-5 degC", "-8 degC"]
"{D}" = ["20 min", "40 min", "60 min"]
"""


def planned(tmp_path: Path, body: str, case: Path = FLANK, name: str = "sweep"):
    """The sweep ``body`` of the ``case``, made in ``tmp_path/out``."""
    file = tmp_path / f"{name}.toml"
    file.write_text(f'case = "{case}"\n{body}', encoding="utf-8")
    return make(file, tmp_path / "out")


def names(made) -> set[str]:
    return {point.name for point in made.plan.points}


def case_of(made, point):
    return load(made.plan.folder_of(point) / "case.toml").case


def refusal(tmp_path: Path, body: str, **more) -> str:
    with pytest.raises(CaseError) as caught:
        planned(tmp_path, body, **more)
    return str(caught.value)


def test_a_grid_is_every_combination_of_its_values(tmp_path):
    made = planned(tmp_path, GRID)
    found = set()
    for point in made.plan.points:
        cool = case_of(made, point).protocol[0]
        assert cool.temperature == pytest.approx(point.settings[T] + 273.15)
        assert cool.duration == pytest.approx(point.settings[D] * 60)
        found.add((point.settings[T], point.settings[D]))
    assert found == {(t, d) for t in (-5.0, -8.0) for d in (20.0, 40.0, 60.0)}
    assert [v.unit for v in made.plan.variables] == ["degC", "min"]
    assert (made.new, made.left, made.bad) == (6, 0, {})


def test_a_plan_is_read_as_it_was_written(tmp_path):
    made = planned(tmp_path, "time = '2 h'\nkeep = 'numbers'\nranks = 2\n" + GRID)
    assert read(made.plan.folder) == made.plan
    assert made.plan.running.time == 7200.0
    assert {point.ranks for point in made.plan.points} == {2}


def test_a_plan_that_grows_leaves_its_points_alone(tmp_path):
    first = planned(tmp_path, GRID)
    before = {p.name: first.plan.folder_of(p) / "case.toml" for p in first.plan.points}
    times = {name: file.stat().st_mtime_ns for name, file in before.items()}
    second = planned(tmp_path, GRID.replace('"-8 degC"]', '"-8 degC", "-11 degC"]'))
    assert names(second) > names(first)
    assert (second.new, second.left) == (3, 0)
    assert {name: file.stat().st_mtime_ns for name, file in before.items()} == times
    third = planned(tmp_path, GRID.replace('"-5 degC", ', ""))
    assert (third.new, third.left) == (0, 6)
    assert all(file.exists() for file in before.values())


def test_the_name_of_a_point_is_that_of_its_contents(tmp_path):
    first = names(planned(tmp_path, GRID))
    case = tmp_path / "elsewhere.toml"
    text = FLANK.read_text(encoding="utf-8")
    case.write_text("# moved\n" + text.replace("one session", "renamed"), encoding="utf-8")
    steps = '{ from = "20 min", to = "60 min", count = 3 }'
    spelled = f'[grid]\n"{D}" = {steps}\n"{T}" = ["-8 degC", "-5 degC"]'
    assert names(planned(tmp_path, spelled, case)) == first
    hotter = text.replace("18 mm", "19 mm")
    case.write_text(hotter, encoding="utf-8")
    assert not names(planned(tmp_path, GRID, case)) & first


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.integers(-140, -10), min_size=1, max_size=4),
    st.lists(st.integers(200, 900), min_size=1, max_size=3),
)
def test_as_many_points_as_different_combinations(tmp_path, temperatures, durations):
    grid = (
        f'[grid]\n"{T}" = {[f"{t / 10} degC" for t in temperatures]}\n'
        f'"{D}" = {[f"{d / 10} min" for d in durations]}'
    )
    made = planned(tmp_path, grid)
    assert len(made.plan.points) == len(set(temperatures)) * len(set(durations))


def test_a_list_gives_values_by_header_and_ranks(tmp_path):
    (tmp_path / "points.csv").write_text(
        f"{T} [degC],{D},numerics.integrator,ranks\n-6,30 min,implicit,2\n-7.5,,,\n",
        encoding="utf-8",
    )
    made = planned(tmp_path, '[list]\nfile = "points.csv"')
    first, second = made.plan.points
    assert (first.ranks, second.ranks) == (2, 1)
    assert dict(first.settings) == {T: -6.0, D: 30.0, "numerics.integrator": "implicit"}
    assert dict(second.settings) == {T: -7.5, D: 60.0, "numerics.integrator": None}
    assert case_of(made, first).numerics.integrator == "implicit"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f",{T} [degC]\n0,-5\n", "column 1: is no key path"),
        (f"{T} [degC],{T}\n-5,-6 degC\n", 'column 2: "protocol[1].temperature" is there twice'),
        (f"{T} [degC]\nnan\n", "line 2: protocol[1].temperature = nan: expected a number"),
        (f"{T} [degC]\n-5\n\n-1_0\n", "line 4: protocol[1].temperature = -1_0"),
        (f"{T} [degC],ranks\n-5,0\n", "line 2: ranks = 0: expected a whole number from 1"),
        (f"{T} [degC],ranks\n-5,1.5\n", "ranks = 1.5"),
        (f"{T} [degC]\n-5,3\n", "2 cells, expected 1"),
        (f'{T} [degC]\n"-5\n', "cannot be read"),
        (f"{T} [degC]\n", "then a line for each point"),
        ("", "then a line for each point"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_with_line_and_column(tmp_path, text, expected):
    (tmp_path / "points.csv").write_text(text, encoding="utf-8")
    message = refusal(tmp_path, '[list]\nfile = "points.csv"')
    assert expected in message
    assert message.startswith(str(tmp_path / "points.csv"))


def test_points_with_error_bands_are_other_points(tmp_path):
    bare = names(planned(tmp_path, GRID))
    assert not names(planned(tmp_path, "error_bands = true\n" + GRID)) & bare
    assert names(planned(tmp_path, 'time = "1 h"\n' + GRID)) == bare


def test_combinations_that_are_alike_are_told(tmp_path):
    assert planned(tmp_path, f'[grid]\n"{T}" = ["-5 degC", "-6 degC", "-5 degC"]').alike == 1


def test_a_hypercube_varies_what_the_library_gives_a_spread(tmp_path):
    made = planned(tmp_path, "[latin]\nsamples = 8\nspreads = true")
    inputs = {item.name: item for item in inputs_of(load(FLANK))}
    assert {v.name for v in made.plan.variables} == set(inputs)
    for name, item in inputs.items():
        values = [point.settings[name] for point in made.plan.points]
        assert all(item.low <= x <= item.high for x in values)
        assert len(set(values)) == 8
    names_drawn = [made.plan.points[0].settings["tissue.fat.conductivity"]]
    tissue = load(made.plan.folder_of(made.plan.points[0]) / "case.toml").tissues["fat"]
    assert [tissue.conductivity] == pytest.approx(names_drawn)


def test_samples_are_combined_with_every_cell_of_a_grid(tmp_path):
    body = f'[latin]\nsamples = 4\nranges = {{ "{D}" = ["20 min", "60 min"] }}\n'
    made = planned(tmp_path, body + f'[grid]\n"{T}" = ["-5 degC", "-8 degC", "-9 degC"]')
    assert [design.kind for design in made.plan.designs] == ["latin"] * 3
    assert all(len(design.points) == 4 for design in made.plan.designs)
    by_name = {point.name: point for point in made.plan.points}
    drawn = [[by_name[n].settings[D] for n in design.points] for design in made.plan.designs]
    assert drawn[0] == drawn[1] == drawn[2]
    quarters = sorted(int((x - 20.0) / 10.0) for x in drawn[0])
    assert quarters == [0, 1, 2, 3]


def test_a_cell_of_a_grid_has_the_spreads_that_it_brings(tmp_path):
    case = tmp_path / "sited.toml"
    case.write_text(
        'title = "Sited"\ndimension = 1\nanatomy.site = "abdomen"\n[applicator]\n'
        '[[protocol]]\nphase = "cool"\ntemperature = "-8 degC"\nduration = "5 min"\n',
        encoding="utf-8",
    )
    fat = "anatomy.thickness.fat"
    body = (
        f'[latin]\nsamples = 8\nspreads = ["{fat}"]\n[grid]\n"anatomy.site" = ["abdomen", "flank"]'
    )
    made = planned(tmp_path, body, case)
    assert (len(made.plan.points), made.alike) == (16, 0)
    for site in ("abdomen", "flank"):
        text = case.read_text(encoding="utf-8").replace("abdomen", site)
        (tmp_path / f"{site}.toml").write_text(text, encoding="utf-8")
        [spread] = [i for i in inputs_of(load(tmp_path / f"{site}.toml")) if i.name == fat]
        drawn = [p.settings[fat] for p in made.plan.points if p.settings["anatomy.site"] == site]
        assert len(drawn) == 8
        assert all(spread.low <= x <= spread.high for x in drawn)
    first = made.plan.points[0]
    layers = case_of(made, first).anatomy.layers
    thickness = next(layer.thickness for layer in layers if layer.tissue == "fat")
    assert thickness == pytest.approx(first.settings[fat] / 1e3)


def test_twice_as_many_samples_of_sobol_hold_the_first(tmp_path):
    body = (
        f'[sobol]\nsamples = 4\nranges = {{ "{D}" = ["20 min", "60 min"], '
        f'"{T}" = ["-12 degC", "-4 degC"] }}'
    )
    first = planned(tmp_path, body)
    assert len(first.plan.designs[0].points) == 4 * (2 + 2)
    second = planned(tmp_path, body.replace("= 4\n", "= 8\n"))
    assert names(second) > names(first)
    assert second.plan.designs[0].points[:16] == first.plan.designs[0].points


def test_designs_are_put_together_and_a_point_of_two_is_one(tmp_path):
    other = f'[[design]]\nranks = 3\n[design.grid]\n"{T}" = ["-8 degC", "-9 degC"]\n'
    made = planned(tmp_path, GRID + other)
    assert len(made.plan.points) == 6 + 1  # -8 degC for 60 min is in both: 60 min is the case's own
    assert [point.ranks for point in made.plan.points] == [1] * 6 + [3]
    assert made.plan.points[-1].settings[D] == 60.0


def test_files_go_with_the_sweep(tmp_path):
    log = "time [s],plate [degC]\n0,30\n60,-8\n3600,-8\n"
    (tmp_path / "log.csv").write_text(log, encoding="utf-8")
    case = tmp_path / "logged.toml"
    text = FLANK.read_text(encoding="utf-8")
    text = text.replace('temperature = "-10 degC"                       # recalled\nramp = "60 s"',
                        'log = { file = "log.csv", column = "plate [degC]" }')  # fmt: skip
    case.write_text(text, encoding="utf-8")
    body = '[grid]\n"applicator.contact_conductance" = ["300 W/m^2/K", "500 W/m^2/K"]'
    made = planned(tmp_path, body, case)
    shutil.move(tmp_path / "out", tmp_path / "moved")
    (tmp_path / "log.csv").unlink()
    for point in read(tmp_path / "moved").points:
        loaded = load(folder_of(tmp_path / "moved", point.name) / "case.toml")
        assert loaded.case.protocol[0].schedule[-1][1] == pytest.approx(265.15)
    assert len(made.plan.points) == 2


def test_a_key_of_what_the_library_holds_can_be_varied(tmp_path):
    cup = ROOT / "cases" / "abdomen_cup.toml"
    keys = '"anatomy.layers[2].thickness" = ["22 mm"]\n"anatomy.site" = ["abdomen", "flank"]'
    assert "anatomy.site" in refusal(tmp_path, f"[grid]\n{keys}", case=cup)
    made = planned(tmp_path, '[grid]\n"applicator.cup.rim" = ["10 mm", "12 mm"]', case=cup)
    assert [point.settings["applicator.cup.rim"] for point in made.plan.points] == [10.0, 12.0]


def test_points_that_their_case_refuses_are_told_and_planned(tmp_path):
    made = planned(tmp_path, f'[grid]\n"{D}" = ["30 s", "20 min"]')  # the ramp takes 60 s
    assert len(made.plan.points) == 2
    assert ["ramp" in why for why in made.bad.values()] == [True]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", "nothing is varied"),
        (f'[grid]\n"{T}" = []', "no values"),
        ('[grid]\n"protocol[9].temperature" = ["1 degC"]', "nothing there"),
        ('[grid]\n"protocol[0].temperature" = ["1 degC"]', "counted from [1]"),
        ('[grid]\n"protocol[1].temprature" = ["1 degC"]', 'did you mean "temperature"'),
        (f'[grid]\n"{D}" = {{ from = "20 min", to = "3 K", count = 3 }}', "does not fit"),
        (f'[grid]\n"{D}" = {{ from = "20 min", to = "3 h", cont = 3 }}', 'did you mean "count"'),
        (f'[grid]\n"{D}" = {{ from = "0 s", to = "1 h", count = 3, scale = "log" }}', "above zero"),
        ("[sobol]\nsamples = 5\nspreads = true", "power of 2, such as 4 or 8"),
        ("[latin]\nsamples = 5", "nothing is varied; expected ranges"),
        ('[latin]\nsamples = 5\nspreads = ["tissue.fat.conductivty"]', "did you mean"),
        (f'[latin]\nsamples = 5\nranges = {{ "{D}" = ["5 min", "2 min"] }}', "the lower first"),
        ('[list]\nfile = "none.csv"', "no such file"),
        ("[latin]\nsamples = 2\nspreads = true\n[list]\nfile = 'a.csv'", "a [[design]] of its own"),
        (f'[set]\n"{D}" = "5 min"\n[grid]\n"{T}" = [3]', "with a unit"),
        (f'[set]\n"{D}" = "5"\n[grid]\n"{T}" = ["-3 degC"]', "with what is set"),
        ('[grid]\n"" = [1]', "expected a key path"),
        ('[grid]\ntitle = ["a", "b"]', "expected a key path"),
        ('[grid]\n"protocol[1].perfusion" = [nan]', "expected a finite number"),
        (f'[grid]\n"{D}" = {{ from = "1 min", to = "9 min", count = 2000000 }}', "at most 1000000"),
        (GRID + f'[latin]\nsamples = 2\nranges = {{ "{D}" = ["1 h", "2 h"] }}', "varied twice"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_the_place(tmp_path, body, expected):
    message = refusal(tmp_path, body)
    assert expected in message
    assert message.startswith(str(tmp_path))
    assert not (tmp_path / "out" / "plan.json").exists()


def test_a_folder_without_a_plan_says_how_to_make_one(tmp_path):
    with pytest.raises(CaseError, match="cryosim sweep plan"):
        read(tmp_path)
    (tmp_path / "plan.json").write_text('{"format": 0}', encoding="utf-8")
    with pytest.raises(CaseError, match="format 0, expected 1"):
        read(tmp_path)
    (tmp_path / "plan.json").write_text('{"for', encoding="utf-8")
    with pytest.raises(CaseError, match="cannot be read"):
        read(tmp_path)
    (tmp_path / "plan.json").write_text('{"format": 1}', encoding="utf-8")
    with pytest.raises(CaseError, match="it lacks 'points'"):
        read(tmp_path)
    point = '{"name": "../../x", "ranks": 1, "settings": {}}'
    (tmp_path / "plan.json").write_text(f'{{"format": 1, "points": [{point}]}}', encoding="utf-8")
    with pytest.raises(CaseError, match="no point is called"):
        read(tmp_path)
