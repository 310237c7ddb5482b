"""Whether a folder still holds the result that was opened: another run may have replaced it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryosim.errors import CaseError
from cryosim.output.fields import FIELDS_FILE

Writing = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Stamp:
    """Which writing of the result in ``folder`` was found."""

    folder: Path
    written: Writing

    @classmethod
    def of(cls, folder: Path) -> Self:
        """The result that is there now."""
        return cls(folder, _written(folder))

    def hold(self) -> None:
        """Raise `CaseError` if it is another by now: two would be shown as one."""
        if _written(self.folder) != self.written:
            raise CaseError(
                f"{self.folder} was written anew or taken away since it was opened; open it again, "
                "and give runs that you compare a folder each"
            )


def _written(folder: Path) -> Writing:
    """What tells one writing of tables and fields from the next; empty where there are none."""
    return tuple(_file(folder / name) for name in ("result.json", FIELDS_FILE))


def _file(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
