"""What happens in a treatment beside its protocol, as it stands in the result."""

from collections.abc import Sequence

from cryosim.physics.alarm import FreezeAbort
from cryosim.units import ZERO_CELSIUS

Event = dict[str, object]


def nucleation(
    t: float, coldest: tuple[float, tuple[float, ...]] | None, probability: float
) -> Event:
    """Ice at ``t`` (s) at the place that was ``coldest`` (K; m), or none for want of one."""
    if coldest is None:
        return {"event": "no ice: nothing is supercooled", "time [s]": t}
    T, place = coldest
    return {
        "event": "ice nucleates",
        "time [s]": t,
        "probability by then [1]": probability,
        "coldest supercooled tissue [degC]": T - ZERO_CELSIUS,
        "there [mm]": [round(1e3 * x, 6) + 0.0 for x in place],  # no minus before a zero
    }


def alert(t: float, name: str, reading: float, rise: float) -> Event:
    """The device of the applicator ``name`` notices a ``rise`` to its ``reading`` (K)."""
    return {
        "event": f"{name} detects freezing",
        "time [s]": t,
        "sensor [degC]": reading - ZERO_CELSIUS,
        "rise [K]": rise,
    }


def abort(t: float, name: str, how: FreezeAbort) -> Event:
    """The treatment ends at ``t`` (s) for what that device found."""
    return {
        "event": f"{name} aborts the treatment",
        "time [s]": t,
        "rewarms to [degC]": how.rewarm_to - ZERO_CELSIUS,
        "for [s]": how.rewarm_for,
    }


def told(happened: Event) -> str:
    """An event in one line."""
    more = [f"{k} {_shown(v)}" for k, v in happened.items() if k not in ("event", "time [s]")]
    return f"{happened['event']} at {_shown(happened['time [s]'])} s: {', '.join(more)}"


def _shown(value: object) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "(" + ", ".join(_shown(v) for v in value) + ")"
    return f"{value:.5g}" if isinstance(value, float) else str(value)
