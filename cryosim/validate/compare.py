"""Computed beside measured: differences, what is inside, and the sentences that say so.

A number is *inside* if it is within 1 SD of the measured mean, or in the measured range.  Where the
source gives neither, a number of the months after is inside if the measured mean lies in its
interval, the 5 to 95 % of the calibration; others are inside if they differ by no more than was
said beforehand, or else only differences are stated.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite

from cryosim.validate.cases import Variant, nominal, variants
from cryosim.validate.experiment import Experiment, Number, Point, Setting


@dataclass(frozen=True)
class Compared:
    """One measured number and what every combination of inputs makes of it."""

    setting: Setting
    point: Point
    computed: Mapping[str, Number]
    """Label of the variant -> number."""
    nominal: Number

    @property
    def label(self) -> str:
        """What was measured, in words."""
        return ", ".join(filter(None, (self.setting.label, self.point.label)))

    @property
    def band(self) -> tuple[float, float]:
        """Least and greatest computed number; ends of intervals count."""
        ends = [x for number in self.computed.values() for x in number.ends]
        return min(ends), max(ends)

    @property
    def difference(self) -> float | None:
        """Nominal less measured mean; None without a mean, infinite if not reached."""
        return None if self.point.mean is None else self.nominal.value - self.point.mean

    @property
    def in_sd(self) -> float | None:
        """The difference in units of the SD."""
        if self.difference is None or self.point.sd is None:
            return None
        return self.difference / self.point.sd

    @property
    def measured_in_band(self) -> bool:
        """Whether the measured mean, or some of the measured range, lies in the computed band."""
        low, high = self.band
        if self.point.mean is not None:
            return low <= self.point.mean <= high
        assert self.point.low is not None and self.point.high is not None  # noqa: S101, PT018
        return low <= self.point.high and self.point.low <= high


def compared(
    experiment: Experiment, computed: Mapping[tuple[str, str], Mapping[int, Number]]
) -> list[Compared]:
    """Every point of ``experiment``.

    ``computed`` holds, by labels of setting and variant, the number of every point of the setting.
    """
    central = nominal(experiment).label
    found = []
    for setting in experiment.settings:
        for i, point in enumerate(setting.points):
            values = {v.label: computed[setting.label, v.label][i] for v in variants(experiment)}
            found.append(Compared(setting, point, values, values[central]))
    return found


def inside(found: list[Compared], variant: Variant) -> tuple[int, int]:
    """How many points are inside with ``variant``, and how many could be."""
    verdicts = [c.point.inside(c.computed[variant.label]) for c in found]
    known = [v for v in verdicts if v is not None]
    return sum(known), len(known)


def verdict(experiment: Experiment, found: list[Compared]) -> list[str]:
    """What the comparison comes to, in sentences without a judgement."""
    sentences = [*_of_prediction(experiment, found), *_of_counts(experiment, found)]
    sentences += _of_differences(experiment, found)
    sentences.append(_of_band(experiment, found))
    return sentences


def _of_prediction(experiment: Experiment, found: list[Compared]) -> Iterator[str]:
    """Whether a prediction passes, by what was said beforehand."""
    if experiment.needed is not None:
        count, _ = inside(found, nominal(experiment))
        passes = "passes" if count >= experiment.needed else "does not pass"
        yield f"The prediction {passes}; said beforehand: it does if {experiment.criterion}."


def _of_counts(experiment: Experiment, found: list[Compared]) -> Iterator[str]:
    """How many are inside: nominal, over all combinations, by the first input."""
    central = nominal(experiment)
    count, most = inside(found, central)
    if not most:
        return
    where = _mark(found)
    missed = [c.label for c in found if c.point.inside(c.nominal) is False]
    named = _named("outside", missed, len(found))
    what = experiment.counted
    yield f"Nominal inputs ({central.label}): {count} of {most} {what} {where}{named}."
    several = variants(experiment)
    counts = [inside(found, v)[0] for v in several]
    whole, none = counts.count(most), counts.count(0)
    yield (
        f"All {len(several)} combinations of inputs: {most} of {most} with {whole} of them, "
        f"0 of {most} with {none}."
    )
    first = experiment.inputs[0]
    parts = []
    for level in first.levels:
        n = [k for v, k in zip(several, counts, strict=True) if v.levels[0] is level]
        parts.append(f"{level.label} {_span(min(n), max(n))}")
    yield f"By {first.name}, of {most}: {'; '.join(parts)}."


def _mark(found: list[Compared]) -> str:
    """What being inside means here."""
    known = [c for c in found if c.point.inside(c.nominal) is not None]
    return " or ".join(dict.fromkeys(c.point.mark for c in known))


def _of_differences(experiment: Experiment, found: list[Compared]) -> Iterator[str]:
    """Range of nominal differences of each panel that has means."""
    for key, panel in experiment.panels.items():
        here = [c for c in found if c.point.panel == key and c.difference is not None]
        off = [c.difference for c in here if c.difference is not None and isfinite(c.difference)]
        if not here:
            continue
        never = len(here) - len(off)
        text = f"{panel.title}, nominal less measured: "
        if off:
            low, high = min(off), max(off)
            span = f"{low:+.2g}" if len(off) == 1 else f"{low:+.2g} to {high:+.2g}"
            text += f"{span} {panel.unit.removeprefix('1')}".rstrip()
        if never:
            text += f"{', ' if off else ''}not reached in {never} of {len(here)}"
        yield f"{text[0].upper()}{text[1:]}."


def _of_band(experiment: Experiment, found: list[Compared]) -> str:
    """For how many points the computed band holds what was measured, by panel if several."""
    text = "The band over all inputs meets what was measured for "
    text += f"{_held(found)} {experiment.counted}"
    if len(experiment.panels) == 1:
        missed = [c.label for c in found if not c.measured_in_band]
        return f"{text}{_named('not for', missed, len(found))}."
    parts = [
        f"{panel.title} {_held([c for c in found if c.point.panel == key])}"
        for key, panel in experiment.panels.items()
    ]
    return f"{text}: {'; '.join(parts)}."


def _held(found: list[Compared]) -> str:
    """How many of these measured numbers lie in the band."""
    return f"{sum(c.measured_in_band for c in found)} of {len(found)}"


def _named(word: str, missed: list[str], of: int) -> str:
    """Which ones were missed, if they are some and few."""
    return f" ({word}: {'; '.join(missed)})" if 0 < len(missed) < min(of, 4) else ""


def _span(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low} to {high}"
