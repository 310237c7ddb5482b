"""Scripts and a Snakefile for sites with habits of their own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.sweeps import fake_slurm, names_of, plan_of

from cryosim.errors import CaseError
from cryosim.sweep import export
from cryosim.sweep.plan import folder_of
from cryosim.sweep.profile import Profile


def test_the_scripts_submit_themselves_in_the_right_order(tmp_path, monkeypatch):
    cluster = fake_slurm(tmp_path / "bin", monkeypatch)
    plan = plan_of(tmp_path / "a sweep", [1, 1, 2], cases=True)
    profile = Profile(cache=str(tmp_path / "cache"))
    written = export.scripts(plan, names_of(plan), profile, tmp_path / "my scripts")
    assert [file.name for file in written] == ["warm.sh", "ranks_1.sh", "ranks_2.sh", "submit.sh"]
    for file in written:
        subprocess.run(["bash", "-n", file], check=True)
    # The fake one works in a folder of its own, so let it find the scripts there.
    for file in written[:3]:
        shutil.copy(file, cluster.folder)
    subprocess.run(["bash", written[-1]], check=True, cwd="/")
    assert cluster.said("sbatch") == [
        "--parsable warm.sh",
        "--dependency=afterany:101 ranks_1.sh",
        "--dependency=afterany:101 ranks_2.sh",
    ]
    lists = json.loads((tmp_path / "my scripts" / "ranks_1.json").read_text())
    assert [name for job in lists["bundles"] for name in job] == names_of(plan)[:2]


def test_there_is_nothing_to_export_of_a_sweep_that_is_done(tmp_path):
    plan = plan_of(tmp_path / "sweep", [1])
    with pytest.raises(CaseError, match="nothing to export"):
        export.scripts(plan, [], Profile(), tmp_path / "scripts")
    assert not (tmp_path / "scripts").exists()


def test_the_snakefile_makes_the_results_of_the_plan(tmp_path, monkeypatch):
    """Its rule is taken to pieces here; the next test runs it where Snakemake is installed."""
    monkeypatch.setattr(sys, "executable", "/an env/bin/python")
    plan = plan_of(tmp_path / "sweep", [1, 2], title="two\nlines")
    profile = Profile(partition="short", time=90.0, memory=2e9, cache="$SCRATCH/x y")
    text = export.snakefile(plan, profile, tmp_path / "Snakefile").read_text()
    head, _, rules = text.partition("rule all:")
    names: dict = {}
    exec(head, names)  # as Snakemake does: it is Python up to the first rule
    assert names["RANKS"] == {point.name: point.ranks for point in plan.points}
    assert names["SWEEP"] == plan.folder.resolve()
    assert names["PYTHON"] == "'/an env/bin/python'"
    assert names["ENVIRONMENT"] == (
        'HYDRA_LAUNCHER=fork XDG_CACHE_HOME="$SCRATCH/x y" NUMBA_CACHE_DIR="$SCRATCH/x y/numba"'
    )
    assert text.startswith("# Sweep: two lines\n")
    for line in ("slurm_partition='short',", "runtime=2,", "mem_mb_per_cpu=2000,"):
        assert f"        {line}\n" in rules
    wanted = rules.split("[f", 1)[1].split(" for name", 1)[0]
    for point in plan.points:
        made = eval(f"f{wanted}", {"SWEEP": plan.folder, "name": point.name})
        assert Path(made) == folder_of(plan.folder, point.name) / "result.json"


STAND_IN = """\
import os, sys
from pathlib import Path
folder, name = Path(sys.argv[5]), sys.argv[7]
done = folder / "points" / name[:2] / name
(done / "result.json").write_text(" ".join([*sys.argv[1:5], os.environ["HYDRA_LAUNCHER"]]))
with (folder / "runs").open("a") as runs:
    runs.write(name + chr(10))
"""


@pytest.mark.skipif(shutil.which("snakemake") is None, reason="snakemake is not installed")
def test_snakemake_runs_every_point_once(tmp_path, monkeypatch):
    stand_in = tmp_path / "a python"
    stand_in.write_text(f"#!{sys.executable}\n{STAND_IN}")
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stand_in))
    plan = plan_of(tmp_path / "a sweep", [1, 2, 1])
    file = export.snakefile(plan, Profile(time=60.0), plan.folder / "Snakefile")
    command = ["snakemake", "-c2", "--snakefile", str(file)]
    environment = os.environ | {"HOME": str(tmp_path)}
    for _ in range(2):  # the second time there is nothing to do
        subprocess.run(command, check=True, cwd=plan.folder, env=environment, timeout=100)
    for name in names_of(plan):
        result = folder_of(plan.folder, name) / "result.json"
        assert result.read_text() == "-m cryosim sweep work fork"
    assert sorted((plan.folder / "runs").read_text().split()) == sorted(names_of(plan))
