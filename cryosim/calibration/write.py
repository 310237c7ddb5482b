"""The file of the library that a calibration writes."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from cryosim.calibration.parameters import FREE, values
from cryosim.calibration.result import TIMES, Calibration
from cryosim.calibration.trials import Endpoint
from cryosim.output.files import write_text

STORED = 100
"""Joint draws that are stored."""

_HEADER = """\
# Parameters of injury and course, fitted to published end points.
#
# Written by a machine: python -m cryosim.calibration (make calibrate).  Do not edit; change
# cryosim/calibration/data/trials.toml and run it again.
#
# parameters: SI.  default is the fit at nominal inputs; low, median and high are the 5, 50 and 95 %
#   of the draws; sd_over_prior is the SD of the logarithm over that of the prior: 1 if the data say
#   nothing.
# correlation: of the logarithms of the parameters, in the order above.
# identifiability: data against prior along orthogonal directions in logarithm over prior SD.
# killed: minutes of full crystallisation; share of the cells: default, low, median, high.
# killed_in_an_hour_by_one_trial: the same share by a fit to that trial alone.
# fitted, predicted: end points of trials; value with the defaults, left_out with its trial left out
#   of the fit; low, median and high of the draws.
# draws: parameters drawn together, SI, four digits."""


def write(found: Calibration, path: Path) -> None:
    """Write ``found`` to ``path``, whole or not at all."""
    write_text(path, toml(found))


def toml(found: Calibration) -> str:
    """The file: a function of the result alone, so a rerun can be compared."""
    parts = [_HEADER, *_parameters(found), _tells(found), *_endpoints(found), _draws(found)]
    return "\n\n".join(parts) + "\n"


def _parameters(found: Calibration) -> Iterator[str]:
    for k, free in enumerate(FREE):
        low, median, high = found.bands[:, k]
        yield "\n".join([
            f"[parameters.{free.name}]",
            f'law = "{free.law}"',
            f'shown_in = "{free.unit}"',
            f"default = {_number(found.defaults[k], 10)}",
            f"low = {_number(low)}",
            f"median = {_number(median)}",
            f"high = {_number(high)}",
            f"sd_over_prior = {_number(found.narrowed[k], 2)}",
        ])  # fmt: skip


def _tells(found: Calibration) -> str:
    told = found.told
    return "\n".join([
        "[correlation]",
        *_rows(found.correlation, 2),
        "",
        "[identifiability]",
        f"data_over_prior = {_list(told.singular, 3)}",
        *_rows(told.directions, 2),
        "",
        "[killed]",
        *_rows(np.column_stack([TIMES, found.killed]), 3),
        "",
        "[killed_in_an_hour_by_one_trial]",
        *(f"{trial} = {_number(share, 3)}" for trial, share in found.alone.items()),
    ])  # fmt: skip


def _endpoints(found: Calibration) -> Iterator[str]:
    for one in found.fitted:
        yield "\n".join([
            "[[fitted]]",
            *_what(one.endpoint),
            f"sd = {_number(one.endpoint.sd or 0.0)}",
            f"value = {_number(one.value)}",
            f"residual_in_sd = {_number(one.residual, 2)}",
            f"left_out = {_number(one.left_out)}",
            *_band(one.band),
        ])  # fmt: skip
    for other in found.predicted:
        inside = str(other.inside).lower()
        yield "\n".join([
            "[[predicted]]",
            *_what(other.endpoint),
            f"value = {_number(other.value)}",
            f"inside = {inside}",
            *_band(other.band),
        ])  # fmt: skip


def _what(one: Endpoint) -> Iterator[str]:
    yield f'trial = "{one.trial}"'
    yield f'name = "{one.name}"'
    yield f'unit = "{one.unit}"'
    if one.mean is None:
        yield f"published = {_list((one.low or 0.0, one.high or 0.0))}"
    else:
        yield f"published = {_number(one.mean)}"


def _band(band: tuple[float, float, float]) -> Iterator[str]:
    for name, value in zip(("low", "median", "high"), band, strict=True):
        yield f"{name} = {_number(value)}"


def _draws(found: Calibration) -> str:
    chosen = found.sample[:STORED]
    columns = ", ".join(f'"{free.law}.{free.name}"' for free in FREE)
    rows = "\n".join(_rows(np.array([values(z) for z in chosen]), 4))
    return f"[draws]\ncolumns = [{columns}]\n{rows}"


def _rows(table: Iterable[Iterable[float]], digits: int = 4) -> Iterator[str]:
    yield "rows = ["
    for row in table:
        yield f"    {_list(row, digits)},"
    yield "]"


def _list(row: Iterable[float], digits: int = 4) -> str:
    return f"[{', '.join(_number(x, digits) for x in row)}]"


def _number(value: float, digits: int = 4) -> str:
    """A float of TOML with so many digits."""
    text = repr(float(f"{value:.{digits}g}"))
    return "0.0" if text == "-0.0" else text
