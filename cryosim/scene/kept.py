"""Fields of a run, read once and kept in memory within bounds."""

from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from cryosim.view.result import Result
from cryosim.view.stamp import Stamp

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_ROOM = 256 * 2**20
"""Bytes of fields that are kept, so that playing a run reads it once."""


@dataclass
class Kept:
    """The fields of ``result`` that were read last."""

    result: Result
    read: "OrderedDict[tuple[str, int], npt.NDArray[np.float32]]" = field(
        default_factory=OrderedDict
    )
    """By name and step."""
    courses: dict[str, dict[int, Floats]] = field(default_factory=dict)
    """By name and node: at every time."""
    stamp: Stamp = field(init=False)

    def __post_init__(self) -> None:
        """Remember which result was opened."""
        self.stamp = Stamp.of(self.result.folder)

    def nodal(self, name: str, step: int) -> npt.NDArray[np.float32]:
        """Nodal values of field ``name`` at ``times[step]``."""
        key = (name, range(len(self.result.times))[step])
        if key not in self.read:
            self.stamp.hold()
            self.read[key] = self.result.field(name, step).astype(np.float32)
            while sum(v.nbytes for v in self.read.values()) > _ROOM and len(self.read) > 1:
                self.read.popitem(last=False)
        self.read.move_to_end(key)
        return self.read[key]

    def course(self, name: str, nodes: Integers) -> Floats:
        """Values of field ``name`` at ``nodes`` at every time, shape (times, nodes)."""
        known = self.courses.setdefault(name, {})
        if fresh := [int(node) for node in nodes if int(node) not in known]:
            steps = range(len(self.result.times))
            read = np.stack([self.nodal(name, step)[fresh] for step in steps])
            known.update({node: read[:, k].astype(float) for k, node in enumerate(fresh)})
        return np.stack([known[int(node)] for node in nodes], axis=1)
