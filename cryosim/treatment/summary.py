"""The numbers that a run comes down to, taken from its history alone."""

from typing import Any

import numpy as np

from cryosim.output.history import History
from cryosim.thermal.network import Values
from cryosim.treatment.model import Frame
from cryosim.treatment.observe import ICE_BY_NOW, OF_DEVICES

FIRM = 0.1
"""Share of the crystallised fraction at removal that counts as still crystallised."""

SIZE = {3: ("cm^3", 1e6), 2: ("cm^2", 1e4), 1: ("mm", 1e3)}
"""Unit and factor of volumes: a section has unit thickness, a column unit area."""


def quantities(frame: Frame, history: History) -> dict[str, dict[str, Any]]:
    """Name -> value, unit, error band (none yet) and how it was taken."""
    result = {
        "coldest skin": _entry(
            history.column("front", "coldest skin [degC]").min(), "degC",
            "least over the skin and all output times",
        ),
        "deepest threshold front": _entry(
            history.column("front", "threshold depth [mm]").max(), "mm",
            "greatest depth of tissue below the threshold at an output time",
        ),
    }  # fmt: skip
    if ICE_BY_NOW in history.columns("front"):
        result["probability that ice nucleates"] = _entry(
            history.column("front", ICE_BY_NOW)[-1], "1",
            "by the end, or by the time when it did; the hazard is an assumption",
        )  # fmt: skip
    for m, name in enumerate(frame.layers):
        result |= _of_layer(frame, history, m, name)
    result |= _of_applicators(frame, history)
    result |= _of_sources(history)
    result |= _of_fat(frame, history)
    return result


def closure(history: History) -> dict[str, float]:
    """Final ledger, the heat removed through surfaces, and the residual relative to it."""
    last = dict(history.rows["ledger"][-1])
    removed = _heat_removed(history)
    residual = next(v for k, v in last.items() if k.startswith("residual"))
    worst = max(abs(v) for row in history.rows["ledger"] for k, v in row.items() if "residual" in k)
    return last | {
        "heat removed": removed,
        "residual over heat removed": abs(residual) / removed if removed else 0.0,
        "worst residual over heat removed": worst / removed if removed else 0.0,
    }


def _heat_removed(history: History) -> float:
    """Heat that left through surfaces that took heat on the whole."""
    rows = [k for k in history.columns("ledger") if k.split(" [")[0] not in _NO_SURFACE]
    names = [k for k in rows if not k.startswith(OF_DEVICES)]
    return float(sum(-min(0.0, history.column("ledger", k).min()) for k in names))


_NO_SURFACE = {
    "sensible", "lipid latent", "water latent", "perfusion", "metabolism", "source", "residual",
    "gel put on and taken off", "change of shape",
}  # fmt: skip


def _entry(value: float, unit: str, how: str) -> dict[str, Any]:
    return {"value": float(value), "unit": unit, "band": None, "how": how}


def _of_layer(frame: Frame, history: History, m: int, name: str) -> dict[str, dict[str, Any]]:
    """Coldest temperature and largest cold volume of a layer, and what its fat came to."""
    unit, factor = SIZE[frame.domain.dimension]
    share = history.column("layers", f"{name} below threshold [1]")
    result = {
        f"{name}: coldest": _entry(
            history.column("layers", f"{name} minimum [degC]").min(), "degC",
            "least over the layer and all output times",
        ),
        f"{name}: largest volume below threshold": _entry(
            share.max() * frame.layer_volume[m] * factor, unit,
            "greatest at an output time, linear within cells",
        ),
    }  # fmt: skip
    if f"{name} viable [1]" in history.columns("layers"):
        result[f"{name}: largest crystallised fraction"] = _entry(
            history.column("layers", f"{name} crystallised [1]").max(),
            "1",
            "mean over the whole layer, greatest at an output time",
        )
        result[f"{name}: viable adipocytes"] = _entry(
            history.column("layers", f"{name} viable [1]")[-1],
            "1",
            "mean over the whole layer at the end; the injury law is an assumption",
        )
    return result


def _of_applicators(frame: Frame, history: History) -> dict[str, dict[str, Any]]:
    """Heat flux that device people quote."""
    result = {}
    for contact in frame.contacts:
        name = contact.plate.name
        flux = history.column("device", f"{name} heat flux [mW/cm^2]")
        on = flux[~np.isnan(flux)]
        if on.size:
            how = "over the footprint, at output times while it was on"
            result[f"{name}: greatest heat flux"] = _entry(on.max(), "mW/cm^2", f"greatest {how}")
            result[f"{name}: last heat flux"] = _entry(on[-1], "mW/cm^2", f"last {how}")
        if contact.plate.device is not None:
            full = np.nanmax(history.column("device", f"{name} saturation [1]"), initial=0.0)
            how = "greatest share of what the pump can do at its temperature, at output times"
            result[f"{name}: greatest saturation"] = _entry(full, "1", how)
    return result | _of_folds(frame)


def _of_folds(frame: Frame) -> dict[str, dict[str, Any]]:
    """Folds that cups draw: how high they are and how much of them touches."""
    result = {}
    unit, factor = {3: ("cm^2", 1e4), 2: ("mm", 1e3)}.get(frame.domain.dimension, ("", 0.0))
    for contact in frame.contacts:
        for draw in (d for d in frame.draws if d.plate.name == contact.plate.name):
            name, how = contact.plate.name, f"{draw.plate.draw} draw"
            result[f"{name}: height of the fold"] = _entry(
                1e3 * draw.drawn.height, "mm", f"crest above the mouth; {how}"
            )
            result[f"{name}: skin in contact"] = _entry(
                factor * contact.area, unit, f"area of drawn skin on the wall; {how}"
            )
    return result


def draws(frame: Frame) -> dict[str, dict[str, Any]]:
    """What a reader needs to judge each drawn block, by cup; SI units."""
    return {
        draw.plate.name: {
            "draw": draw.plate.draw,
            "suction [Pa]": draw.drawn.suction,
            "height [m]": draw.drawn.height,
            "mouth above skin at rest [m]": draw.drawn.mouth,
            "greatest contact pressure [Pa]": float(draw.drawn.contact_pressure.max()),
            "layers on the axis, at rest and drawn [m]": draw.drawn.thickness.tolist(),
            "volume of layers, at rest and drawn": draw.drawn.volume.tolist(),
            "volume ratio of a cell, least and largest": list(draw.drawn.swelling),
            "worst scaled Jacobian": draw.drawn.shape,
        }
        for draw in frame.draws
    }


def _of_sources(history: History) -> dict[str, dict[str, Any]]:
    """Heat that sources brought, if there are any."""
    name = next((k for k in history.columns("ledger") if k.startswith("source [")), None)
    if name is None:
        return {}
    how = "sum over nodes and phases; the case gives the power"
    unit = name.removeprefix("source [").rstrip("]")
    return {"heat absorbed from sources": _entry(history.column("ledger", name)[-1], unit, how)}


def _of_fat(frame: Frame, history: History) -> dict[str, dict[str, Any]]:
    """What became of the fat under the applicators."""
    unit, factor = SIZE[frame.domain.dimension]
    if not history.columns("fat"):
        return {}
    volume = history.column("fat", "volume")[-1] * factor
    lost = 1.0 - history.column("fat", "viable")[-1]
    where = "in the lipid tissue under the applicators; the injury law is an assumption"
    solid = history.column("fat", "crystallised")
    return {
        "fat under applicators": _entry(
            volume, unit, "volume of lipid tissue under footprints, or drawn into cups (as drawn)"
        ),
        "largest crystallised fraction under applicators": _entry(
            solid.max(), "1", "mean over that lipid tissue, greatest at an output time"
        ),
        **_firm_after_removal(history, solid),
        "adipocytes lost under applicators": _entry(100.0 * lost, "%", where),
        "fat lost under applicators": _entry(volume * lost, unit, where),
    }


def _firm_after_removal(history: History, solid: Values) -> dict[str, dict[str, Any]]:
    """How long the ``solid`` fraction outlasts the applicators; nothing if they are never off."""
    on = np.flatnonzero(history.column("fat", "attached"))
    if not on.size or on[-1] == solid.size - 1:
        return {}
    times, X = np.array(history.times[on[-1] :]), solid[on[-1] :]
    least = FIRM * X[0]
    over = np.flatnonzero(X <= least)
    what = f"the mean crystallised fraction under them is above {FIRM:g} of that at removal"
    if not over.size:
        last, how = times[-1], f"at least; at the end {what}"
    elif (k := int(over[0])) == 0:
        last, how = times[0], "no lipid was crystallised at removal"
    else:
        last = np.interp(least, X[[k, k - 1]], times[[k, k - 1]])
        how = f"as long as {what}; linear between output times"
    return {"fold still crystallised after removal": _entry((last - times[0]) / 60.0, "min", how)}
