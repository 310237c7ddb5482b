"""Which layers crossed the crystallisation threshold: one card for each."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cryosim.view import style
from cryosim.view.lettering import fitted
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

    def lines(self, *, short: bool) -> tuple[str, ...]:
        """What the card says below its heading."""
        share = f"{100.0 * self.below:.1f} %" if self.below > 0.0 else "none"
        if self.below == 0.0 and self.crossed:
            share = "less than a cell"
        lipid = "holds no lipid to crystallise" if not short else "no lipid"
        if self.crystallised is not None:
            percent = f"{100.0 * self.crystallised:.1f} %"
            lipid = f"{percent} crystallised" if short else f"{percent} of its lipid crystallised"
        below = f"{share} below" if short else f"{share} of its volume below"
        return f"coldest {style.degrees(self.coldest)}", below, lipid


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
        colour = colours[card.layer.name]
        _card(axes, (place * (width + gap), width), card, colour, result.threshold)


def _card(
    axes: Axes, place: tuple[float, float], card: Verdict, colour: str, threshold: float
) -> None:
    """One card in ``place`` (left edge and width); filled when its layer crossed."""
    left, width = place
    face = style.lighter(style.COLD, 0.88) if card.crossed else "white"
    edge = style.COLD if card.crossed else "#c9d0d9"
    axes.add_patch(Rectangle((left, 0.0), width, 1.0, facecolor=face, edgecolor=edge,
                             linewidth=2.2 if card.crossed else 1.2, clip_on=False))  # fmt: skip
    axes.add_patch(Rectangle((left, 0.0), 0.014, 1.0, facecolor=colour, edgecolor="white",
                             linewidth=0.0, hatch=style.layer_hatch(card.layer)))  # fmt: skip
    room = (width - 0.030) * axes.get_window_extent().width
    short = room < 230.0
    mark = "▼ CROSSED" if card.crossed else "stays above"
    if not short:
        mark = f"{mark} {style.degrees(threshold)}"
    strong = style.COLD if card.crossed else "#4a5565"
    lines = [(card.layer.title, 0.86, style.TEXT + 1.5, style.INK, True),
             (mark, 0.66, style.TEXT, strong, card.crossed)]  # fmt: skip
    heights = (0.46, 0.29, 0.12)
    for line, height in zip(card.lines(short=short), heights, strict=True):
        lines.append((line, height, style.SMALL, style.INK, False))
    for text, height, size, ink, bold in lines:
        shown, size = fitted(text, room, size, bold=bold)
        axes.text(left + 0.023, height, shown, va="center", fontsize=size, color=ink,
                  fontweight="bold" if bold else "normal")  # fmt: skip
