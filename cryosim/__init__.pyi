"""The Python interface as type checkers see it; ``__init__.py`` loads it only when it is used."""

from cryosim.api import Field as Field
from cryosim.api import Run as Run
from cryosim.api import open as open
from cryosim.api import run as run

__version__: str
