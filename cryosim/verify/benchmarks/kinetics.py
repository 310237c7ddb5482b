"""Laws of crystallisation, damage and clearance by themselves, and Pennes without space."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from cryosim.injury.arrhenius import Branch, BurnIntegral
from cryosim.outcome import StageChain
from cryosim.parallel import Values
from cryosim.physics.crystallisation import (
    AbstractCrystallisation,
    BellRate,
    ConstantRate,
    Foubert,
    Moment,
    Nakamura,
)
from cryosim.units import ZERO_CELSIUS
from cryosim.verify.cases import even, plate, slab, tissue, uniform
from cryosim.verify.reference import reference
from cryosim.verify.results import Result, nearest, relative
from cryosim.verify.runs import marched

DAY = 86400.0

EXACT = 1e-6
"""Gate of a law whose steps are exact, relative."""

STEPPED = 1e-3
"""Gate of a law whose steps are of second order, and of a march, relative."""

Temperatures = Callable[[float], float]


def b09_chain(_: Path) -> list[Result]:
    """Four stages at three rates, in one step and day by day."""
    given = reference("B09")[1]["staged_chain_per_day"]
    chain = StageChain(rates=tuple(r / DAY for r in given["rates"]))
    stages = ("viable", "apoptotic", "phagocytosed", "cleared")
    wanted = np.array([given[stage] for stage in stages])
    at_once = np.array([chain.transition(t * DAY)[:, 0] for t in given["t_days"]]).T
    state, daily = np.eye(4)[:, :1], []
    for day in range(1, 91):
        chain.advance(state, DAY)
        if day in given["t_days"]:
            daily.append(state[:, 0].copy())
    return [
        relative("fraction of a stage, one step (worst of 20)", "1", wanted, at_once, EXACT),
        relative("fraction of a stage, 90 steps (worst of 20)", "1", wanted.T, daily, EXACT),
        nearest("sum over the stages", "1", 1.0, at_once.sum(axis=0), 1e-14),
    ]


def b09_erlang(_: Path) -> list[Result]:
    """Three stages at the same rate."""
    given = reference("B09")[1]["erlang"]
    chain = StageChain.erlang(given["n"], given["k"] / DAY)
    cleared = [chain.transition(t * DAY)[-1, 0] for t in given["t_days"]]
    return [relative("cleared fraction (worst of 5)", "1", given["removed"], cleared, EXACT)]


def b09_arrhenius(_: Path) -> list[Result]:
    """One branch at constant temperature and on a ramp."""
    data = reference("B09")[1]
    held, ramp = data["arrhenius_constT"], data["arrhenius_linear_ramp"]
    branch = Branch.of_energy(above=ZERO_CELSIUS, frequency=held["A"], energy=held["E"])
    law = BurnIntegral(branches=(branch,))
    omega, T = np.zeros(3), np.full(3, ZERO_CELSIUS + held["T_C"])
    for i, t in enumerate(held["t"]):
        law.advance(omega[i : i + 1], T[:1], T[:1], t)
    warmed = np.zeros(1)
    T = ramp["T0_K"] + ramp["rate_K_s"] * np.linspace(0.0, ramp["t"], 601)
    for a, b in pairwise(T):
        law.advance(warmed, np.array([a]), np.array([b]), ramp["t"] / 600.0)
    return [
        relative("damage at 48 degC (worst of 3)", "1", held["Omega"], omega, EXACT),
        relative("damaged share (worst of 3)", "1", held["fraction"], law.damaged(omega), EXACT),
        relative("damage on a ramp of 1.3 K/min", "1", ramp["Omega"], warmed[0], EXACT),
    ]


def grown(
    law: AbstractCrystallisation, times: Any, dt: float, T: Temperatures, X0: float = 0.0
) -> Values:
    """Crystal fraction at ``times`` (s) in steps of ``dt`` (s) at ``T(t)`` (degC), below 1."""
    X, found, one = np.array([X0]), [], np.ones(1)
    for k in range(round(max(times) / dt)):
        before, after = (
            Moment(np.array([ZERO_CELSIUS + T(t)]), one) for t in (k * dt, k * dt + dt)
        )
        law.advance(X, before, after, dt)
        if any(abs(t - (k + 1) * dt) < 1e-9 for t in times):
            found.append(float(X[0]))
    return np.array(found)


def b09_avrami(_: Path) -> list[Result]:
    """Avrami's law at constant temperature, in steps of a minute."""
    given = reference("B09")[1]["avrami_constT"]
    law = Nakamura(rate=ConstantRate(rate=given["K"]), exponent=given["n"])
    X = grown(law, given["t"], 60.0, lambda _: 10.0)
    return [relative("crystal fraction (worst of 3)", "1", given["X"], X, EXACT)]


def b09_nakamura(_: Path) -> list[Result]:
    """Nakamura's law while cooling by 40 K in an hour, in steps of 10 s, from no crystals.

    The reference at 300 s is left out: rounded to zero, where the law has 1e-23.
    """
    given = reference("B09")[1]["nakamura_ramp"]
    bell = BellRate(fastest=given["K0"], temperature=ZERO_CELSIUS + given["Tm"], width=given["s"])
    law = Nakamura(rate=bell, exponent=given["n"])
    X = grown(law, given["t"][1:], 10.0, lambda t: 30.0 - 40.0 * t / 3600.0)
    return [relative("crystal fraction (worst of 2)", "1", given["X"][1:], X, STEPPED)]


def b09_foubert(_: Path) -> list[Result]:
    """Foubert's law at constant temperature, in steps of a minute."""
    given = reference("B09")[1]["foubert_isothermal"]
    law = Foubert(rate=ConstantRate(rate=given["K"]), order=given["n"], seed=1.0 - given["h0"])
    left = 1.0 - grown(law, given["t"], 60.0, lambda _: 10.0)
    return [relative("share still to crystallise (worst of 3)", "1", given["h"], left, EXACT)]


def b09_pennes(folder: Path) -> list[Result]:
    """Perfusion and metabolism in insulated tissue, marched: TTNL of code_aster without space."""
    given = reference("B09")[1]["code_aster_TTNL_0D"]
    medium = tissue(1.0, 1.0, given["rho_c"], given["r1"], given["r0"])
    case = slab(
        [("medium", 0.01, medium)],
        depth=even(1e-3),
        tolerance=1e-6,
        core="0 degC",
        faces={"bottom": "insulated"},
        start=uniform(given["T0"]),
        applicator=plate(100.0),
        protocol=[{"phase": "cool", "flux": "0 W/m^2", "duration": f"{given['t']} s"}],
    )
    run = marched(folder, case, [given["t"]], [0.0, 0.005, 0.01])
    heat = relative("heat stored", "J/m^2", given["T"] * given["rho_c"] * 0.01,
                    run.entry("sensible")[-1], STEPPED)  # fmt: skip
    T = relative("temperature (worst of 3)", "degC", given["T"], run.T[0], STEPPED)
    return [T, heat]
