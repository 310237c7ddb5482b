"""Fields between nodes and output times: against closed forms, on every kind of cell."""

import numpy as np
import pytest
import xarray as xr
from api.conftest import KINDS, TIMES, bilinear, exact

import cryosim
from cryosim.errors import CaseError

DEPTHS = (0.0, 1.3, 2.2, 9.9, 37.2)
"""mm; the skin, within, a boundary of layers, within, the bottom."""


def point(dimension, depth, x=0.0, y=0.0):
    """Coordinates (m) of a place in a block, given in mm."""
    return 1e-3 * np.array([*[x, y][: dimension - 1], -depth, *[0.0] * (3 - dimension)])


@pytest.mark.parametrize("name", [*KINDS, "drawn"])
def test_a_linear_field_is_found_everywhere(linear, name):
    run = cryosim.open(linear[name])
    dimension = run.result.dimension
    got = run.temperature.at(depth=[f"{d} mm" for d in DEPTHS])
    assert got.dims == ("time", "depth")
    for k, d in enumerate(DEPTHS):
        for i, t in enumerate(TIMES):
            want = exact([point(dimension, d)], t)[0]
            assert float(got[i, k]) == pytest.approx(want, abs=2e-5), (d, t)
    np.testing.assert_allclose(got.depth, DEPTHS)
    np.testing.assert_array_equal(got.time, TIMES)


def test_places_along_the_skin_and_times_span_the_answer(linear):
    field = cryosim.open(linear["bilinear"]).temperature
    x, y, d, t = [-20.0, 7.7], [3.0, 31.0, 74.9], [0.4, 30.0], [30.0, 60.0, 179.0]
    got = field.at(depth=[f"{v / 10} cm" for v in d], x=[f"{v} mm" for v in x],
                   y=[f"{v} mm" for v in y], time=[f"{v / 60} min" for v in t])  # fmt: skip
    assert got.dims == ("time", "depth", "x", "y")
    for index in np.ndindex(got.shape):
        i, j, k, m = index
        want = bilinear([point(3, d[j], x[k], y[m])], t[i])[0]
        assert float(got[index]) == pytest.approx(want, abs=1e-4), index
    one = field.at(depth="0.4 mm", x="7.7 mm", y="31 mm", time="30 s")
    assert one.shape == ()
    assert float(one) == pytest.approx(float(got.sel(depth=0.4, x=7.7, y=31.0, time=30.0)))


def test_the_shape_functions_are_those_of_the_cell(linear):
    """A hexahedron holds x y z exactly; of linear interpolation it would miss by a kelvin."""
    run = cryosim.open(linear["bilinear"])
    place = {"depth": "17 mm", "x": "12 mm", "y": "13 mm"}
    got, want = (float(run.temperature.at(**place, time="0 s")),
                 bilinear([point(3, 17.0, 12.0, 13.0)], 0.0)[0])  # fmt: skip
    assert got == pytest.approx(want, abs=1e-4)


def test_depth_begins_below_the_applicator(linear):
    aside = cryosim.open(linear["aside"])
    got = aside.temperature.at(depth="5 mm", time="0 s")
    assert (float(got.x), float(got.y)) == (12.0, -9.0)
    assert float(got) == pytest.approx(exact([point(3, 5.0, 12.0, -9.0)], 0.0)[0], abs=2e-5)


def test_on_a_mesh_of_ones_own_depth_goes_along_the_normal(linear):
    field = cryosim.open(linear["bent"]).temperature
    got = field.at(depth=["0 mm", "10 mm"], time="0 s")
    want = exact([[0.0, 0.0, 0.0], [0.0, 0.0, -0.010]], 0.0)
    np.testing.assert_allclose(got, want, atol=0.05)  # facets cut the curve short
    named = field.at(position=[["0 mm", "0 mm", "-8 mm"], ["3 mm", "-4 mm", "-20 mm"]], time="60 s")
    want = exact([[0.0, 0.0, -0.008], [0.003, -0.004, -0.020]], 60.0)
    np.testing.assert_allclose(named, want, atol=2e-5)
    assert named.dims == ("point",)
    with pytest.raises(CaseError, match="this mesh is not one: name the coordinates"):
        field.at(depth="10 mm", x="5 mm")


def test_the_layer_is_told_and_crystals_are_where_there_is_lipid(linear):
    run = cryosim.open(linear["block"])
    got = run.crystallised.at(depth=["1 mm", "2.2 mm", "10 mm", "22.2 mm", "30 mm"], time="100 s")
    np.testing.assert_allclose(got, [np.nan, 0.5, 0.5, 0.5, np.nan])
    assert got.layer.values[[0, 2, 4]].tolist() == ["skin", "fat", "muscle"]
    assert got.attrs == {"units": "1", "long_name": "Crystallised lipid fraction"}


def test_answers_have_units_that_netcdf_keeps(linear, tmp_path):
    got = cryosim.open(linear["block"]).temperature.at(depth=["5 mm", "9 mm"])
    assert {name: got[name].attrs["units"] for name in ("time", "depth", "x", "y")} == {
        "time": "s", "depth": "mm", "x": "mm", "y": "mm",
    }  # fmt: skip
    got.to_netcdf(tmp_path / "at.nc", engine="scipy")
    with xr.open_dataarray(tmp_path / "at.nc", engine="scipy") as back:
        np.testing.assert_array_equal(back, got)
        assert back.attrs["units"] == "degC"
        np.testing.assert_array_equal(back.time, TIMES)


def test_lengths_may_be_quantities_or_arrays_with_units(linear):
    import pint

    unit = pint.UnitRegistry()
    field = cryosim.open(linear["block"]).temperature
    want = field.at(depth=["5 mm", "9 mm"], time="60 s")
    for depth in ([5, 9] * unit.mm, want.depth, [0.5 * unit.cm, "0.009 m"]):
        np.testing.assert_allclose(field.at(depth=depth, time=1 * unit.min), want, rtol=1e-12)


def test_nothing_is_read_before_it_is_asked_for(linear, monkeypatch):
    from cryosim.api import lazy

    read = []
    monkeypatch.setattr(
        lazy, "read_steps", lambda *a, f=lazy.read_steps: read.append(a[2]) or f(*a)
    )
    array = cryosim.open(linear["block"]).temperature.array
    assert array.dims == ("time", "node")
    assert array.shape[0] == len(TIMES)
    part = array.isel(time=[0, 2], node=slice(4, 9))
    assert read == []
    points = 1e-3 * np.stack([part.x, part.y, part.z], axis=1)
    np.testing.assert_allclose(part[1], exact(points, TIMES[2]), atol=2e-5)
    assert read == [[2]]


def test_nodal_values_at_a_time(linear):
    run = cryosim.open(linear["block"])
    got = run.temperature.values(time="2 min")
    points = 1e-3 * np.stack([got.x, got.y, got.z], axis=1)
    np.testing.assert_allclose(got, exact(points, 120.0), atol=2e-5)
    assert run.temperature.values(time=["0 s", "2 min"]).dims == ("time", "node")
    assert run.temperature.values().time.item() == float(run.end_of_cooling.split()[0])


def test_how_deep_it_is_colder(linear):
    """It falls by 0.4 K a millimetre: the deeper, the colder, to the bottom."""
    run = cryosim.open(linear["column"])
    assert float(run.temperature.reach(below="20 degC")[0]) == pytest.approx(37.2)
    assert float(run.temperature.reach(below="-30 degC")[0]) == 0.0
    with pytest.raises(CaseError, match="asked of temperature"):
        run.crystallised.reach()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"depth": 10}, r'depth = 10: expected a number with a unit, such as "10 mm"'),
        ({"depth": "10 K"}, '"K" does not fit here'),
        ({"depth": "40 mm"}, r"depth 40 mm, x 0 mm, y 0 mm lies outside .* depth to 37.2 mm"),
        ({"depth": "-1 mm"}, "outside the tissue"),
        ({"depth": "5 mm", "x": "1 m"}, r"x 1000 mm.* outside .* x from -75 to 75 mm"),
        ({"depth": "5 mm", "time": "1 h"}, "time = 60 min: the fields of this run end at 3 min"),
        ({"depth": []}, "expected at least one value"),
        ({}, "expected either depth"),
        ({"depth": "5 mm", "position": ["0 mm"]}, "got both"),
        ({"position": ["0 mm", "0 mm"]}, r"expected 3 coordinates, got \[2\]"),
        ({"position": ["0 mm"] * 3, "x": "0 mm"}, "leave x and y out"),
    ],
)  # fmt: skip
def test_a_wrong_question_says_what_is_right(linear, asked, said):
    with pytest.raises(CaseError, match=said):
        cryosim.open(linear["block"]).temperature.at(**asked)


def test_a_column_has_no_x_and_a_section_no_y(linear):
    with pytest.raises(CaseError, match="a column has depths only"):
        cryosim.open(linear["column"]).temperature.at(depth="5 mm", x="0 mm")
    with pytest.raises(CaseError, match=r"at rest: depth to 37.2 mm$"):
        cryosim.open(linear["column"]).temperature.at(depth="40 mm")
    with pytest.raises(CaseError, match="a section has no y"):
        cryosim.open(linear["section"]).temperature.at(depth="5 mm", y="0 mm")
    with pytest.raises(CaseError, match="holds no field survival"):
        _ = cryosim.open(linear["section"]).survival
