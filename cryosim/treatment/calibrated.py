"""Other parameters of injury and course that the trials leave as possible."""

from collections.abc import Iterator, Mapping, Sequence

from cryosim.case.schema import Case
from cryosim.injury import DEFAULT, Injury
from cryosim.outcome.course import Course
from cryosim.physics.crystallisation import Equilibrium

Draw = tuple[Mapping[str, float], Mapping[str, float]]
"""Parameters of the injury law and of the course, drawn together."""


def alternatives(case: Case, draws: Sequence[Draw]) -> Iterator[tuple[Injury, Course]]:
    """Injury laws and courses of ``case`` with the parameters of each of ``draws``.

    None if the case has another law, parameters of its own, or crystals by a rate: the trials say
    nothing of those.
    """
    own = case.course.model_copy(update={"sessions": (0.0,), "turnover": 0.0})
    if case.injury != DEFAULT or own != Course() or case.crystallisation != Equilibrium():
        return
    for injury, course in draws:
        yield case.injury.model_copy(update=injury), case.course.model_copy(update=course)
