"""A sweep for sites with habits of their own: plain batch scripts, or a Snakefile.

Both call ``cryosim sweep work``, so whatever they have done is done for ``cryosim sweep`` too.
"""

import shlex
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from string import Template

from cryosim.errors import CaseError, CryosimError
from cryosim.output.files import write_text
from cryosim.sweep import bundles, script
from cryosim.sweep.bundles import Array
from cryosim.sweep.plan import Plan
from cryosim.sweep.profile import Profile

SNAKEFILE = "Snakefile"
TEMPLATE = "snakefile.txt"
SUBMIT = "submit.sh"

_FIRST = "# What all points need is compiled once, before many jobs would at the same time."


def scripts(plan: Plan, names: Sequence[str], profile: Profile, folder: Path) -> list[Path]:
    """Write batch scripts for the points ``names`` into ``folder``, and one that submits them."""
    arrays = bundles.arrays(plan, names, profile)
    if not arrays:
        raise CaseError(f"{plan.folder}: every point is done, there is nothing to export")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CryosimError(f"{folder} could not be made: {error.strerror or error}") from error
    folder = folder.resolve()
    first = bundles.warming(plan, names, profile)
    written = []
    for array in [*([] if first is None else [first]), *arrays]:
        written.append(folder / f"{array.label}.sh")
        write_text(written[-1], script.text(script.of_array(plan, array, folder), profile))
    write_text(folder / SUBMIT, _submit([array.label for array in arrays], first))
    return [*written, folder / SUBMIT]


def _submit(labels: Sequence[str], first: Array | None) -> str:
    after = "" if first is None else ' --dependency=afterany:"${first%%;*}"'
    lines = [
        "#!/bin/bash",
        "# Submits the scripts of this folder; edit them, and this, as your site needs it.",
        'set -e\ncd "$(dirname "$0")"',
        "",
        *([] if first is None else [_FIRST, f"first=$(sbatch --parsable {first.label}.sh)"]),
        *(f"sbatch{after} {label}.sh" for label in labels),
    ]
    return "\n".join(lines) + "\n"


def snakefile(plan: Plan, profile: Profile, file: Path) -> Path:
    """Write a Snakefile of the sweep to ``file``, a rule for all points; it reads the plan."""
    request = profile.request(1)
    extra = {
        "slurm_partition": request.partition, "slurm_account": request.account,
        "runtime": None if request.time is None else max(1, round(request.time / 60.0)),
        "mem_mb_per_cpu": None if request.memory is None else round(request.memory / 1e6),
    }  # fmt: skip
    lines = [f"        {key}={value!r}," for key, value in extra.items() if value is not None]
    kept = profile.environment()
    own = ["HYDRA_LAUNCHER=fork", *(f"{key}={script.shell_word(v)}" for key, v in kept.items())]
    template = Template((files("cryosim.sweep") / TEMPLATE).read_text(encoding="utf-8"))
    write_text(file, template.substitute(
        title=" ".join(plan.title.split()), sweep=repr(str(plan.folder.resolve())),
        python=repr(shlex.quote(sys.executable)), environment=repr(" ".join(own)),
        extra="\n".join(lines),
    ))  # fmt: skip
    return file
