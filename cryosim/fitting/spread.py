"""Standard deviations of measurements that their file does not give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cryosim.case.faults import did_you_mean, shown
from cryosim.units import convert, fits, split

Floats = npt.NDArray[np.float64]

THERMOCOUPLE = 0.5
"""Standard deviation of a temperature (K) if none is given: an assumption, as large as the
tolerance of thermocouples of type T, class 1 (IEC 60584, recalled)."""

OF_GREATEST = 0.05
"""Standard deviation of anything else over its greatest value, if none is given: an assumption,
as the calibration of heat flux sensors allows."""


@dataclass(frozen=True)
class Spread:
    """The standard deviation of a series as an option gives it, or by assumption."""

    unit: str
    given: float | None = None
    """In K for temperatures."""

    def of(self, values: Floats) -> tuple[Floats, str]:
        """The standard deviation of each of ``values``, and on whose word."""
        if self.given is not None:
            return np.full(values.size, self.given), "option"
        return np.full(values.size, assumed(values, self.unit)), "assumption"


def assumed(values: Floats, unit: str) -> float:
    """Standard deviation of ``values`` in ``unit`` if nobody gives one."""
    if unit == "degC":
        return THERMOCOUPLE
    return float(max(OF_GREATEST * np.nanmax(np.abs(values)), 1e-12))


def stated(
    options: Sequence[str], units: Mapping[str, str], faults: list[str]
) -> dict[str, Spread]:
    """Spread of every series in ``units`` (name -> unit) by the ``options``.

    An option is ``NAME=0.2 K`` for one series, or ``0.2 K`` for all that it fits.
    """
    found = {name: Spread(unit) for name, unit in units.items()}
    by: dict[tuple[str, bool], str] = {}
    for option in sorted(options, key=lambda text: "=" in text):  # those of one series last
        name, _, text = option.rpartition("=")
        where = f"--sd {shown(option)}"
        if name and name not in units:
            faults.append(f"{where}: no such column; {did_you_mean(name, [*units])}")
            continue
        try:
            number, unit = split(text, "0.2 K")
        except ValueError as error:
            faults.append(f"{where}: {error}")
            continue
        fitting = [n for n in ([name] if name else units) if _fits(unit, units[n])]
        if not fitting or number <= 0.0:
            faults.append(f'{where}: expected a value above 0 that fits, such as "0.2 K"')
        twice = [n for n in fitting if (n, bool(name)) in by]
        if twice:
            other = shown(by[twice[0], bool(name)])
            faults.append(f"{where}: --sd {other} says so of {shown(twice[0])} already")
        by |= {(n, bool(name)): option for n in fitting}
        found |= {n: Spread(units[n], _converted(number, unit, units[n])) for n in fitting}
    return found


def _fits(unit: str, of_model: str) -> bool:
    return fits(unit, "K") if of_model == "degC" else fits(unit, of_model)


def _converted(number: float, unit: str, of_model: str) -> float:
    if of_model != "degC":
        return convert(number, unit, of_model)
    return number * convert(1.0, {"degC": "K", "degF": "delta_degF"}.get(unit, unit), "delta_degC")
