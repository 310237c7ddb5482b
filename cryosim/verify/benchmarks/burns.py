"""Burns: skin under a heat flux through the whole solver, and the damage at its basal layer."""

from pathlib import Path
from typing import Any

import numpy as np

from cryosim.injury.arrhenius import BurnIntegral
from cryosim.parallel import Values
from cryosim.treatment.model import Treatment
from cryosim.units import ZERO_CELSIUS
from cryosim.verify.cases import Entries, degC, even, metres, plate, slab, tissue
from cryosim.verify.reference import reference
from cryosim.verify.results import Result, nearest, relative
from cryosim.verify.runs import temperatures, treated

AFTERWARDS = 60.0
"""Time (s) that the insulated skin is followed after the exposure."""

STANDARD = 0.10
"""What ASTM F1930 allows: every exposure of its table gives a damage of 1 within this."""


def exposure(flux: float, duration: float) -> Entries:
    """Case of skin that takes up ``flux`` (W/m^2) for ``duration`` (s)."""
    layers = reference("B13")[0]["layers"]
    thickness = [x["d"] for x in layers]
    on, off = ({"phase": "cool", "flux": f"{q!r} W/m^2", "duration": f"{t!r} s"}
               for q, t in ((-flux, duration), (0.0, AFTERWARDS)))  # fmt: skip
    return slab(
        [
            (f"skin{m}", x["d"], tissue(x["k"], 1000.0, x["rho_c"] / 1000.0))
            for m, x in enumerate(layers)
        ],
        depth=even(1e-5),
        tolerance=0.001,
        core="33.5 degC",
        start={"kind": "table", "depth": [metres(0.0), metres(sum(thickness))],
               "temperature": [degC(32.5), degC(33.5)]},
        applicator=plate(100.0),
        protocol=[on, off],
        probes=[{"name": "basal", "depth": metres(thickness[0])}],
    )  # fmt: skip


def b13(folder: Path) -> list[Result]:
    """Eleven exposures that just burn to the second degree.

    The highest temperatures of the data are left out: they are those of its output times, 0.09 K
    too low in the shortest exposure.
    """
    given: Any = reference("B13")[1]
    found = np.array([followed(folder, x["q_W_m2"], x["t_exp_s"]) for x in given])
    wanted = [[x["Omega_during"], x["Omega"]] for x in given]
    return [
        relative("damage by another code (worst of 22)", "1", wanted, found, 0.02),
        nearest("damage by the table, recalled (worst of 11)", "1", 1.0, found[:, 1], STANDARD),
    ]


def followed(folder: Path, flux: float, duration: float) -> list[float]:
    """Damage (1) of the basal layer at the end of an exposure, and when it has cooled down."""
    treatment = treated(folder, exposure(flux, duration))
    law, omega = BurnIntegral(), np.zeros(1)
    T, t = basal(treatment), 0.0
    seen = []
    for landed in treatment.march([duration, duration + AFTERWARDS]):
        before, T = T, basal(treatment)
        law.advance(omega, before, T, treatment.t - t)
        t = treatment.t
        if landed:
            seen.append(float(omega[0]))
    return seen


def basal(treatment: Treatment) -> Values:
    """Temperature (K) of the basal layer now."""
    return temperatures(treatment, treatment.frame.probes) + ZERO_CELSIUS
