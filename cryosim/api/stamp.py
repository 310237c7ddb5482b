"""Whether a folder still holds the result that was opened: another run may have replaced it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryosim.errors import CaseError


@dataclass(frozen=True)
class Stamp:
    """When the result in ``folder`` was written, as it was found."""

    folder: Path
    written: int | None

    @classmethod
    def of(cls, folder: Path) -> Self:
        """The result that is there now."""
        return cls(folder, _written(folder))

    def hold(self) -> None:
        """Raise CaseError if it is another by now."""
        if _written(self.folder) != self.written:
            raise CaseError(
                f"{self.folder} holds another result than when it was opened; open it again, and "
                "give runs that you compare a folder each (out=...)"
            )


def _written(folder: Path) -> int | None:
    """Time of the file that a run writes last (ns); None while there is none."""
    try:
        return (folder / "result.json").stat().st_mtime_ns
    except OSError:
        return None
