"""Limits of two results that should be the same."""

import pytest


def assert_same_limits(ours, theirs, rel):
    """Values, places and times agree; seconds to 0.1 s, for a rate may stand still."""
    assert [x["key"] for x in ours] == [x["key"] for x in theirs]
    for mine, other in zip(ours, theirs, strict=True):
        key = mine["key"]
        assert mine["status"] == other["status"], key
        assert mine["value"] == pytest.approx(other["value"], rel=rel, abs=1e-7), key
        assert mine["where"] == other["where"], key
        for name, time in mine["first_time_s"].items():
            assert time == pytest.approx(other["first_time_s"][name], abs=0.1), key
