"""Files of measurements: what they may look like, and every fault at once."""

import numpy as np
import pytest
from support.device_case import device_case
from support.fitting_bench import CASE, START

from cryosim.case.load import load
from cryosim.errors import CaseError
from cryosim.fitting.measured import TABLES, Column, columns_of, read
from cryosim.uncertainty.worker import sampled

COLUMNS = {
    "near": Column("probes.csv", "near", "degC"),
    "plate heat flux": Column("device.csv", "plate heat flux", "mW/cm^2"),
}


def series(tmp_path, text, *sds, end=600.0):
    file = tmp_path / "data.csv"
    file.write_text(text, encoding="utf-8")
    return read(file, COLUMNS, end, sds)


def test_units_gaps_remarks_and_deviations(tmp_path):
    near, flux = series(
        tmp_path,
        "  # of a bench\ntime [min], near [K] ,near: sd [degC],plate heat flux [W/m^2]\n"
        "0,295.15,0.2,\n1,,,100\n# later\n2,290.15,0.4,-50\n",
    )
    assert near.column is COLUMNS["near"]
    assert [*near.times] == [0.0, 120.0]
    assert near.values == pytest.approx([22.0, 17.0])
    assert ([*near.sd], near.said) == ([0.2, 0.4], "file")
    assert ([*flux.times], [*flux.values]) == ([60.0, 120.0], pytest.approx([10.0, -5.0]))
    assert (flux.sd[0], flux.said) == (pytest.approx(0.5), "assumption")


def test_deviations_by_option(tmp_path):
    text = "time [s],near [degC],plate heat flux [mW/cm^2]\n0,1,100\n1,2,90\n"
    near, flux = series(tmp_path, text, "near=1 degF", "0.2 K", "20 W/m^2")
    assert near.sd == pytest.approx([1 / 1.8] * 2)
    assert flux.sd == pytest.approx([2.0] * 2)
    near, flux = series(tmp_path, text)
    assert ([*near.sd], [*flux.sd]) == ([0.5, 0.5], [5.0, 5.0])
    assert {near.said, flux.said} == {"assumption"}


def test_a_deviation_is_given_once(tmp_path):
    text = "time [s],near [degC],plate heat flux [mW/cm^2]\n0,1,100\n1,2,90\n"
    for sds in (("near=1 K", "near=2 K"), ("1 K", "2 K")):
        with pytest.raises(CaseError, match='1 K" says so of "near" already'):
            series(tmp_path, text, *sds)


def test_every_fault_is_told_at_once_with_its_place(tmp_path):
    with pytest.raises(CaseError) as error:
        series(
            tmp_path,
            "time [s],naer [degC],near [mm],plate heat flux [mW/cm^2],far,near [degC],near [degC]\n"
            "0,1,1,1,1,1,1\n0,1,1,abc,1,inf,1\n,1,1,1,1,1,1\n700,1,1,1,1,1,1\n",
            "0.2 kg",
        )
    told = str(error.value).splitlines()
    assert told[0].endswith("data.csv:")
    for part in (
        'column 2, "naer [degC]": the case records no such thing; did you mean "near [degC]"?',
        'column 3, "near [mm]": expected a unit that converts to degC',
        'column 5, "far": expected a name and its unit, such as "surface [degC]"',
        'column 7, "near [degC]": there is such a column already',
        'line 3, "time [s]": time does not rise',
        'line 4, "time [s]": a row without a time',
        'line 3, "plate heat flux [mW/cm^2]" = "abc": expected a number',
        'line 3, "near [degC]" = "inf": expected a finite number',
        '--sd "0.2 kg": expected a value above 0 that fits, such as "0.2 K"',
    ):
        assert f"  {part}" in told


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "expected a header with a time and a column"),
        ("time [s];near [degC]\n0;1\n", "told apart by commas"),
        ("near [degC],time [s]\n1,2\n", 'such as "time \\[s\\]"'),
        ("time [s],near [degC]\n0,1\n700,1\n", "lasts from 0 to 600 s, and 1 rows are outside"),
        ("time [s],near [degC]\n-5,1\n70,1\n", "line 2: the case lasts"),
        ("time [s],near [degC]\n0,\n70,\n", "holds no number"),
        ("time [s],near: sd [K]\n0,1\n70,1\n", "no column of its values"),
        ("time [s],near [degC],near: sd [K]\n0,1,0\n", "expected above 0"),
        ("time [s],near [degC],near: sd [K]\n0,1,\n", "not every value has"),
        ("time [s],near [degC]\n0,21,5\n5,20\n9,19,7\n", "line 2: 3 cells, .* 2, and 1 rows more"),
        ("time [s],near [degC]\n0,21,5\n", "write numbers with a point"),
        ("time [s],near [degC]\n0,21,\n5\n", "line 3: 1 cells, .* leave a cell empty"),
    ],
)
def test_a_bad_file_is_refused(tmp_path, text, why):
    with pytest.raises(CaseError, match=why):
        series(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CaseError, match="no such file of measurements"):
        read(tmp_path / "none.csv", COLUMNS, 600.0, ())


def test_many_faults_are_counted(tmp_path):
    rows = "".join(f"{i},x\n" for i in range(50))
    with pytest.raises(CaseError, match="and 30 faults more"):
        series(tmp_path, f"time [s],near [degC]\n{rows}")


def test_runs_have_every_column_that_data_may_name(tmp_path):
    """The worker brings back the tables, with the columns under these very headers."""
    text = device_case() + '[[probes]]\nname = "surface"\ndepth = "0 mm"\n'
    path = tmp_path / "device.toml"
    path.write_text(text)
    columns = columns_of(load(path))
    answer = sampled(text, TABLES)
    assert len(columns) == 7
    for column in columns.values():
        assert column.header in answer["tables"][column.table]
    flux = answer["tables"]["device.csv"]["applicator heat flux [mW/cm^2]"]
    assert flux[-1] is None, "it is off"
    assert np.isfinite(flux[1])
    assert "coldest skin" in answer["outcomes"]
    assert "tables" not in sampled("title = 1", TABLES)


def test_the_bench_has_what_its_data_name(tmp_path):
    path = tmp_path / "bench.toml"
    path.write_text(CASE.format(**START))
    assert {"near", "far", "applicator heat flux"} <= set(columns_of(load(path)))
