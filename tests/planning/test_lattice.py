"""Crossings on whole numbers, of functions that are known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryosim.planning.lattice import first

FUNCTIONS = {
    "line": lambda x, at: x - at,
    "bent": lambda x, at: (x - at) * (0.1 if x < at else 5.0),
    "cubic": lambda x, at: (x - at) ** 3,
    "step": lambda x, at: 1.0 if x >= at else -1.0,
    "cliff": lambda x, at: x - at if x >= at else float("-inf"),
}


@given(
    kind=st.sampled_from(sorted(FUNCTIONS)), at=st.floats(-199.5, 199.5),
    known=st.lists(st.integers(-200, 200), max_size=5), guess=st.integers(-200, 200),
)  # fmt: skip
def test_the_first_place_that_is_not_negative_is_found_in_few_evaluations(kind, at, known, guess):
    asked = []

    def ask(pairs):
        asked.extend(pairs)
        assert all(-200 <= place <= 200 for _, place in pairs)
        return [FUNCTIONS[kind](place, at) for _, place in pairs]

    items = {7: {place: FUNCTIONS[kind](place, at) for place in known}}
    [place] = first(ask, items, -200, 200, guesses={7: guess}, exact=True).values()
    assert FUNCTIONS[kind](place - 1, at) < 0.0 <= FUNCTIONS[kind](place, at)
    assert len(asked) == len(set(asked)) <= 40


@pytest.mark.parametrize("end", [-10, 10])
def test_ends_of_the_range_are_told_from_crossings(end):
    items = {0: {}, 1: {}}
    found = first(lambda pairs: [1.0 if i else -1.0 for i, _ in pairs], items, -10, 10,
                  guesses={0: end, 1: end})  # fmt: skip
    assert found == {0: None, 1: -10}


def test_a_smooth_crossing_takes_two_evaluations():
    count = []

    def ask(pairs):
        count.extend(pairs)
        return [1.0 - 2.0 ** (-(x - 340) / 300) for _, x in pairs]

    known = {x: 1.0 - 2.0 ** (-(x - 340) / 300) for x in (50, 280, 510, 740, 970, 1200)}
    assert first(ask, {0: known}, 50, 1200) == {0: 340}
    assert len(count) <= 2
