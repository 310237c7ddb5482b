"""Reference data by independent codes, shipped with the package as ``data/<name>.json``.

Every file holds complete inputs in SI and degC, reference numbers, what they were checked against
and a suggested tolerance.  They come from closed forms and from two finite-volume codes without
finite elements, which share nothing with cryosim.
"""

import json
from importlib.resources import files
from typing import Any


def reference(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inputs and reference numbers of the benchmark data ``name``."""
    text = files("cryosim.verify").joinpath("data", f"{name}.json").read_text(encoding="utf-8")
    data = json.loads(text)
    return data["inputs"], data["reference"]
