"""Plans of sweeps that nobody runs, and a Slurm that only writes down what it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conftest import treatment

from cryosim.case.toml import text_of
from cryosim.sweep.plan import Plan, Point, Running, write


def plan_of(folder: Path, ranks=(1, 1, 2), title="A sweep", settings=None, *, cases=False) -> Plan:
    """A plan of points by their ranks in a folder; without ``cases`` nothing needs compiling."""
    folder.mkdir(parents=True, exist_ok=True)
    points = tuple(
        Point(f"{i:016x}", n, settings(i) if settings else {}) for i, n in enumerate(ranks)
    )
    plan = Plan(folder, title, "base", (), points, (), Running())
    write(plan)
    for point in points if cases else ():
        plan.folder_of(point).mkdir(parents=True)
        dimension = point.settings.get("dimension", 1)
        (plan.folder_of(point) / "case.toml").write_text(f"dimension = {dimension}")
    return plan


def names_of(plan: Plan) -> list[str]:
    return [point.name for point in plan.points]


SBATCH = """\
echo "$@" >> sbatch.log
case "$*" in *refuse*) echo "sbatch: error: invalid partition specified" >&2; exit 1;; esac
number=$(( $(wc -l < sbatch.log) + 100 ))
name=$(sed -n 's/^#SBATCH --job-name=//p' "${!#}")
array=$(sed -n 's/^#SBATCH --array=0-\\([0-9]*\\).*/\\1/p' "${!#}")
if [[ -n $array ]]; then
    for ((i = 0; i <= array; i++)); do echo "$number $i PENDING $name" >> queue; done
else
    echo "$number N/A PENDING $name" >> queue
fi
echo "$number;cluster"
"""
SQUEUE = """\
if [[ -e broken ]]; then echo "slurm_load_jobs error: Unable to contact" >&2; exit 1; fi
echo "7 0 RUNNING somebody else's"
cat queue
"""
SCANCEL = 'echo "$@" >> scancel.log\n'


@dataclass(frozen=True)
class FakeSlurm:
    """Its folder, with what was said to each command and the queue that squeue shows."""

    folder: Path

    def said(self, command: str) -> list[str]:
        file = self.folder / f"{command}.log"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def queue(self) -> list[str]:
        return (self.folder / "queue").read_text().splitlines()

    def show(self, lines) -> None:
        (self.folder / "queue").write_text("".join(f"{line}\n" for line in lines))


def fake_slurm(folder: Path, monkeypatch) -> FakeSlurm:
    """Commands of Slurm in PATH, before all others."""
    folder.mkdir()
    (folder / "queue").touch()
    for name, text in {"sbatch": SBATCH, "squeue": SQUEUE, "scancel": SCANCEL}.items():
        file = folder / name
        file.write_text(f'#!/bin/bash\ncd "{folder}"\n{text}')
        file.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return FakeSlurm(folder)


def definition(folder: Path, durations: Sequence[str]) -> Path:
    """A definition of the short treatment, cooled for each of ``durations``, and its case."""
    (folder / "short.toml").write_text(text_of(treatment()), encoding="utf-8")
    file = folder / "durations.toml"
    values = ", ".join(f'"{duration}"' for duration in durations)
    text = f'case = "short.toml"\n[grid]\n"protocol[1].duration" = [{values}]\n'
    file.write_text(text, encoding="utf-8")
    return file
