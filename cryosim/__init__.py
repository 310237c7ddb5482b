"""Finite-element simulation of cryolipolysis.

From Python: `run` a case, `open` a result folder.  Neither numpy nor a solver is loaded before one
of them is used, and a solver only to `run`.  Their types stand in ``__init__.pyi``.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_LATER = ("Field", "Run", "open", "run")
"""What ``cryosim.api`` holds; it is loaded when one of these is first asked for."""


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("cryosim.api"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
