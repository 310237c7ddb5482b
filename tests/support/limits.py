"""Limits of two results that should be the same."""

import pytest


def assert_same_limits(ours, theirs, rel):
    """Values, places and times agree; seconds to 0.1 s, for a rate may stand still."""
    assert [x["key"] for x in ours] == [x["key"] for x in theirs]
    for mine, other in zip(ours, theirs, strict=True):
        key = mine["key"]
        assert mine["status"] == other["status"], key
        assert close(mine["value"], other["value"], rel=rel, abs=1e-7), key
        assert mine["where"] == other["where"], key
        for name, time in mine["first_time_s"].items():
            assert close(time, other["first_time_s"][name], abs=0.1), key


def close(mine, other, **within):
    """Whether two numbers agree, or there is none of either."""
    return mine is other if None in (mine, other) else mine == pytest.approx(other, **within)


def number_tables(folder):
    """Tables of a result that hold numbers only: all but that of limits."""
    return [file for file in folder.glob("*.csv") if file.name != "limits.csv"]
