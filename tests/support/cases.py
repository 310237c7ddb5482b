"""The case builder of the verification suite, under the name that tests know."""

from cryosim.verify.cases import (
    BLOOD,
    cool,
    degC,
    even,
    graded,
    melting,
    metres,
    plate,
    slab,
    tissue,
    uniform,
    written,
)
from cryosim.verify.runs import Run, front, marched, temperatures, treated

__all__ = [
    "BLOOD", "Run", "cool", "degC", "even", "front", "graded", "marched", "melting", "metres",
    "plate", "slab", "temperatures", "tissue", "treated", "uniform", "written",
]  # fmt: skip
