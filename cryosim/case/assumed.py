"""What a case assumes of the body beyond the tissue library, told with its result."""

from collections.abc import Iterator

from cryosim.case.protocol import Repeat
from cryosim.case.schema import Case
from cryosim.injury import DEFAULT
from cryosim.physics.crystallisation import Equilibrium


def assumptions(case: Case) -> list[str]:
    """One line for each: key path, value, and how little is known of it."""
    return [*_of_injury(case), *_of_phases(case), *_of_release(case), *_of_crystals(case)]


def _of_injury(case: Case) -> Iterator[str]:
    """An injury law that is not the default."""
    if case.injury.kind != DEFAULT.kind:
        yield (
            f'injury.kind = "{case.injury.kind}" (assumption: no cold-injury constants of '
            "adipocytes have been published)"
        )


def _of_phases(case: Case) -> Iterator[str]:
    """Factors on perfusion and on injury."""
    for i, phase in enumerate(case.protocol):
        if isinstance(phase, Repeat):
            continue
        where = f"protocol[{i + 1}]"
        if phase.perfusion != 1.0:
            yield (
                f"{where}.perfusion = {phase.perfusion:g} (assumption: not measured under suction "
                "in a cold applicator; 0.1 to 1 is plausible)"
            )
        if phase.phase == "massage":
            yield (
                f"{where}: injury.massage = {case.injury.massage:g} (assumption: calibrated to one "
                "trial of n = 10)"
            )
        if phase.source is not None:
            yield f"{where}.source (given by the case; no field of an emitter is computed)"


def _of_release(case: Case) -> Iterator[str]:
    """Blood flow after applicators have been taken off."""
    for i, plate in enumerate(case.applicator):
        if plate.after is not None:
            yield (
                f"applicator[{i + 1}].after.hyperaemia = {plate.after.hyperaemia:g}, fading in "
                f"{plate.after.fades:g} s (assumption: measured after suction without cold only, "
                "8 to 17; none after cold alone)"
            )


def _of_crystals(case: Case) -> Iterator[str]:
    """Rate and supercooling of crystals that are not in equilibrium."""
    law = case.crystallisation
    if isinstance(law, Equilibrium):
        return
    yield (
        f"crystallisation.supercooling = {law.supercooling:g} K (assumption: crystals of human fat "
        "form 5 to 10 K colder than they melt, recalled)"
    )
    yield (
        f'crystallisation.kind = "{law.kind}" with a rate that is an assumption: none of human fat '
        "has been published; 5 1/h is that of cocoa butter"
    )
