"""Cases as dictionaries in SI and degC, and the case files that are written of them."""

import json
from pathlib import Path
from typing import Any

from mpi4py import MPI

from cryosim.parallel import on_root

Entries = dict[str, Any]
"""A case, or a table of one, as the TOML of a case file would hold it."""

BLOOD = {"density": "1000 kg/m^3", "heat_capacity": "1000 J/kg/K"}
"""Blood that turns a Pennes coefficient of 1e6 W/m^3/K into a perfusion of 1/s."""


def tissue(k: float, rho: float, c: float, W: float = 0.0, qm: float = 0.0, **more: Any) -> Entries:
    """Tissue of conductivity, density, capacity, Pennes coefficient, metabolic heat (SI)."""
    return {
        "conductivity": f"{k!r} W/m/K",
        "density": f"{rho!r} kg/m^3",
        "heat_capacity": f"{c!r} J/kg/K",
        "perfusion": f"{W / 1e6!r} 1/s",
        "metabolism": f"{qm!r} W/m^3",
    } | more


def melting(latent_heat: float, temperature: Any, liquid: Any) -> Entries:
    """Latent heat (J/kg) on a table of temperature (degC) and liquid fraction."""
    curve = {"kind": "table", "temperature": [degC(T) for T in temperature], "liquid": liquid}
    return {"latent_heat": f"{latent_heat!r} J/kg", "curve": curve}


def peak(latent_heat: float, centre: float, width: float) -> Entries:
    """Latent heat (J/kg) on one smooth peak at ``centre`` (degC), ``width`` (K) wide."""
    one = {"temperature": degC(centre), "width": f"{width!r} K", "share": 1.0}
    return {"latent_heat": f"{latent_heat!r} J/kg", "curve": {"kind": "peaks", "peaks": [one]}}


def degC(T: float) -> str:
    """Temperature as text."""
    return f"{float(T)!r} degC"


def metres(x: float) -> str:
    """Length as text."""
    return f"{float(x)!r} m"


def even(h: float) -> Entries:
    """Cells of one size (m)."""
    return graded(h, 1.0, h)


def graded(finest: float, growth: float, coarsest: float) -> Entries:
    """Cells that grow from ``finest`` to ``coarsest`` (m)."""
    return {"finest": metres(finest), "growth": growth, "coarsest": metres(coarsest)}


def plate(conductance: float | str, **more: Any) -> Entries:
    """One plate; ``conductance`` in W/m^2/K or "perfect"."""
    given = conductance if conductance == "perfect" else f"{conductance!r} W/m^2/K"
    return {"kind": "plate", "contact_conductance": given} | more


def cool(T: float, duration: float, **more: Any) -> Entries:
    """Phase with the plate at ``T`` (degC) for ``duration`` (s)."""
    return {"phase": "cool", "temperature": degC(T), "duration": f"{duration!r} s"} | more


def remove(duration: float, **more: Any) -> Entries:
    """Phase without applicators, of ``duration`` (s)."""
    return {"phase": "remove", "duration": f"{duration!r} s"} | more


def uniform(T: float) -> Entries:
    """Start from one temperature (degC)."""
    return {"kind": "uniform", "temperature": degC(T)}


def slab(
    layers: list[tuple[str, float, Entries]],
    *,
    depth: Entries,
    tolerance: float = 0.002,
    dimension: int = 1,
    **more: Any,
) -> Entries:
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


def written(folder: Path, case: Entries) -> Path:
    """File of ``case`` in ``folder``, every value inline.  Collective."""
    path = Path(folder) / "case.toml"
    text = "".join(f"{key} = {_inline(value)}\n" for key, value in case.items())

    def write() -> None:
        path.write_text(text, encoding="utf-8")

    on_root(MPI.COMM_WORLD, write)
    return path


def _inline(value: Any) -> str:
    """``value`` as TOML on one line."""
    if isinstance(value, dict):
        pairs = (f"{json.dumps(k)} = {_inline(v)}" for k, v in value.items())
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value)
