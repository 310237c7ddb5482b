"""Two ranks that stay: a start of mpiexec costs each of them the imports, seconds every time."""

import json
import os
import select
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

LOOP = """
import contextlib, io, json, os, sys, time, traceback
from pathlib import Path
from unittest import mock

import cryosim.simulate
from cryosim.cli import main
from cryosim.parallel import MPI, collected_together

comm = MPI.COMM_WORLD.Dup()  # what is said here never meets a message of a run


def asked():
    # who waits in a collective call spins, and takes a core from the tests
    if comm.rank == 0:
        line = sys.stdin.readline()
        comm.send(line, 1)
        return line
    while not comm.iprobe(0):
        time.sleep(0.01)
    return comm.recv(source=0)


def called(code, arguments):
    try:
        with mock.patch.object(sys, "argv", ["-c" if code else "cryosim", *arguments]):
            if code:
                exec(compile(code, "<code>", "exec"), {"__name__": "__main__"})
            else:
                main()
    except SystemExit as end:
        return int(end.code or 0)
    except Exception:
        traceback.print_exc()
        return 1
    return 0


while line := asked():
    job = json.loads(line)
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out), contextlib.redirect_stderr(err),
        mock.patch.dict(os.environ, job["environment"]), collected_together(comm),
    ):
        code = called(job["code"], job["arguments"])
    told = Path(job["folder"], f"{comm.rank}.json")
    told.write_text(json.dumps([code, out.getvalue(), err.getvalue()]))
    comm.Barrier()
    if comm.rank == 0:
        print(file=sys.__stdout__, flush=True)
"""


@dataclass
class TwoRanks:
    """``mpiexec -n 2``, started when it is first asked for and again if it died."""

    mpiexec: str
    path: str
    _process: subprocess.Popen | None = field(default=None, init=False)

    def __call__(self, *arguments, code=None, timeout=240.0, **environment):
        """Codes, outputs and errors of both, of ``cryosim ARGUMENTS`` or of a script."""
        process = self._started()
        with TemporaryDirectory() as folder:
            job = {"arguments": [*map(str, arguments)], "code": code, "folder": folder,
                   "environment": {k: str(v) for k, v in environment.items()}}  # fmt: skip
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], timeout)
            if not ready or not process.stdout.readline():
                self.close()
                raise AssertionError(f"two ranks {'hang' if not ready else 'died'}: {arguments}")
            said = [json.loads(Path(folder, f"{rank}.json").read_text()) for rank in range(2)]
        return tuple(zip(*said, strict=True))

    def _started(self):
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [self.mpiexec, "-n", "2", sys.executable, "-c", LOOP],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                env=os.environ | {"PYTHONPATH": self.path},
            )  # fmt: skip
        return self._process

    def close(self):
        """End both; at the end of their input they leave by themselves."""
        if self._process is not None:
            self._process.stdin.close()
            try:
                self._process.wait(5.0)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process.stdout.close()
            self._process = None
