r"""What parameters make of an endpoint.

With the share :math:`w_i` of the fat at node :math:`i`, the survival :math:`S_i` of :math:`k`
sessions by the injury law and the share :math:`c(t)` of killed cells that the course has cleared,
the loss is

.. math:: L = c(t) \sum_i w_i (1 - S_i).
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from cryosim.calibration.forward import Variant
from cryosim.calibration.parameters import laws
from cryosim.calibration.trials import Endpoint, Loss
from cryosim.injury import CrystalDose
from cryosim.outcome.course import DAY, Course

Values = npt.NDArray[np.float64]


def predicted(endpoints: tuple[Endpoint, ...], found: Values, variant: Variant) -> Values:
    """Each of the ``endpoints`` with the values ``found`` (SI) of the free parameters."""
    injury, course = laws(found)
    return np.array([_value(one, injury, course, variant) for one in endpoints])


def _value(one: Endpoint, injury: CrystalDose, course: Course, variant: Variant) -> float:
    value = _loss(one.of, injury, course, variant)
    if one.less is not None:
        value -= _loss(one.less, injury, course, variant)
    if one.over is not None:
        value /= _loss(one.over, injury, course, variant)
    return value * {"%": 100.0, "1": 1.0, "mm": variant.inputs.get(one.layer, 0.0)}[one.unit]


def _loss(loss: Loss, injury: CrystalDose, course: Course, variant: Variant) -> float:
    """Share of the fat that is gone."""
    doses = variant.doses[loss.setup]
    state = doses.state if loss.massaged else injury.without_massage(doses.state)
    killed = 1.0 - injury.survival(state, loss.sessions)
    return float(doses.share @ killed) * _cleared(course, loss.day, loss.massaged)


@lru_cache(maxsize=256)
def _cleared(course: Course, day: float, massaged: bool) -> float:
    """Share of killed cells that is gone on ``day``; a derivative by the law does not change it."""
    return float(course.response([day * DAY], massaged=massaged)[3, 0])
