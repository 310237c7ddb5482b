"""Which layers crossed the crystallisation threshold: one card for each."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cryosim.view import style
from cryosim.view.result import Layer, Result


@dataclass(frozen=True)
class Verdict:
    """What the threshold means for one layer at one time."""

    layer: Layer
    coldest: float
    """degC"""
    below: float
    """Share of the layer's volume below the threshold (1)."""
    crystallised: float | None
    """Mean crystallised fraction of the lipid (1); none without lipid."""
    crossed: bool

    @property
    def lines(self) -> tuple[str, ...]:
        """What the card says below its heading."""
        share = f"{100.0 * self.below:.1f} % of its volume below"
        if self.below == 0.0:
            share = "less than a cell of it below" if self.crossed else "none of its volume below"
        last = "holds no lipid to crystallise"
        if self.crystallised is not None:
            last = f"{100.0 * self.crystallised:.1f} % of its lipid crystallised"
        return f"coldest {style.degrees(self.coldest)}", share, last


def verdicts(result: Result, time: float) -> list[Verdict]:
    """The verdict on each layer at ``time`` (s), from ``layers.csv``."""
    rows, found = result.table("layers"), []
    for layer in result.layers:
        coldest = result.at_time(rows, f"{layer.name} minimum [degC]", time)
        below = result.at_time(rows, f"{layer.name} below threshold [1]", time)
        column = f"{layer.name} crystallised [1]"
        crystallised = result.at_time(rows, column, time) if column in rows else None
        crossed = coldest < result.threshold
        found.append(Verdict(layer, coldest, below, crystallised, crossed))
    return found


def draw_cards(axes: Axes, result: Result, time: float) -> None:
    """Fill ``axes`` with one card for each layer, from left to right."""
    axes.set_axis_off()
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(0.0, 1.0)
    cards = verdicts(result, time)
    colours = style.layer_colours(result.layers)
    gap = 0.012
    width = min((1.0 - gap * (len(cards) - 1)) / len(cards), 0.36)
    for place, card in enumerate(cards):
        _card(axes, place * (width + gap), width, card, colours[card.layer.name], result.threshold)


def _card(
    axes: Axes, left: float, width: float, card: Verdict, colour: str, threshold: float
) -> None:
    """One card; filled when its layer crossed."""
    face = style.lighter(style.COLD, 0.88) if card.crossed else "white"
    edge = style.COLD if card.crossed else "#c9d0d9"
    axes.add_patch(Rectangle((left, 0.0), width, 1.0, facecolor=face, edgecolor=edge,
                             linewidth=2.2 if card.crossed else 1.2, clip_on=False))  # fmt: skip
    axes.add_patch(Rectangle((left, 0.0), 0.016, 1.0, facecolor=colour, edgecolor="white",
                             linewidth=0.0, hatch=style.layer_hatch(card.layer)))  # fmt: skip
    x = left + 0.03
    room = (width - 0.04) * axes.get_window_extent().width
    axes.text(x, 0.86, fitted(card.layer.title, room, style.TEXT + 1.5), va="center",
              fontsize=style.TEXT + 1.5, fontweight="bold")  # fmt: skip
    mark = f"▼ CROSSED {style.degrees(threshold)}"
    if not card.crossed:
        mark = f"stays above {style.degrees(threshold)}"
    axes.text(x, 0.66, mark, va="center", fontsize=style.TEXT,
              fontweight="bold" if card.crossed else "normal",
              color=style.COLD if card.crossed else "#4a5565")  # fmt: skip
    for line, height in zip(card.lines, (0.46, 0.29, 0.12), strict=True):
        axes.text(x, height, line, va="center", fontsize=style.SMALL)


def fitted(text: str, room: float, size: float) -> str:
    """``text``, cut with an ellipsis to about ``room`` pixels at ``size`` points, bold."""
    most = max(4, int(room / (0.72 * size * style.DPI / 72.0)))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
