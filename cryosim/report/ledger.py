"""The chart of the energy ledger."""

from typing import Any

from cryosim.report import axes
from cryosim.report.blocks import Figure, Mark, Panel
from cryosim.report.run import Run
from cryosim.report.words import number, printed
from cryosim.view import style

UNITS = {"J": ("kJ", 1e-3), "J/m": ("kJ/m", 1e-3), "J/m^2": ("kJ/m²", 1e-3)}
"""Unit of an entry -> that of the chart, and the factor to it."""


def entries(run: Run) -> list[tuple[str, str, float, str]]:
    """Name, unit and value of every entry, and its key in ``result.json``."""
    found = []
    for key, value in run.told["ledger"].items():
        name, _, unit = key.removesuffix("]").partition(" [")
        if unit and name != "residual":
            found.append((name, unit, float(value), key))
    return found


STORED = ("sensible", "lipid latent", "water latent")
DEVICE = ("plate of ", "pumped by ")
"""What entries are called that are no exchange of the tissue."""

_KEY = {
    "in": Mark("came into the tissue", "#cf8349", fill=True),
    "out": Mark("left the tissue", "#2f6fb7", fill=True),
    "stored": Mark("stored in the tissue (less: below 0)", "#7d7461", fill=True),
    "device": Mark("of the device", "#111827", fill=True),
}


def ledger(run: Run) -> Figure | None:
    """Heat by where it came from or went, over the whole run."""
    rows = [row for row in entries(run) if abs(row[2]) > 0.0]
    if not rows:
        return None
    unit, factor = UNITS.get(rows[0][1], (rows[0][1], 1.0))
    greatest = max(abs(value) for _, _, value, _ in rows)
    shown = [(n, v) for n, _, v, _ in rows if abs(v) >= 1e-6 * greatest]
    shown.sort(key=lambda row: row[1])
    kinds = [kind_of(name, value) for name, value in shown]
    data: list[dict[str, Any]] = [
        {"value": axes.short(factor * value), "itemStyle": {"color": _KEY[kind].colour},
         "label": {"position": "right" if value > 0.0 else "left",
                   "formatter": number(factor * value, 3)}}
        for (_, value), kind in zip(shown, kinds, strict=True)
    ]  # fmt: skip
    chart = axes.option(
        axes.across(f"heat over the run [{unit}]", scale=False, boundaryGap=["14%", "14%"],
                    splitLine={"lineStyle": {"color": axes.GRID}}),
        {"type": "category", "data": [printed(name) for name, _ in shown],
         "axisTick": {"show": False}, "axisLine": {"show": False},
         "axisLabel": {"color": style.INK, "fontSize": axes.TEXT, "width": 116,
                       "overflow": "break", "lineHeight": 13}},
        [{"type": "bar", "name": "heat", "data": data, "barMaxWidth": 16,
          "label": {"show": True, "fontSize": axes.TEXT, "color": style.INK}}],
    )  # fmt: skip
    chart["grid"] = {"left": 130, "right": 12, "top": 8, "bottom": 44}
    chart["tooltip"] = axes.tooltip(axisPointer={"type": "shadow"})
    key = tuple(mark for kind, mark in _KEY.items() if kind in kinds)
    panel = Panel("ledger", "Energy ledger", chart, 60 + 32 * len(shown), key,
                  "Heat by where it came from or went.")  # fmt: skip
    return Figure("ledger", "Where heat came from and where it went, over the whole run.", (panel,))


def kind_of(name: str, value: float) -> str:
    """Whether an entry is stored, of a device, or came in or went out."""
    if name in STORED:
        return "stored"
    if name.startswith(DEVICE):
        return "device"
    return "in" if value > 0.0 else "out"
