"""A run on a card: what a notebook shows of it first."""

from html import escape
from typing import TYPE_CHECKING

from cryosim.view import style
from cryosim.view.verdict import verdicts

if TYPE_CHECKING:
    from cryosim.api.result import Run

Facts = list[tuple[str, str]]

_FIRST = (
    "coldest skin", "deepest threshold front", "largest crystallised fraction under applicators",
    "fat lost after 90 d",
)  # fmt: skip
"""Quantities and outcomes that a card tells, where the run has them."""


def facts(run: "Run") -> Facts:
    """The first things one wants to know of ``run``: name and value in words."""
    known = {**run.quantities, **run.outcome}
    found = [(name, repr(known[name])) for name in _FIRST if name in known]
    return [*found, ("safety", _safety(run))]


def _safety(run: "Run") -> str:
    """How many limits are in error or in warning, and which."""
    told = []
    for status in ("error", "warning"):
        names = [x.name for x in run.limits.values() if x.told["status"] == status]
        if names:
            told.append(f"{len(names)} in {status} ({', '.join(names)})")
    if not run.limits:
        return "no limits were computed"
    return ", ".join(told) or "all limits are kept"


def card(run: "Run") -> str:
    """HTML with the title, the layers that crossed the threshold, and a few numbers."""
    result = run.result
    seconds = float(result.times[result.coldest_step()])
    crossed = verdicts(result, seconds) if result.has("layers") else []
    chips = "".join(
        f'<span style="border:1px solid {style.FAINT};border-left:6px solid '
        f"{style.layer_colours(result.layers)[v.layer.name]};border-radius:3px;padding:1px 8px;"
        f'margin-right:6px;white-space:nowrap">{escape(v.layer.title)}: '
        f"{'<b>crossed</b>' if v.crossed else 'stays above'}, {style.degrees(v.coldest)}</span>"
        for v in crossed
    )
    rows = "".join(
        f'<tr><td style="text-align:left">{escape(name)}</td>'
        f'<td style="text-align:left">{escape(style.readable(told))}</td></tr>'
        for name, told in facts(run)
    )
    threshold = style.degrees(run.threshold)
    return (
        f'<div style="line-height:1.8"><b>{escape(style.readable(run.title))}</b><br>'
        f"threshold {threshold} at {style.clock(seconds)}: {chips}"
        f"<table>{rows}</table><small>{escape(str(run.folder))}; a tool for research and design, "
        "not medical advice</small></div>"
    )
