"""The colours of temperature that suit a whole run."""

import numpy as np

from cryosim.view.result import Result
from cryosim.view.style import Scale


def scale_of(result: Result, step: int) -> Scale:
    """Colours that hold every temperature of the run, so that pictures can be compared."""
    rows = result.table("layers")
    coldest = min(float(np.nanmin(rows[f"{k.name} minimum [degC]"])) for k in result.layers)
    shown = [result.field("temperature", i) for i in (0, step, -1)]
    warmest = max(float(field.max()) for field in shown)
    coldest = min(coldest, *(float(field.min()) for field in shown))
    return Scale.over(coldest, warmest, result.threshold)
