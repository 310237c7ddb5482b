"""Scenes of runs to be turned in a page, where there is something to see."""

from dataclasses import dataclass

from cryosim.errors import CaseError, MissingTool
from cryosim.report.run import Run

MOST_TIMES = 61
"""Of the scene of one run."""


@dataclass(frozen=True)
class Missing:
    """Why a page holds no scene; empty where nobody expects one."""

    why: str


def scene_of(run: Run, most_times: int = MOST_TIMES) -> str | Missing:
    """The JSON text of a run's scene, or why there is none."""
    if run.result.dimension == 1:
        return Missing("")
    if not run.has_fields:
        return Missing("this run kept no fields (output.fields = false)")
    from cryosim.report.embedded import embedded_scene
    from cryosim.scene.tissue import Tissue

    try:
        return embedded_scene(Tissue.open(run.folder), most_times=most_times)
    except (CaseError, MissingTool) as error:
        return Missing(str(error))
