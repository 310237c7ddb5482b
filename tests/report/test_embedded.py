"""The scene of a run in a page: what is packed comes back as the fields of the run."""

import json

import numpy as np
import pytest
from view.synthetic import make

from cryosim.report.embedded import DEPTH, chosen_steps, embedded_scene
from cryosim.report.packed import unpacked
from cryosim.scene.choice import Cut
from cryosim.scene.tissue import Tissue

TIMES = np.array([0.0, 300.0, 900.0, 1500.0, 2100.0, 2400.0, 3000.0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("run") / "cup"
    return make(where, "hexahedron", across=12, cup=True, times=TIMES)


@pytest.fixture(scope="module")
def tissue(folder) -> Tissue:
    return Tissue.open(folder)


@pytest.fixture(scope="module")
def content(tissue):
    return json.loads(embedded_scene(tissue))


def step_of(tissue, time) -> int:
    return int(np.flatnonzero(tissue.times == time["seconds"])[0])


@pytest.mark.parametrize("cut", [Cut.quarter, Cut.none])
def test_fields_come_back_within_half_a_step(tissue, content, cut):
    for shape in {time["shape"] for time in content["times"]}:
        body = content["bodies"][f"{shape}|{cut}"]
        times = [time for time in content["times"] if time["shape"] == shape]
        sheets = tissue.sheets(step_of(tissue, times[0]), cut, 0.5)
        for field in content["fields"]:
            values = unpacked(body["values"][field["name"]]) * field["step"] + field["least"]
            for row, time in zip(values, times, strict=True):
                nodal = tissue.nodal(field["name"], step_of(tissue, time))
                for told in body["sheets"]:
                    sheet = next(s for s in sheets if (s.layer, s.beside, len(s.points)) ==
                                 (told["layer"], told["beside"], told["count"]))  # fmt: skip
                    layer = next(k for k in content["layers"] if k["name"] == sheet.layer)
                    if field["name"] in layer["without"]:
                        continue
                    mine = row[told["from"] : told["from"] + told["count"]]
                    exact = sheet.values(nodal)
                    assert np.abs(mine - exact).max() <= 0.5 * field["step"] + 1e-5


def test_geometry_comes_back_within_a_65535th(tissue, content):
    low, high = np.array(content["bounds"])
    fine = (high - low).max() / 65535
    for step in (0, len(tissue.times) - 1):
        body = content["bodies"][f"{tissue.shape(step)}|{Cut.quarter}"]
        points = low + (high - low) * unpacked(body["points"]) / 65535
        depth = unpacked(body["depth"])[:, 0] * DEPTH
        corners = unpacked(body["triangles"])
        assert corners.max() == len(points) - 1
        sheets = tissue.sheets(step, Cut.quarter, 0.5)
        first, told = sheets[0], body["sheets"][0]
        assert np.abs(points[: told["count"]] - first.points).max() <= fine
        exact = first.values(tissue.depth)
        assert np.abs(depth[: told["count"]] - exact).max() <= DEPTH


def test_the_front_is_where_it_is_at_the_threshold(tissue, content):
    assert content["fronts"]
    low, high = np.array(content["bounds"])
    for index, front in content["fronts"].items():
        points = low + (high - low) * unpacked(front["points"]) / 65535
        assert sum(front["counts"]) == front["triangles"]["rows"]
        step = step_of(tissue, content["times"][int(index)])
        below = tissue.nodal("temperature", step) < tissue.result.threshold
        cold = np.asarray(tissue.result.standing(step).points)[below]
        assert (points >= cold.min(axis=0) - 12.0).all()
        assert (points <= cold.max(axis=0) + 12.0).all()


def test_all_that_changes_at_a_time_is_kept_when_times_are_thinned(tissue):
    steps = chosen_steps(tissue, 4)
    end = tissue.opening().step
    assert {0, end, end + 1, len(TIMES) - 1} == set(steps)
    assert tissue.shape(end) != tissue.shape(end + 1)
    assert chosen_steps(tissue, 100) == list(range(len(TIMES)))
    assert len(chosen_steps(tissue, 6)) <= 6
    shorter = json.loads(embedded_scene(tissue, most_times=4))
    assert f"4 of the {len(TIMES)} times" in shorter["note"]
    assert shorter["times"][shorter["opening"]]["text"].endswith("the end of cooling")


def test_what_is_told_first_is_how_much_of_each_layer_is_cold(tissue, content):
    rows = tissue.result.table("layers")
    for layer in content["layers"]:
        told = [tissue.result.at_time(rows, f"{layer['name']} below threshold [1]", t["seconds"])
                for t in content["times"]]  # fmt: skip
        assert layer["below"] == pytest.approx(told, abs=1e-4)
    assert [k["without"] for k in content["layers"]] == [["crystallised", "survival"], [],
                                                         ["crystallised", "survival"]]  # fmt: skip


def test_nothing_in_the_text_ends_its_element(tmp_path):
    folder = make(tmp_path / "named", across=6, title="</script><b>", times=TIMES[:2])
    text = embedded_scene(Tissue.open(folder))
    assert "</" not in text
    assert json.loads(text)["title"] == "</script><b>"


def test_a_plane_run_is_seen_from_the_front(tmp_path):
    tissue = Tissue.open(make(tmp_path / "plane", "quadrilateral", times=TIMES))
    content = json.loads(embedded_scene(tissue))
    assert content["dimension"] == 2
    assert content["cuts"] == ["none"]
    assert content["fronts"] == {}
    assert content["home"] == pytest.approx([-np.pi / 2, np.pi / 2])
