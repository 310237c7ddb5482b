"""Tables, and what their cells hold, before any HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from cryosim.report import words


@dataclass(frozen=True)
class Number:
    """A number of the result folder: as it is printed, as it is, and where it stands there."""

    kind: ClassVar[str] = "number"
    value: float | None
    unit: str = "1"
    key: str = ""
    """File and place, such as ``result.json: quantities / coldest skin / value``."""
    digits: int = 4
    before: str = ""
    """Such as "at least"."""
    strong: bool = False

    @property
    def text(self) -> str:
        """With its unit."""
        return f"{self.before}{words.measure(self.value, self.unit, self.digits)}"

    @property
    def exact(self) -> str:
        """Every digit, for other programs; empty without a value."""
        return "" if self.value is None or self.value != self.value else repr(float(self.value))


@dataclass(frozen=True)
class Status:
    """Status of a limit, told by word, sign and colour."""

    kind: ClassVar[str] = "status"
    name: str
    word: str = ""

    @property
    def sign(self) -> str:
        """Beside the word, for eyes that see no colour."""
        return {"ok": "✓", "warning": "▲", "error": "✖"}.get(self.name, "·")

    @property
    def text(self) -> str:
        """The word."""
        return self.word or {"info": "reported"}.get(self.name, self.name)


@dataclass(frozen=True)
class Bar:
    """How far a value is on its way (1) to a limit, with marks where tiers are."""

    kind: ClassVar[str] = "bar"
    share: float
    status: str
    warning: float | None
    error: float | None
    longest: ClassVar[float] = 1.5

    @property
    def width(self) -> float:
        """Of the bar (% of the room)."""
        return 100.0 * min(max(self.share, 0.0), self.longest) / self.longest

    @property
    def marks(self) -> tuple[tuple[str, float], ...]:
        """Tier and its place (% of the room)."""
        both = (("warning", self.warning), ("error", self.error))
        return tuple((n, 100.0 * at / self.longest) for n, at in both if at is not None)

    @property
    def text(self) -> str:
        """The share as a number (%)."""
        return words.measure(100.0 * self.share, "%", 3)


@dataclass(frozen=True)
class Refs:
    """Keys of sources, which lead to the bibliography of the page."""

    kind: ClassVar[str] = "refs"
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Titled:
    """A text with a smaller one below."""

    kind: ClassVar[str] = "titled"
    text: str
    note: str


Cell = str | Number | Status | Bar | Refs | Titled | None


@dataclass(frozen=True)
class Row:
    """A row of a table that is more than its cells."""

    cells: tuple[Cell, ...]
    look: str = ""
    """Class of the row: ``own`` for what the case gives, ``warning`` and such."""


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row is its head."""

    kind: ClassVar[str] = "table"
    head: Sequence[str]
    rows: Sequence[Row]
    caption: str = ""
    ident: str = ""
    sought: bool = False
    """Whether rows can be searched."""
    look: str = ""

    @property
    def right(self) -> tuple[bool, ...]:
        """Columns of numbers, whose heads stand right too."""
        columns = range(len(self.head) or max((len(r.cells) for r in self.rows), default=0))
        return tuple(
            any(isinstance(r.cells[k], Number) for r in self.rows if k < len(r.cells))
            for k in columns
        )
