"""Numbers and units as the pages print them."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryosim.view.style import readable, suited

_UNITS = {"1": "", "degC": "°C", "cm^3": "cm³", "cm^2": "cm²", "mm^2": "mm²", "mW/cm^2": "mW/cm²",
          "W/m^2/K": "W/m²/K", "kg/m^3": "kg/m³"}  # fmt: skip
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_DIGITS = 4


def unit(text: str) -> str:
    """A unit as it is printed; nothing for a bare number."""
    return _UNITS.get(text, text.replace("^2", "²").replace("^3", "³"))


def apart_in(of: str) -> str:
    """Unit of a difference: that of two shares in % is a share of neither."""
    return {"degC": "K", "%": "percentage points"}.get(of, of)


def number(value: float | None, digits: int = _DIGITS) -> str:
    """``value`` with that many digits, tens as powers, signs of print; nothing for None."""
    if value is None or value != value:
        return ""
    text = f"{value:.{digits}g}"
    if "e" in text:
        head, _, power = text.partition("e")
        raised = str(int(power)).translate(_RAISED)
        text = f"10{raised}" if head == "1" else f"{head}·10{raised}"
    return text.replace("-", "−")


def measure(value: float | None, of: str, digits: int = _DIGITS) -> str:
    """``value`` with its unit."""
    text, sign = number(value, digits), unit(of)
    if not text or not sign:
        return text
    return f"{text}\u00a0{sign}"


def between(ends: Sequence[float], of: str = "1", digits: int = 3) -> str:
    """An interval with its unit."""
    low, high = ends
    return f"{number(low, digits)} to {measure(high, of, digits)}"


def printed(text: str) -> str:
    """Words of a case or a result with the signs of print."""
    raised = re.sub(r"\^(\d)", lambda m: m[1].translate(_RAISED), readable(text))
    return re.sub(r"(?<=\d) (?=°C|%|(?:mm|cm|min|h|s|d|K|W|J|kPa)\b)", "\u00a0", raised)


def capital(text: str) -> str:
    """``text`` with a capital at its start."""
    return text[:1].upper() + text[1:]


def listed(words: list[str]) -> str:
    """Words joined as in a sentence."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def clock(seconds: float | None) -> str:
    """A time in the unit that suits it; nothing for None."""
    if seconds is None:
        return ""
    value, name = suited(seconds)
    return f"{number(value, 3)} {name}"


def size(path: Path) -> str:
    """Size of a file, in kB or MB."""
    count = path.stat().st_size
    return measure(count / 1e6, "MB", 2) if count >= 1e6 else measure(-(-count // 1000), "kB")


def text_of(value: Any) -> str:
    """Anything of a JSON or TOML file on one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float | int):
        return number(float(value), 6)
    if isinstance(value, dict):
        return ", ".join(f"{key} = {text_of(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(text_of, value))
    return printed(str(value))
