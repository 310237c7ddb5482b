"""Pictures of benchmarks: how errors fall with size, and profiles beside their reference."""

import io
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator

STYLE = {
    "font.size": 10, "axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.8,
    "axes.prop_cycle": mpl.cycler(color=["#00586b", "#c8562b", "#6a8f3c", "#6b4c9a", "#a07a12"]),
    "svg.hashsalt": "cryosim", "svg.fonttype": "path",
}  # fmt: skip

FEWEST = 4
"""Depths below which a table says as much as a picture."""

MOST = 5
"""Times that a picture has room for."""

CELLS = ("size of the cells (mm)", 1e3)
SIZES = {"in time": ("length of the step (s)", 1.0), "tolerance": ("tolerance (K)", 1.0)}
"""Words in the name of an order -> what was made smaller and a factor; otherwise ``CELLS``."""

Benchmark = dict[str, Any]


def picture(benchmark: Benchmark) -> str | None:
    """The picture of a benchmark as SVG, None where there is nothing to see."""
    studies, profiles = _studies(benchmark), _profiles(benchmark)
    with mpl.rc_context(STYLE):
        if studies:
            return _svg(_convergence(studies))
        if profiles:
            return _svg(_against_reference(profiles))
    return None


def words(benchmark: Benchmark) -> str:
    """What the picture shows."""
    if _studies(benchmark):
        return f"{benchmark['title']}: error against size, with the slope of theory"
    return f"{benchmark['title']}: computed temperature and reference against depth, and errors"


def _studies(benchmark: Benchmark) -> list[dict[str, Any]]:
    """Results that are orders of convergence."""
    results = [r for r in benchmark["results"] if r["study"]]
    return [r for r in results if all(e is not None and e > 0.0 for _, e in r["study"])]


def _profiles(benchmark: Benchmark) -> list[dict[str, Any]]:
    """Results that are profiles along a line."""
    found = [r for r in benchmark["results"] if r["profile"]]
    return [r for r in found if len(set(r["profile"]["depths"])) >= FEWEST and _on_a_line(r)]


def _on_a_line(result: dict[str, Any]) -> bool:
    """Whether no depth comes twice, as those of points beside each other do."""
    depths = result["profile"]["depths"]
    return len(set(depths)) == len(depths)


# --- convergence ---


def _convergence(studies: list[dict[str, Any]]) -> Figure:
    """Errors against sizes on logarithmic axes; a triangle has the slope of theory."""
    figure = Figure(figsize=(5.0, 3.4), layout="constrained")
    axes, sizes = figure.subplots(), set[float]()
    for result in studies:
        size, error = np.array(result["study"]).T
        sizes.update(size)
        label = result["quantity"] + (f" ({result['order']:.2f})" if result["order"] else "")
        axes.loglog(size, error, "o-", label=label, markersize=4)
    _triangle(axes, studies)
    found = (known for word, known in SIZES.items() if word in studies[0]["quantity"])
    what, unit = next(found, CELLS)
    axes.set_xlabel(what)
    axes.set_ylabel("error (K)")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticks(sorted(sizes), [f"{unit * h:.3g}" for h in sorted(sizes)])
    axes.yaxis.set_minor_formatter(NullFormatter())
    figure.legend(loc="outside upper left", frameon=False, fontsize=8)
    axes.grid(visible=True, which="major", color="#e4e4e4", linewidth=0.6)
    return figure


def _triangle(axes: Any, studies: list[dict[str, Any]]) -> None:
    """Triangle below the lowest line, of the slope that theory gives."""
    slope = studies[0]["reference"]
    size, error = np.array(min(studies, key=lambda r: min(e for _, e in r["study"]))["study"]).T
    order = np.argsort(size)
    at = np.exp(np.interp([0.35, 0.75], [0.0, 1.0], np.log(size[order][[0, -1]])))
    line = np.exp(np.interp(np.log(at), np.log(size[order]), np.log(error[order])))
    low = 0.45 * line[0]
    high = low * (at[1] / at[0]) ** slope
    axes.fill([at[0], at[1], at[1]], [low, low, high], facecolor="#eeeeee", edgecolor="#777777")
    axes.annotate(
        f"{slope:.3g}", (at[1], np.sqrt(low * high)), xytext=(4, 0), color="#555555",
        textcoords="offset points", va="center",
    )  # fmt: skip


# --- profiles ---


def _against_reference(profiles: list[dict[str, Any]]) -> Figure:
    """Temperature on the left, error on the right; one row for each variant."""
    figure = Figure(figsize=(7.6, 2.8 * len(profiles)), layout="constrained")
    for row, result in zip(figure.subplots(len(profiles), 2, squeeze=False), profiles, strict=True):
        profile = result["profile"]
        down = np.argsort(profile["depths"])
        depth = 1e3 * np.array(profile["depths"])[down]
        wanted, found = (np.array(profile[k], float)[:, down] for k in ("reference", "computed"))
        every = np.unique(np.linspace(0, len(wanted) - 1, MOST).round().astype(int))
        for k in every:
            (line,) = row[0].plot(depth, found[k], "-", label=_time(profile["times"][k]))
            row[0].plot(depth, wanted[k], "o", color=line.get_color(), mfc="white", markersize=4.5)
            row[1].plot(depth, 1e3 * (found[k] - wanted[k]), "o-", markersize=3)
        _dress(row, result, variant=len(profiles) > 1)
    return figure


def _dress(row: Any, result: dict[str, Any], *, variant: bool) -> None:
    """Name the axes and show the tolerance."""
    room = 1e3 * result["tolerance"]
    row[1].axhspan(-room, room, color="#eef3ee", zorder=0)
    row[1].axhline(0.0, color="#999999", linewidth=0.6)
    row[1].set_ylim(-1.15 * room, 1.15 * room)
    row[0].set_ylabel("temperature (°C)")
    row[1].set_ylabel("error (mK), tolerance shaded")
    for axes in row:
        axes.set_xlabel("depth or radius (mm)")
    title = result["quantity"].split(": ")[0] if variant else None
    row[1].legend(
        *row[0].get_legend_handles_labels(), title=title, frameon=False, fontsize=8,
        loc="center left", bbox_to_anchor=(1.0, 0.5),
    )  # fmt: skip


def _time(t: float) -> str:
    return f"{t:.3g} s" if t < 120.0 else f"{t / 60.0:.3g} min"


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()
