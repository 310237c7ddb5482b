"""Stands for the ranks of a point: its case file is ``do = "..."``, what the "ranks" are to do."""

import os
import signal
import sys
import time
from pathlib import Path

folder = Path(sys.argv[sys.argv.index("--out") + 1])
lines = (folder / "case.toml").read_text(encoding="utf-8").splitlines()
do = lines[0].split('"')[1]


def log(text):
    with (folder / "run.log").open("a", encoding="utf-8") as file:
        file.write(f"2026-01-01 00:00:00,000 {text}\n")


def note(event):
    """Add to the log that all points share."""
    with (folder.parents[2] / "times.log").open("a", encoding="utf-8") as file:
        file.write(f"{event} {sys.argv[1]} {folder.name}\n")


def finish():
    (folder / "fields.h5").write_text("large")
    (folder / "result.json").write_text('{\n  "status": "done"\n}')


note("+")
match do.split():
    case ["done"]:
        time.sleep(0.2)
        finish()
    case ["marches"]:
        log("INFO t = 5 s of 10 s")
        finish()
    case ["nothing"]:
        pass
    case ["exit", code]:
        print("case.toml: this is wrong", file=sys.stderr)
        print("Abort(2) on node 0 (rank 0 in comm 0): application called MPI_Abort", flush=True)
        sys.exit(int(code))
    case ["raises", kind]:
        log(f"WARNING ended by {kind}: it is like that")
        sys.exit(2 if kind == "CaseError" else 3)
    case ["memory"]:
        raise MemoryError("no room")
    case ["bug"]:
        raise ZeroDivisionError("division by zero")
    case ["signal", number]:
        os.kill(os.getpid(), int(number))
    case ["mpiexec", number]:
        print(f"YOUR APPLICATION TERMINATED WITH THE EXIT STRING: Killed (signal {number})")
        sys.exit(int(number))
    case ["needs", "a", "fresh", "start"]:
        if "--resume" in sys.argv:
            sys.exit(2)
        finish()
    case ["polite"]:

        def stop(*_):
            (folder / "restart.h5").write_text("state")
            log("WARNING ended by Interrupted: stopped at 5 of 9 s as asked; go on with: cryosim")
            sys.exit(130)

        signal.signal(signal.SIGTERM, stop)
        log("INFO t = 5 s of 9 s")
        if "--resume" in sys.argv:
            finish()
            sys.exit()
        time.sleep(30)
    case ["stubborn"]:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        note("!")
        time.sleep(30)
note("-")
