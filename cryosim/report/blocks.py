"""What a page is made of, before any HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from cryosim.report.cells import Number, Status


@dataclass(frozen=True)
class Mark:
    """One line of a key: what a colour, a dash, a sign or a fill means."""

    label: str
    colour: str
    dash: str = ""
    """As in SVG; empty for a whole line."""
    symbol: str = ""
    fill: bool = False
    width: float = 2.2


@dataclass(frozen=True)
class Ramp:
    """A bar of colours with its ends and what lies between, as share of its length."""

    colours: Sequence[str]
    low: str
    high: str
    at: float
    label: str


@dataclass(frozen=True)
class Backdrop:
    """A picture under the axes of a chart, so many pixels from its sides."""

    data: str
    left: int
    right: int
    top: int
    bottom: int


@dataclass(frozen=True)
class Panel:
    """One chart: an option of ECharts, without functions."""

    ident: str
    title: str
    option: dict[str, Any]
    height: int
    key: tuple[Mark, ...] = ()
    told: str = ""
    """What is to be seen, for who does not see."""
    wide: bool = True
    """Whether it takes the whole width; others stand in pairs where there is room."""
    backdrop: Backdrop | None = None
    ramp: Ramp | None = None


@dataclass(frozen=True)
class Figure:
    """Charts that belong together, named as ``cryosim plot`` names its pictures."""

    kind: ClassVar[str] = "figure"
    ident: str
    caption: str
    panels: tuple[Panel, ...]
    key: tuple[Mark, ...] = ()
    """Of all panels, if it is the same."""


@dataclass(frozen=True)
class Picture:
    """A drawn picture, inside the file."""

    kind: ClassVar[str] = "picture"
    ident: str
    caption: str
    data: str
    """Data address."""
    alt: str


@dataclass(frozen=True)
class Scene:
    """A scene to be turned, with a picture for print."""

    kind: ClassVar[str] = "scene"
    ident: str
    caption: str
    json: str
    still: Picture | None = None
    """For paper, and for browsers without WebGL."""
    on_paper: str = ""
    """Caption of that picture."""
    link: str = ""
    """Scenes with the same word share time and view."""


@dataclass(frozen=True)
class Beside:
    """Scenes or figures beside each other."""

    kind: ClassVar[str] = "beside"
    parts: tuple[Scene | Picture, ...]


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    kind: ClassVar[str] = "words"
    text: str
    look: str = ""


@dataclass(frozen=True)
class Bullets:
    """A list; an item may have an address behind it."""

    kind: ClassVar[str] = "bullets"
    items: Sequence[str | tuple[str, str]]
    look: str = ""


@dataclass(frozen=True)
class Source:
    """A text as it stands in a file, to be copied."""

    kind: ClassVar[str] = "source"
    name: str
    text: str


@dataclass(frozen=True)
class Fold:
    """Blocks that are folded away until asked for."""

    kind: ClassVar[str] = "fold"
    title: str
    blocks: Sequence[Any]
    open: bool = False


@dataclass(frozen=True)
class Section:
    """A part of the page with a heading."""

    ident: str
    title: str
    blocks: Sequence[Any]
    lead: str = ""


@dataclass(frozen=True)
class Tile:
    """One key number."""

    name: str
    number: Number
    note: str = ""
    status: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a run comes to, in a few words."""

    status: str
    """``ok``, ``warning``, ``error``, or ``fact`` for what is neither."""
    headline: str
    lines: Sequence[str]

    @property
    def sign(self) -> str:
        """That of the status."""
        return "" if self.status == "fact" else Status(self.status).sign


@dataclass(frozen=True)
class Head:
    """The top of a page."""

    title: str
    sentence: str
    verdicts: Sequence[Verdict] = ()
    tiles: Sequence[Tile] = ()
    overline: str = "cryosim report"
    honest: str = ""
