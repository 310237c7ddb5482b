"""Pictures that ``cryosim plot`` draws, inside the page."""

import warnings
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

from matplotlib.figure import Figure as Sheet
from PIL import Image

from cryosim.doctor import require_rendering
from cryosim.errors import MissingTool
from cryosim.report.blocks import Picture
from cryosim.report.run import Run
from cryosim.view import cut, depth, fold, overlay, style, thickness, uncertainty
from cryosim.view.cups import cups_of
from cryosim.view.scale import scale_of
from cryosim.view.style import Scale

DPI = 140
"""Of drawn pictures: 1960 pixels across, sharp on paper."""
QUALITY = 88
"""Of WebP."""
TITLE = 0.052
"""Share of a picture's height that its title takes."""

Maker = Callable[[], Sheet]


class Pictures:
    """The drawn pictures of one run; its scale of colours is computed once."""

    def __init__(self, run: Run) -> None:
        """Draw nothing yet."""
        self.run = run
        self._scale: Scale | None = None

    @property
    def scale(self) -> Scale:
        """Colours of every picture of the run."""
        if self._scale is None:
            self._scale = scale_of(self.run.result, self.run.step)
        return self._scale

    def layers_cut(self) -> Picture | None:
        """The layers at the end of cooling; None without fields."""
        run = self.run
        if not run.has_fields:
            return None
        when = style.moment(run.result, run.step)
        if run.result.dimension == 1:
            make: Maker = partial(depth.depth_profiles, run.result, run.step)
            return drawn("layers_cut", f"Temperature over depth, and each layer at {when}.", make)
        make = partial(cut.layers_cut, run.result, run.step, self.scale)
        return drawn("layers_cut", f"A cut through the layers at {when}, and what crossed.", make)

    def section(self) -> Picture | None:
        """Temperature of a section; None of anything else."""
        run = self.run
        if not run.has_fields or run.result.dimension != 2:
            return None
        when = style.moment(run.result, run.step)
        make: Maker = partial(cut.flat_temperature, run.result, run.step, self.scale)
        return drawn("temperature_2d", f"Temperature at {when}.", make)

    def phases(self) -> list[Picture]:
        """The fold at the end of each kind of phase; none without cups."""
        run = self.run
        if not run.has_fields or run.result.dimension == 1 or not cups_of(run.result):
            return []
        return [
            drawn(f"phase_{name}", f"The fold at the end of the phase {name}.",
                  partial(fold.phase_layers, run.result, at, self.scale))
            for name, at in fold.ends_of_phases(run.result).items()
        ]  # fmt: skip

    def in_space(self, *, small: bool = False) -> Picture | str | None:
        """The tissue in three dimensions, or why it cannot be drawn here; None of a section."""
        run = self.run
        if not run.has_fields or run.result.dimension != 3:
            return None
        caption = f"Temperature at {style.moment(run.result, run.step)}."
        make: Maker = partial(overlay.tissue_3d, run.result, run.step, self.scale)
        try:
            require_rendering()
            return drawn("temperature_3d", caption, make, dpi=style.DPI if small else DPI)
        except MissingTool as error:
            before = run.folder / "figures" / "temperature_3d.png"
            if not before.is_file():
                return str(error)
            return from_file("temperature_3d", caption, before)

    def thickness_map(self) -> Picture | None:
        """Where the fat layer thins; None without its table."""
        if not self.run.result.has("thickness"):
            return None
        return drawn(
            "thickness_map", "Where the fat layer thins in the months after, and by how much.",
            lambda: thickness.thickness_map(self.run.result),
        )  # fmt: skip

    def uncertainty(self) -> Picture | None:
        """Bands and what they follow; None without samples."""
        if not (self.run.folder / "samples.csv").is_file():
            return None
        words = "Every sample, the band of each outcome, and the inputs that it follows."
        return drawn("uncertainty", words, lambda: uncertainty.uncertainty(self.run.folder))


def drawn(name: str, caption: str, make: Maker, dpi: int = DPI) -> Picture:
    """Draw a picture in our type."""
    with style.typography(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # of the title, which is cut off
        sheet, buffer = make(), BytesIO()
        sheet.savefig(buffer, dpi=dpi, format="png")
    buffer.seek(0)
    with Image.open(buffer) as image:
        return Picture(name, caption, _webp(image), caption)


def from_file(name: str, caption: str, path: Path) -> Picture:
    """A picture that was drawn before."""
    with Image.open(path) as image:
        return Picture(name, caption, _webp(image), caption)


def _webp(image: Image.Image) -> str:
    """The data address of a picture, without the title that the page has already."""
    buffer, top = BytesIO(), round(TITLE * image.height)
    shown = image.convert("RGB").crop((0, top, image.width, image.height))
    shown.save(buffer, format="WEBP", quality=QUALITY, method=4)
    return f"data:image/webp;base64,{b64encode(buffer.getvalue()).decode()}"
