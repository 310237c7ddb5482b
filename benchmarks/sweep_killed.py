"""A sweep whose driver is killed at random, again and again, and what became of its points.

    python benchmarks/sweep_killed.py cases/sweeps/plate_64.toml --kills 3

kills the driver with SIGKILL at random moments, runs it to the end, then counts, from the records
of the points, how often each was done.  Exit code 1 unless each was done once.
"""

import argparse
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from cryosim.sweep.making import make
from cryosim.sweep.plan import Plan, Point, read


def killed_after(folder: Path, seconds: float) -> None:
    """Start the driver, kill it after so many seconds."""
    command = [sys.executable, "-m", "cryosim", "sweep", "run", str(folder), "-q"]
    with subprocess.Popen(command) as driver:
        time.sleep(seconds)
        driver.send_signal(signal.SIGKILL)
        driver.wait()


def entries(plan: Plan, point: Point) -> list[dict[str, Any]]:
    """The record of a point."""
    lines = (plan.folder_of(point) / "attempts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def begun_after_result(plan: Plan, point: Point, record: list[dict[str, Any]]) -> bool:
    """Whether a point was begun when its result was there already."""
    written = (plan.folder_of(point) / "result.json").stat().st_mtime
    begun = [datetime.fromisoformat(e["time"]) for e in record if e["event"] == "begin"]
    return any(moment.timestamp() > written for moment in begun)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("definition", type=Path)
    arguments.add_argument("--kills", type=int, default=3)
    arguments.add_argument("--between", type=float, nargs=2, default=(15.0, 60.0), metavar="S")
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--out", type=Path, default=Path("results/sweep_killed"))
    given = arguments.parse_args()
    shutil.rmtree(given.out, ignore_errors=True)
    plan = make(given.definition, given.out).plan
    rng, began = random.Random(given.seed), time.perf_counter()
    for kill in range(given.kills):
        seconds = rng.uniform(*given.between)
        killed_after(given.out, seconds)
        done = sum((plan.folder_of(p) / "result.json").exists() for p in plan.points)
        print(
            f"kill {kill + 1} after {seconds:.0f} s: {done} of {len(plan.points)} done", flush=True
        )
    command = [sys.executable, "-m", "cryosim", "sweep", "run", str(given.out), "-q"]
    code = subprocess.run(command, check=False).returncode
    plan = read(given.out)
    results = sum((plan.folder_of(p) / "result.json").exists() for p in plan.points)
    begins = ends = resumed = 0
    twice = []
    for point in plan.points:
        record = entries(plan, point)
        begins += sum(entry["event"] == "begin" for entry in record)
        resumed += sum(bool(entry.get("resume")) for entry in record)
        done = sum(entry["event"] == "end" and entry["state"] == "done" for entry in record)
        ends += done
        if done > 1 or begun_after_result(plan, point, record):
            twice.append(point.name)
    print(
        f"exit code {code}; {results} results of {len(plan.points)} points in "
        f"{time.perf_counter() - began:.0f} s; {begins} attempts, {resumed} of them taken up "
        f"from a checkpoint, {ends} ended as done; done twice: {len(twice)}"
    )
    return int(code != 0 or results != len(plan.points) or bool(twice))


if __name__ == "__main__":
    sys.exit(main())
