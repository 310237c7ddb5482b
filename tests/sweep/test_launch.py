"""How ranks are started, within Slurm and without."""

import pytest

from cryosim.errors import CaseError, MissingTool
from cryosim.sweep import launch
from cryosim.sweep.launch import Launch, environment_alone, refuse_step


@pytest.mark.parametrize(("nodes", "expected"), [(None, "fork"), ("1", "fork"), ("2", None)])
def test_hydra_asks_slurm_for_places_only_on_several_nodes(monkeypatch, nodes, expected):
    monkeypatch.delenv("HYDRA_LAUNCHER", raising=False)
    monkeypatch.setenv("PMI_RANK", "1")
    monkeypatch.setenv("SLURM_JOB_ID", "17")
    if nodes is not None:
        monkeypatch.setenv("SLURM_JOB_NUM_NODES", nodes)
    found = Launch().environment(4)
    assert found.get("HYDRA_LAUNCHER") == expected
    assert found["CRYOSIM_RANKS"] == "4"
    assert found["OMP_NUM_THREADS"] == "1"
    assert found["SLURM_JOB_ID"] == "17"
    assert "PMI_RANK" not in found
    alone = environment_alone()
    assert alone["CRYOSIM_RANKS"] == "1"
    assert not [name for name in alone if name.startswith(("PMI_", "SLURM_", "HYDRA_"))]


def test_a_choice_of_the_user_stays(monkeypatch):
    monkeypatch.setenv("HYDRA_LAUNCHER", "ssh")
    assert Launch().environment(2)["HYDRA_LAUNCHER"] == "ssh"


def test_words_of_the_launcher(monkeypatch):
    assert Launch("srun --mpi=pmix -n {ranks}").words(3) == ["srun", "--mpi=pmix", "-n", "3"]
    assert Launch().words(2)[1:] == ["-n", "2"]
    assert not Launch("srun -n {ranks}").starts(1)
    assert Launch("srun -n {ranks}", alone=True).starts(1)
    assert Launch().starts(2)
    with pytest.raises(CaseError, match=r"expected \{ranks\} where"):
        Launch("srun -n 2")
    monkeypatch.setattr(launch, "launcher", lambda: None)
    with pytest.raises(MissingTool, match="2 ranks, but mpiexec was not found"):
        Launch().words(2)


@pytest.mark.parametrize(("nodes", "step", "refused"), [
    ("2", "0", True), ("1", "0", False), ("2", "4294967291", False), ("2", "", False),
])  # fmt: skip
def test_no_mpiexec_within_srun(nodes, step, refused):
    environment = {"SLURM_JOB_NUM_NODES": nodes, "SLURM_STEP_ID": step}
    if refused:
        with pytest.raises(CaseError, match="within srun"):
            refuse_step(environment)
    else:
        refuse_step(environment)
