"""What a source of heat from outside needs of the case."""

from collections.abc import Iterator

from cryosim.case.protocol import Repeat
from cryosim.case.schema import Case

CELLS_PER_DECAY = 2.0
"""Cells near the skin in the depth of decay; nodes then sum the power to within 2 %."""


def faults_of_sources(case: Case) -> Iterator[str]:
    """Power that decays within cells of a block would be summed wrongly."""
    finest = case.depth_grading.finest
    for i, phase in enumerate(case.protocol):
        source = None if isinstance(phase, Repeat) else phase.source
        if source is None or source.decay is None or source.decay >= CELLS_PER_DECAY * finest:
            continue
        yield (
            f'protocol[{i + 1}].source.decay = "{source.decay * 1e3:g} mm": too short for cells of '
            f"{finest * 1e3:g} mm; expected at least {CELLS_PER_DECAY * finest * 1e3:g} mm, or "
            "finer cells by mesh.depth"
        )
