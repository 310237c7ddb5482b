"""Runs that the tests of pages share, each computed or made once."""

import pytest
from report.runs import TITLE, computed, in_space
from support.browser import chromium

from cryosim.report.comparison import write_comparison
from cryosim.report.page import write_report


@pytest.fixture(scope="session")
def column(tmp_path_factory):
    return computed(tmp_path_factory.mktemp("column") / "run", bands=True, title=TITLE,
                    tissue={"fat": {"conductivity": "0.2 W/m/K"}})  # fmt: skip


@pytest.fixture(scope="session")
def colder(tmp_path_factory):
    """Another column, with a device and two sessions, of which no fields were kept."""
    return computed(
        tmp_path_factory.mktemp("colder") / "run", title="Colder",
        applicator={"size": ["20 mm", "20 mm"], "device": {"rate": "1 K/s"}},
        course={"sessions": ["0 d", "60 d"]}, output={"every": "45 s", "fields": False},
    )  # fmt: skip


@pytest.fixture(scope="session")
def block(column, tmp_path_factory):
    return in_space(tmp_path_factory.mktemp("block") / "run", column)


@pytest.fixture(scope="session")
def pages(column, colder, block):
    """The page of each run."""
    folders = {"column": column, "colder": colder, "block": block}
    return {name: write_report(folder) for name, folder in folders.items()}


@pytest.fixture(scope="session")
def comparison(column, colder, block, tmp_path_factory):
    out = tmp_path_factory.mktemp("comparison") / "comparison.html"
    return write_comparison([column, colder, block], out)


@pytest.fixture(scope="module")
def open_page():
    with chromium() as opener:
        yield opener
