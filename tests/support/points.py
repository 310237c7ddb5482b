"""Sweeps made by hand, and a launcher whose ranks do as the case file of a point says."""

import sys
from pathlib import Path

from cryosim.sweep import plan as plans
from cryosim.sweep.journal import entries_of
from cryosim.sweep.launch import Launch
from cryosim.sweep.plan import Plan, Point, Running, Variable

FAKE = Path(__file__).with_name("fake_ranks.py")


def fake() -> Launch:
    """Starts ranks that compute nothing."""
    return Launch(f"{sys.executable} -S {FAKE} {{ranks}}", alone=True)


def sweep(folder: Path, cases: list[str], ranks: list[int] | None = None, **running) -> Plan:
    """A sweep of these case files."""
    points = []
    for i, text in enumerate(cases):
        point = Point(f"{i:02x}{'0' * 14}", ranks[i] if ranks else 1, {"number": float(i)})
        points.append(point)
        place = plans.folder_of(folder, point.name)
        place.mkdir(parents=True, exist_ok=True)
        (place / "case.toml").write_text(text, encoding="utf-8")
    variables = (Variable("number", "1"),)
    plan = Plan(folder, "By hand", "case", variables, tuple(points), (), Running(**running))
    plans.write(plan)
    return plan


def folders(plan: Plan) -> list[Path]:
    return [plan.folder_of(point) for point in plan.points]


def ends(folder: Path) -> list[str]:
    """How each attempt ended."""
    return [entry["state"] for entry in entries_of(folder) if entry["event"] == "end"]
