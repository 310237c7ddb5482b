"""The colours of temperature that suit a whole run."""

import numpy as np

from cryosim.view.result import Result
from cryosim.view.style import Scale


def scale_of(result: Result, step: int) -> Scale:
    """Colours of a whole run, so that its pictures can be compared.

    They hold the coldest of every time, and the warmest of the first, the last, ``step`` and the
    end of each kind of phase.
    """
    rows = result.table("layers")
    coldest = min(float(np.nanmin(rows[f"{k.name} minimum [degC]"])) for k in result.layers)
    ends = {phase["name"]: phase["end"] for phase in result.phases}
    last = len(result.times) - 1
    at_ends = np.searchsorted(result.times, np.array([*ends.values()]) - 1e-6).tolist()
    steps = {0, step, last, *(min(k, last) for k in at_ends)}
    shown = [result.field("temperature", i) for i in sorted(steps)]
    warmest = max(float(field.max()) for field in shown)
    coldest = min(coldest, *(float(field.min()) for field in shown))
    return Scale.over(coldest, warmest, result.threshold)
