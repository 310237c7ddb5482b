"""The starter case that ``cryosim new`` writes: good, and true about every default it names."""

import re
from importlib.resources import files

import pytest

from cryosim.case.load import load

TEXT = files("cryosim.case").joinpath("starter.toml").read_text(encoding="utf-8")
EXAMPLES = {
    "flux_limit", "start_temperature", "gel", "perfusion", "conductivity", "kind", "temperature",
    "faces", "file", "tolerance", "skin_surface",
}  # fmt: skip
"""Keys whose commented value is an example, or depends on the case, and not a default."""


def uncommented(left_out):
    """The starter with every commented key and table in force but those ``left_out``."""
    lines = []
    for line in TEXT.splitlines():
        key = re.match(r"# (\w+) = ", line)
        table = re.match(r"# \[[\w.]+\]$", line)
        lines.append(line[2:] if table or (key and key[1] not in left_out) else line)
    return "\n".join(lines)


@pytest.fixture
def loaded(tmp_path):
    def load_text(text):
        path = tmp_path / "starter.toml"
        path.write_text(text, encoding="utf-8")
        return load(path)

    return load_text


def test_it_explains_every_section_of_a_case(loaded):
    sections = set(re.findall(r"^(?:# )?\[+([a-z]+)", TEXT, flags=re.MULTILINE))
    case = loaded(TEXT).case
    plain = {"schema_", "title", "dimension", "blood"}
    assert set(type(case).model_fields) - plain == sections


def test_what_is_commented_out_is_the_default(loaded):
    drop_tables = uncommented(EXAMPLES)
    for table in ("[start]", "[tissue.fat]", "[crystallisation]"):
        drop_tables = drop_tables.replace(table, "")
    assert loaded(drop_tables).case == loaded(TEXT).case
    assert drop_tables.count("\n[") > TEXT.count("\n[")


def test_every_commented_example_is_good(loaded):
    case = loaded(uncommented({"file"})).case
    assert case.start.kind == "uniform"
    assert case.applicator[0].gel is not None
    assert set(case.tissue["fat"]) == {"perfusion", "conductivity"}
