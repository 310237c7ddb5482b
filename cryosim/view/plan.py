"""The picture of a plan: the greatest safe loss by duration, and the map of all evaluations."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cryosim.view import style
from cryosim.view.lettering import fitted

Entry = Mapping[str, Any]

T, D = "temperature [degC]", "duration [min]"

_MARKERS = "XPvs^<>Dp"
"""Of limits that are broken, in turn."""

_BOTTOM, _HIGH = 0.1, 0.72
_LEFT, _WIDE = 0.06, 0.39
_MAP_LEFT = 0.53


def draw(folder: Path) -> Path:
    """Draw the picture of the plan in ``folder``; return its file."""
    told = json.loads((Path(folder) / "planning.json").read_text(encoding="utf-8"))
    file = Path(folder) / "figures" / "front.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    with style.typography():
        return style.save(front(told), file)


def front(told: Entry) -> Figure:
    """Left the front with the answer, right temperature and duration of what was evaluated."""
    figure = style.page()
    line, _ = fitted(style.readable(_line(told)), 1330.0, style.TEXT)
    style.headline(figure, f"{told['title']}: plan", line)
    _front(figure.add_axes((_LEFT, _BOTTOM, _WIDE, _HIGH)), told)
    axes = figure.add_axes((_MAP_LEFT, _BOTTOM, _WIDE, _HIGH))
    _map(axes, told, figure.add_axes((_MAP_LEFT + _WIDE + 0.015, _BOTTOM, 0.012, _HIGH)))
    return figure


def _line(told: Entry) -> str:
    """What is seen."""
    seen = f"Searched in {told['model_dimension']}-D"
    factor = told["correction"]["factor"]
    if factor != 1.0:
        seen += f", corrected by runs in {told['dimension']}-D"
    tier = "warnings that lead to an error" if told["margin"] == "warning" else "errors"
    return f"{seen}. Limits kept: {tier}. Research and design, not medical advice"


def _front(axes: Axes, told: Entry) -> None:
    """Greatest safe loss against duration, a line for each number of cycles."""
    goal = told["goal"]
    counts = sorted({entry["cycles"] for entry in told["front"]})
    for n, colour in zip(counts, _colours(len(counts)), strict=True):
        points = [entry for entry in told["front"] if entry["cycles"] == n]
        points += [e for e in (told["answer"], told["greatest"]) if e and e["cycles"] == n]
        points.sort(key=lambda e: float(e[D]))
        axes.plot([e[D] for e in points], [e["loss"] for e in points], "-o", color=colour,
                  label=f"greatest safe loss, {n} cycle{'s' if n > 1 else ''}")  # fmt: skip
        if n == counts[0]:
            _name_points(axes, [e for e in points if e in told["front"]])
    axes.axhline(goal["target"], color=style.COLD, linestyle=":", label="target")
    own = told["own"]
    axes.plot(own[D], own["loss"], "o", markerfacecolor="white", color=style.INK, markersize=9,
              linestyle="none", label="the case itself")  # fmt: skip
    _answer(axes, told, "loss")
    axes.set_xlim(0.0, 1.03 * told["ranges"][D][1])
    axes.set_ylim(0.0, 1.14 * max(goal["target"], *(e["loss"] for e in [own, *told["front"]])))
    axes.set_xlabel("treatment, pauses included [min]")
    axes.set_ylabel(f"{goal['outcome']} [{goal['unit']}]")
    axes.legend(loc="lower right")


def _colours(count: int) -> list[str]:
    return [style.lighter(style.COLD, 0.6 * k / max(count, 1)) for k in range(count)]


def _name_points(axes: Axes, points: Sequence[Entry]) -> None:
    """Temperature and limit of the points of a front."""
    before = -1.0
    for entry in points:
        limit = entry["limit"]["key"] if entry["limit"] else "range"
        early = entry[D] < 0.2 * max(e[D] for e in points)
        away = (10.0, -4.0) if early else (-9.0, 5.0 if entry["loss"] > before else -26.0)
        axes.annotate(
            style.readable(f"{entry[T]:.4g} °C\n{limit}"), (entry[D], entry["loss"]), away,
            textcoords="offset points", ha="left" if early else "right",
            fontsize=0.8 * style.SMALL, color="#4a5565", path_effects=style.HALO,
        )  # fmt: skip
        before = entry["loss"]


def _answer(axes: Axes, told: Entry, y: str) -> None:
    """The answer as a star, or the greatest safe loss where there is none."""
    entry = told["answer"] or told["greatest"]
    if entry is None:
        return
    said = "answer" if told["answer"] else "greatest safe loss"
    n = f"{entry['cycles']} × " if entry["cycles"] > 1 else ""
    axes.plot(entry[D], entry[y], "*", color=style.FRONT, markersize=20, markeredgecolor="white",
              linestyle="none", zorder=5, label=style.readable(
                  f"{said}: {entry[T]:.4g} °C, {n}{entry['time [min]']:.4g} min"))  # fmt: skip


def _map(axes: Axes, told: Entry, bar: Axes) -> None:
    """Evaluations of the answer's number of cycles by duration and temperature."""
    best = told["answer"] or told["greatest"] or told["evaluations"][0]
    seen = [e for e in told["evaluations"] if e["cycles"] == best["cycles"]]
    loss = np.array([e["loss"] for e in seen])
    safe = np.array([e["safe"] for e in seen])
    x, y = (np.array([e[key] for e in seen]) for key in (D, T))
    scale = Normalize(0.0, max(float(loss.max()), 1e-9))
    colours = axes.scatter(
        x[safe], y[safe], c=loss[safe], cmap="cividis", s=95, zorder=3, norm=scale
    )
    first = [e["broken"].split(" ")[0] for e in seen]
    keys = [Line2D([], [], marker="o", color=style.FAINT, linestyle="none", label="safe")]
    for key, marker in zip(sorted({k for k in first if k}), _MARKERS * 9, strict=False):
        here = np.array([k == key for k in first])
        axes.scatter(x[here], y[here], c=loss[here], cmap="cividis", s=95, zorder=3,
                     marker=marker, edgecolors="#b3261e", linewidths=1.6, norm=scale)  # fmt: skip
        keys.append(
            Line2D(
                [],
                [],
                marker=marker,
                color=style.FAINT,
                markeredgecolor="#b3261e",
                markeredgewidth=1.6,
                linestyle="none",
                label=f"beyond {key}",
            )
        )
    points = [e for e in told["front"] if e["cycles"] == best["cycles"]]
    # Dashed, for between its points little is evaluated.
    axes.plot([e[D] for e in points], [e[T] for e in points], "--", color=style.COLD, zorder=2)
    keys.append(Line2D([], [], color=style.COLD, linestyle="--", label="greatest safe loss"))
    _answer(axes, told, T)
    axes.figure.colorbar(colours, cax=bar)
    bar.grid(visible=False)
    bar.set_title(f"loss\n[{told['goal']['unit']}]", fontsize=style.SMALL)
    axes.set_xlabel("treatment, pauses included [min]")
    axes.set_ylabel("temperature of the plate [°C]")
    axes.legend(handles=keys, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3,
                columnspacing=1.0, handletextpad=0.3)  # fmt: skip
