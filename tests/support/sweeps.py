"""Small sweeps that tests share."""

from collections.abc import Sequence
from pathlib import Path

from conftest import treatment

from cryosim.case.toml import text_of


def definition(folder: Path, durations: Sequence[str]) -> Path:
    """A definition of the short treatment, cooled for each of ``durations``, and its case."""
    (folder / "short.toml").write_text(text_of(treatment()), encoding="utf-8")
    file = folder / "durations.toml"
    values = ", ".join(f'"{duration}"' for duration in durations)
    text = f'case = "short.toml"\n[grid]\n"protocol[1].duration" = [{values}]\n'
    file.write_text(text, encoding="utf-8")
    return file
