"""Runs from Python and in notebooks: started, opened, asked, drawn; what they hold is for xarray.

Reading a result loads no solver; `run` does.
"""

from cryosim.api.field import Field
from cryosim.api.result import Run, open
from cryosim.api.running import run

__all__ = ["Field", "Run", "open", "run"]
