"""Every verb of the command line does what its help says."""

import json
import tomllib

import pytest
from conftest import ROOT, shell, treatment
from support.cases import written

from cryosim import __version__, doctor

CASES = sorted((ROOT / "cases").glob("*.toml"))
VERBS = ("run", "check", "schema", "new", "cite", "mesh", "plot", "doctor", "version")


def test_help_lists_every_verb(cryosim):
    got = cryosim("--help")
    assert got.code == 0
    assert all(verb in got.out for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(cryosim, verb):
    got = cryosim(verb, "--help")
    assert got.code == 0
    assert "Usage" in got.out


def test_an_unknown_verb_or_option_is_bad_input(cryosim):
    assert cryosim("simulate").code == 2
    assert cryosim("run", "a.toml", "--fast").code == 2
    assert cryosim("run").code == 2


def test_the_version_is_printed_by_the_module_too(cryosim):
    assert cryosim("version").out.strip() == __version__
    assert shell("version").out.strip() == __version__


def test_check_says_what_a_case_contains(cryosim, tmp_path):
    path = written(tmp_path, treatment(tissue={"fat": {"conductivity": "0.3 W/m/K"}}))
    got = cryosim("check", path)
    assert got.code == 0
    assert f"{path}: good" in got.out
    assert "Short treatment" in got.out
    assert "dimension 1, 12 min" in got.out
    assert "overrides tissue.fat.conductivity = 0.3 W/m/K (library: 0.2" in got.out


@pytest.mark.parametrize(
    "given",
    [{"tissue.fatt.perfusion": "off"}, {"tissue.fat.conductivity": ["0.3 W/m/K", "0.2 W/m/K"]}],
)
def test_check_refuses_ranges_that_samples_could_not_take(cryosim, tmp_path, given):
    got = cryosim("check", written(tmp_path, treatment(uncertainty=given)))
    assert got.code == 2
    assert f'uncertainty."{next(iter(given))}"' in got.err


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_case_of_the_project_is_good(cryosim, path):
    assert cryosim("check", path).code == 0


def test_new_writes_a_case_that_is_good_and_overwrites_nothing(cryosim, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cryosim("new").code == 0
    assert cryosim("check", "case.toml").code == 0
    (tmp_path / "case.toml").write_text("mine")
    again = cryosim("new")
    assert again.code == 2
    assert again.err == "case.toml exists already; choose another name\n"
    assert (tmp_path / "case.toml").read_text() == "mine"
    assert cryosim("new", "mine.toml").out == "wrote mine.toml; now: cryosim run mine.toml\n"
    assert cryosim("new", "no/such/folder.toml").code == 2


def test_the_starter_runs_in_one_dimension(cryosim, tmp_path):
    path = tmp_path / "case.toml"
    cryosim("new", path)
    path.write_text(path.read_text().replace("\ndimension = 3", "\ndimension = 1"))
    got = cryosim("run", path, "--out", tmp_path / "out", "--no-figures")
    assert got.code == 0
    assert "adipocytes lost under applicators" in got.out
    assert f"result in {tmp_path / 'out'}" in " ".join(got.out.split()), "wrapped or not"


def test_cite_names_sources_and_flags_what_the_case_gives(cryosim, tmp_path):
    path = written(tmp_path, treatment(tissue={"fat": {"conductivity": "0.3 W/m/K"}}))
    got = cryosim("cite", path)
    assert got.code == 0
    row = next(line for line in got.out.splitlines() if line.startswith("fat.conductivity"))
    assert "given by the case" in row
    assert "0.3 W/m/K" in row
    row = next(line for line in got.out.splitlines() if line.startswith("fat.density"))
    source = row.split()[2].rstrip(",")
    assert f"[{source}]" in got.out
    assert "grade A: assumption" in got.out


def test_mesh_counts_what_it_builds(cryosim, tmp_path):
    even = {"finest": "1 mm", "growth": 1.0, "coarsest": "1 mm"}
    case = treatment(dimension=2, mesh={"depth": even, "lateral": even, "margin": "10 mm"})
    got = cryosim("mesh", written(tmp_path, case))
    assert got.code == 0
    report = json.loads(got.out)
    assert report["cell"] == "quadrilateral"
    assert report["cells"] == [40 * 3, 40 * 12, 40 * 8]  # the skin of 2 mm takes three at least
    assert report["nodes"] == 41 * 24
    assert report["smallest_edge"] == pytest.approx(2e-3 / 3)
    assert report["worst_shape"] == pytest.approx(1.0)


def test_plot_draws_again_and_names_what_it_drew(cryosim, tmp_path):
    path = written(tmp_path, treatment())
    assert cryosim("run", path, "--out", tmp_path / "out", "--quiet").code == 0
    assert not (tmp_path / "out/figures").exists()
    got = cryosim("plot", tmp_path / "out")
    assert got.code == 0
    drawn = {line.split("/")[-1] for line in got.out.split()}
    assert {"layers_cut.png", "layers_over_time.png", "depth_time.png"} <= drawn
    assert all((tmp_path / "out/figures" / name).stat().st_size > 10_000 for name in drawn)


@pytest.mark.parametrize("where", ["nowhere", "."])
def test_plot_needs_a_result_folder(cryosim, tmp_path, where):
    got = cryosim("plot", tmp_path / where)
    assert got.code == 2
    assert "folder" in got.err
    assert "Traceback" not in got.err


@pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 2)])
def test_doctor_ends_with_what_is_missing(cryosim, monkeypatch, ok, code):
    found = [doctor.Check("a compiler", ok, "gcc 13", "apt-get install gcc")]
    monkeypatch.setattr(doctor, "checks", lambda: found)
    got = cryosim("doctor")
    assert got.code == code
    assert "a compiler" in got.out
    assert ("apt-get install gcc" in got.out) is not ok


def valid(value, schema, root):
    """Whether ``value`` satisfies ``schema``; the part of JSON Schema that pydantic writes."""
    if "$ref" in schema:
        return valid(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    for several in ("anyOf", "oneOf"):
        if several in schema and not any(valid(value, one, root) for one in schema[several]):
            return False
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None),
             "integer": int, "number": int | float}  # fmt: skip
    kind = schema.get("type")
    if kind and (not isinstance(value, kinds[kind]) or (kind != "boolean" and value is True)):
        return False
    if value not in schema.get("enum", [schema.get("const", value)]):
        return False
    if isinstance(value, dict):
        return _valid_table(value, schema, root)
    if isinstance(value, list):
        first = schema.get("prefixItems", [])
        items = [*first, *[schema.get("items", {})] * (len(value) - len(first))]
        return len(value) >= schema.get("minItems", 0) and all(
            valid(v, s, root) for v, s in zip(value, items, strict=False)
        )
    return True


def _valid_table(value, schema, root):
    known, extra = schema.get("properties", {}), schema.get("additionalProperties", True)
    others = [v for k, v in value.items() if k not in known]
    if set(schema.get("required", [])) - set(value) or (others and extra is False):
        return False
    tables = isinstance(extra, dict)
    return all(valid(value[k], known[k], root) for k in value if k in known) and not (
        tables and not all(valid(v, extra, root) for v in others)
    )


def test_every_case_satisfies_the_schema_and_slips_do_not(cryosim):
    got = cryosim("schema")
    assert got.code == 0
    schema = json.loads(got.out)
    assert schema["additionalProperties"] is False
    for path in CASES:
        case = tomllib.loads(path.read_text(encoding="utf-8"))
        assert valid(case, schema, schema), path
        assert not valid(case | {"titel": "x"}, schema, schema)
        assert not valid(case | {"dimension": "3"}, schema, schema)
        assert not valid(case | {"room": {"film": 10}}, schema, schema)
        assert not valid(case | {"applicator": {"sise": ["3 mm"]}}, schema, schema)
        assert not valid({k: v for k, v in case.items() if k != "anatomy"}, schema, schema)


def test_the_schema_describes_quantities_as_text_with_a_unit(cryosim):
    schema = json.loads(cryosim("schema").out)
    film = schema["$defs"]["Room"]["properties"]["film"]
    assert film["type"] == "string"
    assert film["examples"] == ["400 W/m^2/K"]


def test_doctor_tells_remarks_and_speaks_json(cryosim, monkeypatch):
    found = [doctor.Check("Slurm", True, "22.05 [beta]", "ask", ("srun has no pmi2",))]
    monkeypatch.setattr(doctor, "checks", lambda: found)
    got = cryosim("doctor")
    assert got.code == 0
    assert "remark" in got.out
    assert "22.05 [beta]" in got.out
    assert "Slurm: srun has no pmi2" in got.out
    (told,) = json.loads(cryosim("doctor", "--json").out)
    assert told["outcome"] == "remark"
    assert told["advice"] == ["srun has no pmi2"]
