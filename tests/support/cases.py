"""Cases written from dictionaries, loaded, built and marched as ``cryosim run`` does it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cryosim.case.load import load
from cryosim.parallel import MPI
from cryosim.treatment.build import build
from cryosim.treatment.observe import ledger
from cryosim.units import ZERO_CELSIUS

BLOOD = {"density": "1000 kg/m^3", "heat_capacity": "1000 J/kg/K"}
"""Blood that turns a Pennes coefficient of 1e6 W/m^3/K into a perfusion of 1/s."""


def tissue(k, rho, c, W=0.0, qm=0.0, **more):
    """Tissue of conductivity, density, capacity, Pennes coefficient, metabolic heat (SI)."""
    return {
        "conductivity": f"{k!r} W/m/K",
        "density": f"{rho!r} kg/m^3",
        "heat_capacity": f"{c!r} J/kg/K",
        "perfusion": f"{W / 1e6!r} 1/s",
        "metabolism": f"{qm!r} W/m^3",
    } | more


def melting(latent_heat, temperature, liquid):
    """Latent heat (J/kg) on a table of temperature (degC) and liquid fraction."""
    curve = {"kind": "table", "temperature": [degC(T) for T in temperature], "liquid": liquid}
    return {"latent_heat": f"{latent_heat!r} J/kg", "curve": curve}


def degC(T):
    return f"{float(T)!r} degC"


def metres(x):
    return f"{float(x)!r} m"


def even(h):
    """Cells of one size (m)."""
    return graded(h, 1.0, h)


def graded(finest, growth, coarsest):
    return {"finest": metres(finest), "growth": growth, "coarsest": metres(coarsest)}


def plate(conductance, **more):
    """One plate; ``conductance`` in W/m^2/K or "perfect"."""
    given = conductance if conductance == "perfect" else f"{conductance!r} W/m^2/K"
    return {"kind": "plate", "contact_conductance": given} | more


def cool(T, duration, **more):
    return {"phase": "cool", "temperature": degC(T), "duration": f"{duration!r} s"} | more


def uniform(T):
    return {"kind": "uniform", "temperature": degC(T)}


def slab(layers, *, depth, tolerance=0.002, dimension=1, **more):
    """Case of ``layers`` (name, thickness in m, tissue) from the surface down."""
    return {
        "title": "verification",
        "dimension": dimension,
        "anatomy": {
            "layers": [{"tissue": name, "thickness": metres(d)} for name, d, _ in layers],
            "faces": more.pop("faces", {}),
            "core_temperature": more.pop("core", "37 degC"),
        },
        "tissue": {name: properties for name, _, properties in layers} | more.pop("gels", {}),
        "blood": BLOOD,
        "mesh": {"depth": depth} | more.pop("mesh", {}),
        "numerics": {"tolerance": f"{tolerance!r} K"},
        "output": {"fields": False, "figures": False},
    } | more


def written(folder, case) -> Path:
    """File of ``case`` in ``folder``, every value inline."""
    path = Path(folder) / "case.toml"
    path.write_text("".join(f"{key} = {_inline(value)}\n" for key, value in case.items()))
    return path


def _inline(value):
    if isinstance(value, dict):
        pairs = (f"{json.dumps(k)} = {_inline(v)}" for k, v in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value)


def treated(folder, case):
    """Treatment of ``case``, ready to march."""
    return build(load(written(folder, case)), MPI.COMM_WORLD)


@dataclass
class Run:
    """What was seen of a treatment: temperature (degC, one row a time), ledgers, surfaces."""

    treatment: object
    T: np.ndarray
    ledgers: list[dict[str, float]]
    steps: list[tuple[float, float]] = field(default_factory=list)
    """Time (s) and temperature (degC) of the surface after every step."""

    def entry(self, name):
        """Cumulative ledger entry ``name`` at every time; zero if the case has none."""
        return np.array(
            [sum(v for k, v in row.items() if k.split(" [")[0] == name) for row in self.ledgers]
        )

    @property
    def residual(self):
        """Worst residual of the ledger relative to the heat that surfaces exchanged."""
        names = self.treatment.frame.conditions
        exchanged = sum(np.abs(self.entry(name)).max() for name in names)
        return float(np.abs(self.entry("residual")).max() / exchanged)


def marched(folder, case, times: Sequence[float], depths: Sequence[float]) -> Run:
    """Run ``case`` and look at ``depths`` (m) under the centre at every one of ``times`` (s)."""
    probes = [{"name": f"p{i}", "depth": metres(x)} for i, x in enumerate(depths)]
    treatment = treated(folder, case | {"probes": probes})
    rows, ledgers, steps = [], [], []

    def look():
        rows.append(temperatures(treatment, treatment.frame.probes))
        ledgers.append(ledger(treatment))

    if 0.0 in times:
        look()
    for landed in treatment.march(list(times)):
        line = temperatures(treatment, treatment.frame.line)
        steps.append((treatment.t, float(line[0])))
        if landed:
            look()
    return Run(treatment, np.array(rows), ledgers, steps)


def temperatures(treatment, sampler):
    """Temperature (degC) at the points of ``sampler`` now."""
    nodal = treatment.frame.operators.with_ghosts(treatment.balance.T_mesh)
    return sampler(nodal) - ZERO_CELSIUS


def front(depth, T, level):
    """Greatest depth at which ``T`` crosses ``level``, linear between samples."""
    cold = np.flatnonzero((T[:-1] < level) & (T[1:] >= level))
    i = int(cold[-1])
    return depth[i] + (level - T[i]) / (T[i + 1] - T[i]) * (depth[i + 1] - depth[i])
