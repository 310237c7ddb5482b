"""What a result comes to, as tables and lines for a terminal."""

from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from cryosim.outcome.limits import TIERS
from cryosim.treatment.verdicts import NOT_COMPUTED


def quantities(result: dict[str, Any]) -> Table:
    """Every quantity, with the numerical error where it was estimated."""
    table = Table(title=Text(result["title"]), title_justify="left")
    table.add_column("quantity")
    table.add_column("value", justify="right")
    banded = any(entry["band"] is not None for entry in result["quantities"].values())
    if banded:
        table.add_column("numerical error", justify="right")
    table.add_column("unit")
    for name, entry in result["quantities"].items():
        band = [_width(entry["band"], entry["value"])] if banded else []
        least = "\u2265 " if entry["how"].startswith("at least") else ""
        table.add_row(Text(name), f"{least}{entry['value']:.4g}", *band, entry["unit"])
    return table


def months(result: dict[str, Any]) -> Table:
    """Loss of fat by day after the last session, with the interval of its calibration."""
    found = result["outcome"]
    title = Text("Months after: fat lost under applicators")
    table = Table(title=title, title_justify="left", box=box.SIMPLE, pad_edge=False)
    table.add_column("day", justify="right")
    unit = next(x["unit"] for name, x in found.items() if name.startswith("volume lost"))
    for column in ("%", "5 to 95 %", unit, "layer thinner"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, x in found.items():
        if not name.startswith("fat lost after "):
            continue
        day = name.removeprefix("fat lost after ")
        thinner = found.get(f"fat layer thinner after {day}")
        table.add_row(
            day,
            f"{x['value']:.3g}",
            "" if x["interval"] is None else "{:.3g} to {:.3g}".format(*x["interval"]),
            f"{found[f'volume lost after {day}']['value']:.3g}",
            "" if thinner is None else f"{thinner['value']:.3g} mm",
        )
    return table


def pigment(found: dict[str, Any]) -> str:
    """Risks of pigment, and when it is darkest, on one line."""
    hyper, hypo = found["hyperpigmentation"], found["hypopigmentation"]
    if found["melanin_peak_week"] is None:
        return f"Pigment, phototype {found['phototype']}: skin stays warm, nothing to expect."
    return (
        f"Pigment, phototype {found['phototype']}: hyperpigmentation in {hyper['low']:.2g} to "
        f"{hyper['high']:.2g} % (darkest in week {found['melanin_peak_week']:.0f}), "
        f"hypopigmentation in {hypo['value']:.3g} %."
    )


def _width(band: float | None, value: float) -> str:
    """Half-width of a band; 0 where it is rounding, nothing where none was made."""
    if band is None:
        return ""
    return f"\u00b1 {band if band > 1e-9 * abs(value) else 0.0:.1g}"


_TITLE = 18
"""Letters of the name of a limit that no narrow terminal takes away."""

_STYLES = {"error": "bold red", "warning": "yellow", "ok": ""}


def limits(limits: list[dict[str, Any]]) -> Table:
    """Value, nearest tier left or last one broken, margin, place and first time of every limit."""
    table = Table(title=Text("Safety"), title_justify="left", box=box.SIMPLE, pad_edge=False)
    table.add_column("", no_wrap=True, min_width=len("warning"))
    table.add_column("limit of", min_width=_TITLE)
    for column in ("value", "limit", "margin"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("since", justify="right", no_wrap=True)
    table.add_column(
        Text("at [mm]"), overflow="fold", min_width=len("-12.3"), max_width=len("-12.3")
    )
    for x in limits:
        if x["value"] is not None:
            tier = _tier(x)
            first = x["first_time_s"][tier]
            cells = (
                x["status"],
                x["title"],
                f"{x['value']:.3g} {x['unit'].removeprefix('1')}".strip(),
                _number(x[tier]),
                _number(x["margin"][tier]),
                "" if first is None else f"{first / 60:.3g} min",
                " ".join(f"{c:.3g}" for c in x["where"]["mm"]) if x["where"] else "",
            )
            table.add_row(*map(Text, cells), style=_STYLES[x["status"]])
    return table


def _tier(x: dict[str, Any]) -> str:
    """The tier that a limit is beyond, or else the first that it has."""
    if x["status"] != "ok":
        return str(x["status"])
    return next((tier for tier in TIERS if x[tier] is not None), TIERS[0])


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def reported(result: dict[str, Any]) -> str:
    """What is not computed, and what no run can know, in two lines."""
    rates = [
        f"{x['title']} {x['how'].removesuffix(NOT_COMPUTED)}"
        for x in result["limits"]
        if x["status"] == "info"
    ]
    return (
        f"Reported, not computed: {'; '.join(rates)}.\n"
        f"{len(result['caveats'])} things no run can know: caveats in result.json. "
        "A tool for research and design, not medical advice."
    )
