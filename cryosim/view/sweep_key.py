"""The key of a map of a sweep: what its lines, hatches and signs mean."""

from dataclasses import dataclass, field
from textwrap import wrap

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, Colormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from cryosim.library import limits
from cryosim.view import style
from cryosim.view.lettering import fitted
from cryosim.view.sweep_table import least
from cryosim.view.sweep_words import label, limit_title

_COLOURS = ("#d55e00", "#7b3294", "#b8860b", "#000000", "#c51b7d", "#6b4226", "#e69f00", "#ff6f91")
_HATCHES = ("///", "\\\\\\", "xxx", "...", "|||", "---", "+++", "ooo")
_DASHES = ((0, (6, 2)), (3, (2, 2)), (0, (8, 2, 2, 2)), (0, (5, 3)), (0, (1, 1.5)), (0, (3, 1)))
_MARKERS = "sD^vPhp<>"
_LEFT, _ROOM = 0.755, 0.225
"""Left of the key and its width."""
Dashes = tuple[float, tuple[float, ...]]

_LETTERS = 36
"""Of a line of words."""


def limit_colour(key: str) -> str:
    """The colour of a limit, the same on every page; all stand out from blue and green."""
    return _COLOURS[_place(key) % len(_COLOURS)]


def limit_hatch(key: str) -> str:
    """The hatch of a limit, so that colour is not needed to tell it."""
    return _HATCHES[_place(key) % len(_HATCHES)]


def limit_dashes(key: str) -> Dashes:
    """The line at which the warning of a limit begins."""
    return _DASHES[_place(key) % len(_DASHES)]


def limit_marker(key: str) -> str:
    """The mark of a point at which a limit binds."""
    return _MARKERS[_place(key) % len(_MARKERS)]


def _place(key: str) -> int:
    names = limits.limits()
    return names.index(key) if key in names else sum(map(ord, key))


@dataclass
class Key:
    """What the maps of one page have shown."""

    tier: str
    bound: list[str] = field(default_factory=list)
    """Limits that bind beyond their tier somewhere."""
    warned: list[str] = field(default_factory=list)
    """Limits whose warning begins somewhere."""
    all_over: list[str] = field(default_factory=list)
    """Limits beyond their warning everywhere on a map."""
    signs: list[str] = field(default_factory=list)
    rim: bool = False
    scattered: bool = False
    moved: int = 0
    """Points that are drawn beside the one that they coincide with."""
    maps: int = 1
    best: str = ""

    def binding(self, name: str) -> None:
        """The limit ``name`` binds beyond its tier."""
        _add(self.bound, name)

    def warning(self, name: str) -> None:
        """The warning of ``name`` begins on a map."""
        _add(self.warned, name)

    def everywhere(self, name: str) -> None:
        """A whole map is beyond the warning of ``name``."""
        _add(self.all_over, name)

    def sign(self, marker: str) -> None:
        """Points without a result are marked so."""
        _add(self.signs, marker)

    def draw(self, figure: Figure, margins: pd.DataFrame) -> None:
        """The key, and what is to be said of the ``margins`` of the points on the page."""
        entries = [*self._entries()]
        handles, names = [h for h, _ in entries], [self._fit(name) for _, name in entries]
        legend = figure.legend(
            handles, names, loc="upper left", bbox_to_anchor=(_LEFT - 0.012, 0.895),
            fontsize=style.SMALL, handlelength=2.2, handleheight=1.5, labelspacing=0.75,
            borderaxespad=0.0,
        )  # fmt: skip
        figure.canvas.draw()
        low = legend.get_window_extent().y0 / figure.bbox.height if entries else 0.9
        words = "\n".join("\n".join(wrap(text, _LETTERS)) for text in self._said(margins))
        figure.text(_LEFT, low - 0.03, words, fontsize=style.SMALL, color="#4a5565", va="top",
                    linespacing=1.35)  # fmt: skip

    def _fit(self, text: str) -> str:
        return fitted(text, (_ROOM - 0.035) * style.PAGE[0], style.SMALL)[0]

    def _entries(self) -> list[tuple[Artist, str]]:
        found: list[tuple[Artist, str]] = []
        if self.best:
            found.append((_dot("*", "white", style.INK, 15.0), self.best))
        if self.rim:
            found.append(
                (
                    Line2D([], [], color=style.INK, linewidth=3.0),
                    f"edge: {self._safe()}",
                )
            )
        if self.scattered:
            found.append((_dot("o", style.lighter(style.COLD, 0.5), style.INK, 10.0), self._safe()))
        found += [(self._bound(name), f"{self.tier}: {limit_title(name)}") for name in self.bound]
        found += [
            (Line2D([], [], color=limit_colour(name), linestyle=limit_dashes(name), linewidth=2.0),
             f"warning: {limit_title(name)}") for name in self.warned
        ]  # fmt: skip
        if "X" in self.signs:
            found.append((_dot("X", style.INK, "white", 11.0), "failed: see the table"))
        if "o" in self.signs:
            found.append((_dot("o", "white", style.INK, 8.0), "no result yet"))
        return found

    def _safe(self) -> str:
        return "no limit in error" if self.tier == "error" else "no limit in warning"

    def _bound(self, name: str) -> Artist:
        """As the map shows where ``name`` binds."""
        if self.scattered:
            return _dot(limit_marker(name), style.PALE, limit_colour(name), 10.0, 2.5)
        return Patch(facecolor=style.PALE, hatch=limit_hatch(name), linewidth=0.0,
                     edgecolor=limit_colour(name))  # fmt: skip

    def _said(self, margins: pd.DataFrame) -> list[str]:
        """Sentences below the key."""
        said = []
        names, left = least(margins)
        known = left == left
        if known.any() and not self.bound:
            k = int(left[known].argmin())
            nearest = limit_title(str(names[known][k]))
            said.append(f"No limit is in {self.tier} at any point. Nearest: {nearest}, "
                        f"{100.0 * left[known][k]:.0f} % of its way left.")  # fmt: skip
        elif known.any() and (left[known] < 0.0).all():
            said.append(f"Every point is beyond a limit ({self.tier}).")
        if self.all_over:
            titles = "; ".join(map(limit_title, self.all_over))
            where = "everywhere" if self.maps == 1 else "everywhere on a map"
            said.append(f"In warning {where}: {titles}.")
        if self.bound and not self.scattered:
            said.append("Hatched: the limit that is exceeded furthest, of its way from harmless.")
        if self.moved:
            said.append(f"{self.moved} points that coincide with others here are drawn beside "
                        "them.")  # fmt: skip
        return said


def colour_bar(figure: Figure, norm: BoundaryNorm, colours: Colormap, outcome: str) -> None:
    """The bar between the maps and the key."""
    axes = figure.add_axes((0.652, 0.09, 0.013, 0.795))
    bar = figure.colorbar(ScalarMappable(norm, colours), cax=axes, spacing="proportional")
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0.0, labelsize=style.SMALL)
    bar.set_label(label(outcome), fontsize=style.TEXT)


def _add(names: list[str], name: str) -> None:
    if name not in names:
        names.append(name)


def _dot(marker: str, face: str, edge: str, size: float, width: float = 1.2) -> Line2D:
    return Line2D([], [], marker=marker, linestyle="none", color=face, markeredgecolor=edge,
                  markersize=size, markeredgewidth=width)  # fmt: skip
