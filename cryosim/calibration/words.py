"""A calibration in tables and sentences, for the terminal and for a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cryosim.calibration.parameters import FREE
from cryosim.calibration.result import TIMES, Calibration
from cryosim.calibration.trials import Endpoint, Trials
from cryosim.validate.experiment import sources

_CLEAR = 0.2
"""Component of a direction (1) from which on it is named."""

_UNKNOWN = 0.8
"""SD over that of the prior (1) from which on the prior decides."""


@dataclass(frozen=True)
class Table:
    """A table; the first column names the row."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


def tables(found: Calibration) -> Iterator[Table]:
    """Every table, in the order of the report."""
    yield _fitted(found)
    yield _predicted(found)
    yield _parameters(found)
    yield _killed(found)
    yield _directions(found)
    yield _assumed(found.data)
    yield _inputs(found.data)
    yield _priors(found.data)


def shown(value: float) -> str:
    """Three digits."""
    return f"{value:.3g}" if abs(value) < 1000.0 else f"{value:.0f}"


def label(data: Trials, one: Endpoint) -> str:
    """Trial and number."""
    return f"{data.trials[one.trial].what}: {one.name}"


def _unit(one: Endpoint) -> str:
    return "" if one.unit == "1" else f" {one.unit}"


def _between(low: float, high: float) -> str:
    return f"{shown(low)} to {shown(high)}"


def _fitted(found: Calibration) -> Table:
    rows = []
    for f in found.fitted:
        one, trial = f.endpoint, found.data.trials[f.endpoint.trial]
        published = f"{shown(one.mean or 0.0)} ± {shown(one.sd or 0.0)}{_unit(one)}"
        n = "" if trial.n is None else str(trial.n)
        rows.append((
            label(found.data, one), n, published, shown(f.value), f"{f.residual:+.1f}",
            _between(f.band[0], f.band[2]), shown(f.left_out),
        ))  # fmt: skip
    head = ("fitted", "n", "published", "model", "off, in SD", "band", "trial left out")
    return Table("Data that were fitted", head, rows)


def _predicted(found: Calibration) -> Table:
    rows = []
    for p in found.predicted:
        one, trial = p.endpoint, found.data.trials[p.endpoint.trial]
        if one.mean is None:
            published = _between(one.low or 0.0, one.high or 0.0)
        else:
            published = shown(one.mean)
        inside = "yes" if p.inside else "no"
        rows.append((
            label(found.data, one), f"{published}{_unit(one)}", trial.grade, shown(p.value),
            _between(p.band[0], p.band[2]), inside,
        ))  # fmt: skip
    head = ("predicted only", "published", "grade", "model", "band", "inside")
    return Table("Data that were only predicted", head, rows)


def _parameters(found: Calibration) -> Table:
    rows = []
    for k, free in enumerate(FREE):
        default = shown(free.shown(found.defaults[k]))
        low, median, high = (shown(free.shown(x)) for x in found.bands[:, k])
        unit = "" if free.unit == "1" else f" {free.unit}"
        rows.append((
            f"{free.law}.{free.name}", f"{default}{unit}", median, f"{low} to {high}",
            f"{found.narrowed[k]:.2f}",
        ))  # fmt: skip
    head = ("parameter", "default", "median", "band", "SD over prior")
    return Table("Parameters", head, rows)


def _killed(found: Calibration) -> Table:
    rows = []
    for minutes, (default, low, _, high) in zip(TIMES, 100.0 * found.killed, strict=True):
        rows.append((f"{minutes:g} min", f"{default:.1f} %", f"{low:.1f} to {high:.1f} %"))
    for trial, share in found.alone.items():
        what = f"60 min, fitted to one trial alone: {found.data.trials[trial].what}"
        rows.append((what, f"{100.0 * share:.1f} %", ""))
    return Table("Killed by full crystallisation", ("for", "default", "band"), rows)


def _directions(found: Calibration) -> Table:
    told, rows = found.told, []
    for ratio, direction in zip(told.singular, told.directions, strict=True):
        sign = 1.0 if direction[abs(direction).argmax()] > 0.0 else -1.0
        named = [
            f"{sign * x:+.2f} {free.name}"
            for free, x in zip(FREE, direction, strict=True)
            if abs(x) >= _CLEAR
        ]
        rows.append((", ".join(named), f"{ratio:.2g}", "data" if ratio > 1.0 else "prior"))
    head = ("direction, in logarithm over prior SD", "data over prior", "decided by")
    return Table("What the data tell apart", head, rows)


def _assumed(data: Trials) -> Table:
    rows = []
    for key, trial in data.trials.items():
        bases = dict.fromkeys(e.basis for e in data.fitted if e.trial == key)
        spread = "; ".join(f"SD: {b}" for b in bases)
        common = f"; errors correlated by {trial.common:g} (assumption)" if trial.common else ""
        rows.append((trial.what, trial.grade, trial.assumed, f"{spread}{common}",
                     ", ".join(trial.sources)))  # fmt: skip
    return Table("How each trial is taken", ("trial", "grade", "assumed", "errors", "source"), rows)


def _inputs(data: Trials) -> Table:
    rows = [
        (x.what, f"{x.nominal:g}", f"{x.low:g} to {x.high:g}", x.basis)
        for x in data.inputs.values()
    ]
    return Table("Inputs of the thermal runs", ("input", "nominal", "varied", "rests on"), rows)


def _priors(data: Trials) -> Table:
    rows = [(name, f"{p.median:g}", f"{p.factor:g}", p.basis) for name, p in data.priors.items()]
    return Table("Priors", ("parameter", "median", "factor of one SD", "rests on"), rows)


def sentences(found: Calibration) -> Iterator[str]:
    """What it comes to."""
    worst = max(found.fitted, key=lambda f: abs(f.residual))
    trials = {f.endpoint.trial for f in found.fitted}
    yield (
        f"{len(found.fitted)} numbers of {len(trials)} trials were fitted "
        f"with {len(FREE)} parameters; the worst, {label(found.data, worst.endpoint)}, is "
        f"{worst.residual:+.1f} SD off."
    )
    inside = sum(p.inside for p in found.predicted)
    missed = [label(found.data, p.endpoint) for p in found.predicted if not p.inside]
    yield (
        f"{inside} of {len(found.predicted)} numbers that were only predicted are inside; outside: "
        f"{'; '.join(missed) or 'none'}."
    )
    apart = int((found.told.singular > 1.0).sum())
    yield f"The data decide {apart} of {len(FREE)} directions, the prior the others."
    k = [free.name for free in FREE].index("shape")
    flat = [row[0] for row in found.profile if row[1] - found.profile[:, 1].min() < 1.0]
    yield (
        f"Shape and scale are correlated by {found.correlation[k, k + 1]:.2f}: every shape from "
        f"{min(flat):.2g} to {max(flat):.2g} that was tried fits the data within one unit of the "
        "sum of squares; only the share they kill together is known."
    )
    unknown = [f.name for f, r in zip(FREE, found.narrowed, strict=True) if r > _UNKNOWN]
    yield f"Hardly more is known than was assumed of: {', '.join(unknown) or 'none'}."


def references(data: Trials) -> list[str]:
    """Literature, in the order of first use."""
    keys = dict.fromkeys(key for trial in data.trials.values() for key in trial.sources)
    return [f"[{key}] {' '.join(sources()[key].citation.split())}." for key in keys]
