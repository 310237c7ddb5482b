"""The pictures of a run as figures that a notebook shows."""

import io
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping

from matplotlib.figure import Figure

from cryosim.view import style
from cryosim.view.pictures import figures_of
from cryosim.view.result import Result


class Pictures(Mapping[str, Figure]):
    """Figures by name, shown one below the other."""

    def __init__(self, figures: Mapping[str, Figure]) -> None:
        self._figures = dict(figures)

    def __getitem__(self, name: str) -> Figure:
        return self._figures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)

    def __repr__(self) -> str:
        return f"<pictures: {', '.join(self)}>"

    def _repr_html_(self) -> str:
        return "".join(
            f'<img alt="{name}" style="max-width:100%" '
            f'src="data:image/png;base64,{b64encode(png(figure)).decode()}">'
            for name, figure in self.items()
        )


def drawn(result: Result, name: str | Iterable[str] | None, dpi: float | None) -> Figure | Pictures:
    """The picture called ``name``, or those of several names, or all."""
    names = [name] if isinstance(name, str) else None if name is None else list(name)
    figures = figures_of(result, names, dpi=style.DPI if dpi is None else dpi)
    if isinstance(name, str):
        return figures[name]
    return Pictures(figures)


def png(figure: Figure) -> bytes:
    """The page as PNG."""
    content = io.BytesIO()
    with style.typography():
        figure.savefig(content, format="png")
    return content.getvalue()
