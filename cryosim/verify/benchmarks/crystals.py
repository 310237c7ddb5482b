"""Crystals that follow a rate law, coupled to heat: a loop of hysteresis, and the fast limit."""

from pathlib import Path

import numpy as np

from cryosim.verify.cases import (
    Entries,
    cool,
    even,
    graded,
    melting,
    plate,
    remove,
    slab,
    tissue,
    uniform,
)
from cryosim.verify.results import Result, nearest
from cryosim.verify.runs import closed, marched

RHO_C, LATENT, START, BEHIND = 2e6, 4e7, 30.0, 8.0
"""Heat capacity (J/m^3/K) and latent heat (J/m^3) of a medium; it starts at ``START`` (degC) and
crystallises ``BEHIND`` (K) its melting curve."""

LOW, HIGH = 10.0, 20.0
"""Melting range (degC), even."""

CLOSED_FORM, FAST = 2e-3, 0.02
"""Gates (K): of the loop, and of fast crystals without supercooling against their equilibrium."""


def _exchanged(power: float, duration: float) -> Entries:
    """Phase in which a flux (W/m^2) leaves a column."""
    return {"phase": "cool", "flux": f"{power!r} W/m^2", "duration": f"{duration!r} s"}


def loop(folder: Path) -> list[Result]:
    r"""A closed column is cooled, recalesces, is warmed between the curves, then melts.

    Heat is exchanged faster than crystals come, and then waited for, so that energy alone tells
    the temperature: supercooled, :math:`T_0 - Q/C`; recalesced, where
    :math:`C (T_0 - T) - Q + L X_\infty(T + \Delta) = 0`; then by sensible heat only until the
    melting curve; and as warm as at first when all heat is back.
    """
    thickness, flux, slow = 1e-3, 1000.0, 600.0
    speed = flux / (RHO_C * thickness)
    cooled = START - 50.0 * speed
    width = HIGH - LOW
    fraction_of = LATENT / RHO_C / width
    recalesced = (cooled + fraction_of * (HIGH - BEHIND)) / (1.0 + fraction_of)
    lipid = {"lipid": melting(LATENT / 1000.0, [LOW, HIGH], [0.0, 1.0])}
    case = slab(
        [("medium", thickness, tissue(100.0, 1000.0, RHO_C / 1000.0) | lipid)],
        depth=even(thickness / 3.0),
        tolerance=1e-3,
        core=f"{START!r} degC",
        faces={"bottom": "insulated"},
        start=uniform(START),
        applicator=plate(100.0),
        protocol=[
            _exchanged(flux, 50.0), _exchanged(0.0, slow), _exchanged(-flux, 4.0),
            _exchanged(-flux, 46.0),
        ],
        crystallisation={
            "kind": "foubert", "supercooling": f"{BEHIND!r} K", "seed": 1e-6,
            "rate": {"kind": "constant", "rate": "0.05 1/s"},
        },
    )  # fmt: skip
    times = [50.0, 50.0 + slow, 54.0 + slow, 100.0 + slow]
    wanted = [cooled, recalesced, recalesced + 4.0 * speed, START]
    names = ("supercooled", "recalesced", "warmed between the curves", "melted again")
    run = marched(folder, case, times, [0.5 * thickness])
    return [
        *(
            nearest(f"temperature, {name}", "degC", T, run.T[i, 0], CLOSED_FORM)
            for i, (name, T) in enumerate(zip(names, wanted, strict=True))
        ),
        closed(run),
    ]


def fast(folder: Path) -> list[Result]:
    """Crystals that grow in a millisecond without supercooling are in equilibrium: two ways."""
    lipid = {"lipid": melting(50e3, [4.0, 12.0], [0.0, 1.0])}
    case = slab(
        [("fat", 0.02, tissue(0.2, 900.0, 2300.0) | lipid)],
        depth=graded(2e-4, 1.05, 1e-3),
        core="34 degC",
        start=uniform(34.0),
        applicator=plate(400.0),
        protocol=[cool(-10.0, 1200.0), remove(600.0)],
        tolerance=FAST / 2.0,  # steps are bound by the reaction, and a sharper one takes thousands
    )
    rate = {"kind": "constant", "rate": "1e3 1/s"}
    kinetic = {"kind": "foubert", "supercooling": "0 K", "rate": rate}
    times, depths = [300.0, 1200.0, 1500.0, 1800.0], np.linspace(0.0, 0.016, 9)
    one = marched(folder, case, times, depths)
    other = marched(folder, case | {"crystallisation": kinetic}, times, depths)
    what = f"temperature (worst of {one.T.size})"
    return [nearest(what, "degC", one.T, other.T, FAST), closed(other)]
