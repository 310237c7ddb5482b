"""Arrays as text in a page: rounded to whole numbers, differenced, compressed.

``viewer/src/unpack.js`` reads them.  Rows follow each other by their differences, and the bytes of
a number lie apart by significance: gzip then sees long runs of the same.
"""

import base64
import gzip
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_FINEST = 65535
"""Steps of a coordinate across the scene."""


def packed(numbers: npt.ArrayLike) -> dict[str, Any]:
    """Whole ``numbers`` from 0 to 2^32 - 1, shape (rows, columns)."""
    values = np.atleast_2d(np.asarray(numbers, dtype=np.int64))
    largest = int(values.max(initial=0))
    size = 1 if largest < 1 << 8 else 2 if largest < 1 << 16 else 4
    steps = np.diff(values, axis=0, prepend=np.zeros_like(values[:1]))
    planes = [(steps.ravel() >> (8 * k)).astype(np.uint8) for k in range(size)]
    rows, columns = values.shape
    return {"rows": rows, "columns": columns, "bytes": size, "z": _text(b"".join(planes))}


def unpacked(pack: dict[str, Any]) -> npt.NDArray[np.int64]:
    """The numbers of `packed`, as the page has them."""
    raw = np.frombuffer(gzip.decompress(base64.b64decode(pack["z"])), dtype=np.uint8)
    planes = raw.reshape(pack["bytes"], pack["rows"], pack["columns"]).astype(np.int64)
    steps = sum(plane << (8 * k) for k, plane in enumerate(planes))
    return np.asarray(np.cumsum(steps, axis=0) % (1 << (8 * pack["bytes"])), dtype=np.int64)


def places(points: Floats, bounds: Floats) -> dict[str, Any]:
    """``points`` (mm, shape (N, 3)) within ``bounds`` (low and high corner), to 1/65535 of them."""
    low, high = bounds
    size = np.where(high > low, high - low, 1.0)
    codes = np.rint(_FINEST * (points - low) / size)
    return packed(np.clip(codes, 0, _FINEST).reshape(-1, 3))


def _text(data: bytes) -> str:
    return base64.b64encode(gzip.compress(data, 9, mtime=0)).decode("ascii")
