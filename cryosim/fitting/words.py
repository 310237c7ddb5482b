"""Numbers as words for people."""


def number(x: float, digits: int) -> str:
    """``x`` rounded to so many ``digits``, without a power of ten where it can be."""
    return f"{float(f'{x:.{digits}g}'):g}"
