"""A case file that cannot be read or is no TOML is refused in a sentence, whatever is in it."""

import pytest
from support.cases import written

from cryosim.case.load import load
from cryosim.errors import CaseError

MINIMAL = """
title = "minimal"
dimension = 1
[anatomy]
layers = [{ tissue = "skin", thickness = "2 mm" }]
[applicator]
[[protocol]]
phase = "cool"
temperature = "-5 degC"
duration = "1 min"
"""


def refusal(path):
    with pytest.raises(CaseError) as refused:
        load(path)
    return str(refused.value)


def test_a_missing_file_is_named(tmp_path):
    assert refusal(tmp_path / "no.toml") == f"{tmp_path / 'no.toml'}: no such case file"


def test_a_folder_is_no_file(tmp_path):
    assert refusal(tmp_path) == f"{tmp_path}: cannot be read: Is a directory"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "title: is missing"),
        (b"# nothing but a remark\n", "protocol: is missing"),
        (b"title = \n", "not valid TOML: Invalid value (at line 1, column 9)"),
        (b'title = "a"\ntitle = "b"\n', "not valid TOML: Cannot overwrite a value (at line 2"),
        (b"[anatomy\n", "not valid TOML"),
        (b"title = 'caf\xe9'\n", "cannot be read: expected text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00", "cannot be read: expected text in UTF-8"),
        (b"title = \x00\n", "not valid TOML"),
        (b"x = " + b"[" * 100_000, "not valid TOML: nested too deeply"),
        (b"x = " + b"9" * 5000, "not valid TOML"),
        (b'{"title": "json"}', "not valid TOML"),
    ],
)
def test_what_is_no_case_is_refused(tmp_path, content, expected):
    path = tmp_path / "case.toml"
    path.write_bytes(content)
    text = refusal(path)
    assert text.startswith(f"{path}:")
    assert expected in text


def test_marks_and_line_ends_of_other_systems_are_accepted(tmp_path):
    path = tmp_path / "case.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())
    assert load(path).case.title == "minimal"


def test_dates_are_not_text_with_a_unit(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(MINIMAL.replace('"1 min"', "1979-05-27"))
    assert "protocol[1].duration" in refusal(path)


def flank(folder, **changes):
    """A case of a mesh file in ``folder``, whatever is in that file."""
    (folder / "leg.msh").write_text("no mesh")
    layers = [{"tissue": name, "region": name} for name in ("skin", "fat")]
    return {
        "title": "leg",
        "mesh": {"file": "leg.msh"},
        "anatomy": {"layers": layers, "faces": {"bare": "room"}},
        "applicator": {"face": "pad"},
        "protocol": [{"phase": "cool", "temperature": "-5 degC", "duration": "1 min"}],
    } | changes


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"mesh": {"file": "arm.msh"}}, 'mesh.file = "arm.msh": no such file; looked for'),
        ({"mesh": {"file": "."}}, "Is a directory"),
        ({"mesh": {"file": "leg.msh", "extent": ["3 mm"]}}, "a mesh file has an extent of its own"),
        ({"anatomy": {"layers": [{"tissue": "fat"}]}}, "anatomy.layers[1].region: is missing"),
        ({"probes": [{"name": "p", "depth": "1 mm"}]}, "probes[1].position: is missing"),
        ({"applicator": [{"face": "pad"}, {"face": "pad", "name": "b"}]}, "applicator covers it"),
        ({"applicator": {"face": "pad", "gel": {"thickness": "1 mm", "tissue": "fat"}}},
         "a layer has this name already"),
    ],
)  # fmt: skip
def test_faults_of_a_case_with_a_mesh_file(tmp_path, changes, expected):
    assert expected in refusal(written(tmp_path, flank(tmp_path, **changes)))


def test_the_hash_follows_what_decides_the_result(tmp_path):
    def hash_of(**changes):
        return load(written(tmp_path, flank(tmp_path, **changes))).hash

    first = hash_of()
    assert hash_of(title="another") == first
    assert hash_of(output={"figures": False}) == first
    assert hash_of(output={"threshold": "9 degC"}) != first
    assert hash_of(output={"fields": False}) != first
    assert hash_of(tissue={"fat": {"density": "900 kg/m^3"}}) != first
    path = written(tmp_path, flank(tmp_path))
    (tmp_path / "leg.msh").write_text("another mesh")
    assert load(path).hash != first
