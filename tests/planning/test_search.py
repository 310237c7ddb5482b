"""The search against a model in closed form: loss and limits that are known on paper."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryosim.planning.plan import shortest
from cryosim.planning.search import Judged, Search
from cryosim.planning.setting import Rhythm, Setting
from cryosim.planning.space import Space, setting

WIDE = Space((-15.0, 0.0), (5.0, 120.0), 1, 1.0)


def killed(s: Setting) -> float:
    """Each cycle kills a share by degree-minutes below 10 degC, after a delay of 3 min."""
    dose = max(10.0 - s.temperature, 0.0) * max(s.time - 3.0, 0.0)
    return 100.0 * (1.0 - math.exp(-s.cycles * dose / 4000.0))


def skin(s: Setting) -> float:
    """Skin nears the plate in time, and may reach -10 degC."""
    return (s.temperature + 4.0 * math.exp(-s.time / 30.0) + 10.0) / 43.0


def nerve(s: Setting) -> float:
    """Time below 5 degC, 1 min longer for every degree, may be 110 min."""
    return 1.0 - s.cycles * (s.time - s.temperature) / 110.0


def searched(space=WIDE, rhythm=Rhythm(), loss=killed, **limits):  # noqa: B008
    """A search, and the settings that it evaluated."""
    asked = []

    def evaluate(settings):
        asked.extend(settings)
        return [Judged(s, loss(s), {key: f(s) for key, f in limits.items()}) for s in settings]

    return Search(evaluate, rhythm, space), asked


def brute(search, target, loss=killed, **limits):
    """The shortest safe setting that reaches the target, of all on the lattice."""
    low, high = (round(10 * T) for T in search.space.temperatures)
    found = []
    for n in range(1, search.space.cycles + 1):
        for T in range(low, high + 1):
            for t in search.times(n)[:1] and range(search.times(n)[0], search.times(n)[-1] + 1):
                s = Setting(n, T / 10, t / 10)
                if loss(s) >= target and all(f(s) >= 0.0 for f in limits.values()):
                    found.append((search.rhythm.duration(s), s))
                    break
    return min(found)[1]


@pytest.mark.parametrize("target", [5.0, 20.0, 30.0])
def test_the_answer_is_that_of_brute_force_and_names_its_limit(target):
    search, asked = searched(skin=skin, nerve=nerve)
    stop = shortest(search, target)
    assert stop.judged.setting == brute(search, target, skin=skin, nerve=nerve)
    assert stop.limit == "skin"
    beyond = stop.colder.setting
    assert beyond.temperature == pytest.approx(stop.judged.setting.temperature - 0.1)
    assert skin(beyond) < 0.0 <= skin(stop.judged.setting)
    assert len(asked) == len(set(asked)) < 75
    assert search.surprises(1) == []


def test_without_a_limit_the_range_stops_it():
    search, _ = searched()
    stop = shortest(search, 20.0)
    assert stop.judged.setting == brute(search, 20.0)
    assert stop.judged.setting.temperature == -15.0
    assert (stop.limit, stop.colder) == (None, None)


def test_a_narrow_window_between_two_limits_is_found():
    def warm(s):
        return 1.0 - (s.time - 50.0 + 2.0 * (s.temperature + 8.0)) / 30.0

    def cold(s):
        return (s.temperature + 8.05) / 43.0

    search, _ = searched(cold=cold, warm=warm)
    target = killed(Setting(1, -7.9, 79.5))
    stop = shortest(search, target)
    assert stop.judged.setting == brute(search, target, cold=cold, warm=warm)
    assert stop.limit == "cold"
    assert -8.05 <= stop.judged.setting.temperature <= -7.5


@pytest.mark.parametrize(("target", "warmest"), [(0.5, -0.1), (1.0, -10.2), (0.1, 0.0)])
def test_at_the_shortest_time_the_warmest_is_taken(target, warmest):
    search, _ = searched(skin=skin)
    stop = shortest(search, target)
    assert stop.judged.setting == Setting(1, warmest, 5.0)
    assert stop.judged.loss >= target
    assert warmest == 0.0 or killed(Setting(1, warmest + 0.1, 5.0)) < target
    assert (stop.limit, stop.colder, stop.shortest) == (None, None, True)


@given(
    cold=st.floats(-20.0, 0.0), wide=st.floats(0.0, 10.0), short=st.floats(0.0, 60.0),
    long=st.floats(0.0, 60.0), cycles=st.integers(1, 3), pause=st.floats(0.0, 9.0),
)  # fmt: skip
def test_nothing_is_looked_at_outside_of_what_was_asked(cold, wide, short, long, cycles, pause):
    space, rhythm = (
        Space((cold, cold + wide), (short, short + long), cycles, 0.7),
        Rhythm(0, 1, pause),
    )
    for T in space.columns():
        assert cold - 1e-6 <= setting(cycles, T, 1).temperature <= cold + wide + 1e-6
    for t in space.times(rhythm, cycles):
        s = setting(cycles, 0, t)
        assert s.time >= 0.7 - 1e-6
        assert short - 1e-5 <= rhythm.duration(s) <= short + long + 1e-5


def test_an_unreachable_target_leaves_the_greatest_safe_loss():
    search, _ = searched(skin=skin, nerve=nerve)
    assert shortest(search, 60.0) is None
    stop = search.greatest()
    most = max(
        killed(s) for T in range(-150, 1) for t in range(50, 1201)
        if skin(s := Setting(1, T / 10, t / 10)) >= 0.0 <= nerve(s)
    )  # fmt: skip
    assert stop.judged.worst >= 0.0
    assert stop.judged.loss == pytest.approx(most, abs=0.3)
    assert stop.limit in {"skin", "nerve"}


def test_nothing_safe_is_no_answer_and_no_greatest():
    search, _ = searched(never=lambda _: -1.0)
    assert shortest(search, 1.0) is None
    assert search.greatest() is None


def test_cycles_are_taken_where_they_are_shorter():
    """Two short cycles keep the skin warmer than a long one, at the price of a pause."""
    rhythm, space = Rhythm(pause=5.0), Space((-15.0, 0.0), (5.0, 120.0), 3, 1.0)

    def deep(s):
        return (s.temperature + 12.0 * math.exp(-s.time / 30.0) + 8.0) / 43.0

    search, _ = searched(space, rhythm, skin=deep)
    stop = shortest(search, 35.0)
    assert stop.judged.setting == brute(search, 35.0, skin=deep)
    assert stop.judged.setting.cycles > 1
    assert search.duration(stop.judged) == pytest.approx(
        stop.judged.setting.cycles * (stop.judged.setting.time + 5.0) - 5.0
    )


def test_the_front_keeps_the_limits_and_rises():
    search, _ = searched(skin=skin)
    shortest(search, 20.0)
    front = search.front(1)
    assert len(front) == 6
    losses = [stop.judged.loss for stop in front]
    assert losses == sorted(losses)
    for stop in front:
        s = stop.judged.setting
        colder = Setting(1, round(s.temperature - 0.2, 1), s.time)
        assert skin(s) >= 0.0 > skin(colder)
        assert stop.limit == "skin"


def test_what_is_not_monotone_is_told():
    search, _ = searched(loss=lambda s: 40.0 - abs(s.temperature + 6.0) * 2.0 - 20.0 / s.time)
    shortest(search, 20.0)
    assert any("loses less than" in text for text in search.surprises(1))
    search, _ = searched(odd=lambda s: 1.0 if s.time > 60.0 else -1.0)
    shortest(search, 20.0)
    assert any("is safe and" in text for text in search.surprises(1))
