"""What a run means, made from formulas: tables of months, thickness and limits for a folder."""

from pathlib import Path

import numpy as np

STAGES = ("injured", "apoptotic", "phagocytosed", "cleared")

LIMITS = """\
limit,status,value,unit,warning,error,where [mm],depth [mm],warning first at [s],\
error first at [s],title,harmless
skin_surface,ok,-9,degC,-10,-15,0 0 0,0,,,"skin surface, coldest",33
below,ok,30,min,60,,-28.9041 -28.9041 0,0,,,skin below freezing point,
ice,ok,6.7e-05,1,0.001,0.01,,,,,"ice, probability",0
melanocytes,ok,,degC,-4,-5,,,,,ice at melanocytes,33
nerve,warning,-6,degC,8,,0 0 -2.2,2.2,121.2,,"subcutis, coldest (nerves)",
burn,error,5.3,1,0.53,1,-28.9041 -28.9041 -0.123,0.1,40,45.2,burn integral of skin,0
numbness,info,,,,,,,,,numbness a week later,
"""


def tell_months(folder: Path, sessions: tuple[float, ...] = (0.0,), *, banded: bool = False,
                unit: str = "cm^3") -> None:  # fmt: skip
    """Write ``course.csv`` and the case that it is of; every session kills a tenth."""
    days = np.arange(sessions[-1] + 181.0)
    killed, stages = np.zeros(days.size), np.zeros((4, days.size))
    for day in sessions:
        t = np.maximum(days - day, 0.0)
        killed += 0.1 * (days >= day)
        rest = [1.0, *(np.exp(-t / tau) for tau in (5.0, 12.0, 40.0)), 0.0]
        rest[0] = (days >= day).astype(float)
        leaves = [1.0 - r for r in rest[1:4]]
        for i, share in enumerate((1.0 - leaves[0], leaves[0] - leaves[1], leaves[1] - leaves[2],
                                   leaves[2])):  # fmt: skip
            stages[i] += 0.1 * share * (days >= day)
    lost = 100.0 * stages[3]
    band = {"fat lost low [%]": 0.7 * lost, "fat lost high [%]": 1.4 * lost} if banded else {}
    rows = {
        "time [d]": days, "viable [1]": 1.0 - killed,
        **{f"{name} [1]": row for name, row in zip(STAGES, stages, strict=True)},
        "renewed [1]": 0.0 * days, "fat lost [%]": lost, **band,
        f"volume lost [{unit}]": 0.72 * lost,
        "inflammation index [1]": stages[2], "melanin index [1]": 5.0 * stages[2],
    }  # fmt: skip
    _write(folder / "course.csv", rows)
    told = ", ".join(f'"{day} d"' for day in sessions)
    (folder / "case.toml").write_text(f"[course]\nsessions = [{told}]\n")


def loss(x, y):  # type: ignore[no-untyped-def]
    """Thinning (mm) in the end, at a place (mm)."""
    return 2.0 * np.exp(-((x / 20.0) ** 2) - ((y - 8.0) / 15.0) ** 2)


def tell_thickness(folder: Path, *, section: bool = False) -> None:
    """Write ``thickness.csv`` of an uneven grid, its rows shuffled, its places rounded apart."""
    plane = np.array([-50.0, -30.0, -20.0, -12.0, -5.0, 0.0, 5.0, 12.0, 20.0, 30.0, 50.0])
    x, y = (a.ravel() for a in np.meshgrid(plane, [0.0] if section else plane + 8.0))
    order = np.random.default_rng(1).permutation(x.size)
    x, y = x[order], y[order]
    noise = 1e-12 * np.arange(x.size)
    under = (np.abs(x) < 25.0) & (np.abs(y - 8.0) < 25.0)
    rows = {"x [mm]": x + noise, "y [mm]": y - noise, "under applicators [1]": under.astype(float),
            "at first [mm]": 20.0 + 0.0 * x}  # fmt: skip
    if section:
        del rows["y [mm]"]
    for n, share in ((30, 0.4), (60, 0.8), (90, 0.9), (180, 1.0)):
        rows[f"after {n} d [mm]"] = 20.0 - share * loss(x, 8.0 if section else y)
    _write(folder / "thickness.csv", rows)


def _write(path: Path, columns: dict) -> None:  # type: ignore[type-arg]
    lines = [",".join("" if v is None else f"{v:.16g}" for v in row)
             for row in zip(*columns.values(), strict=True)]  # fmt: skip
    path.write_text("\n".join([",".join(columns), *lines]) + "\n")
