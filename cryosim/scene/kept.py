"""Fields of a run, read once and kept in memory within bounds."""

from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cryosim.errors import CaseError
from cryosim.output.fields import FIELDS_FILE
from cryosim.view.result import Result

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
    written: tuple[int, ...] = field(init=False)
    """Which writing of the file of fields this is of."""

    def __post_init__(self) -> None:
        """Remember which file was opened."""
        self.written = _written(self.result.folder)

    def check(self) -> None:
        """Raise `CaseError` if the folder holds another run by now: two would be shown as one."""
        if _written(self.result.folder) != self.written:
            raise CaseError(
                f"{self.result.folder} was written anew or taken away since it was opened; "
                "open it again"
            )

    def nodal(self, name: str, step: int) -> npt.NDArray[np.float32]:
        """Nodal values of field ``name`` at ``times[step]``."""
        key = (name, range(len(self.result.times))[step])
        if key not in self.read:
            self.check()
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


def _written(folder: Path) -> tuple[int, ...]:
    """What tells one writing of the file of fields from the next; empty if there is none."""
    try:
        found = (folder / FIELDS_FILE).stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
