r"""Observed orders in time of both integrators with fixed steps, and what adaptive steps do.

Problems are smooth and their mesh is fixed, so only steps are in error.  The reference are steps
far shorter of the *other* integrator: an order is seen only if both go to the same solution.

The order of explicit steps holds at a fixed number of stages.  Their error constant depends on it
where stages are few, and a march takes as few as a step needs, so neighbouring steps scatter.  A
bound of the spectral radius that grows as steps shrink keeps the stages of the longest step; with
the stages that a march would take, the order is seen over a wide range of steps.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mpi4py import MPI

from cryosim.fem.implicit import Implicit
from cryosim.parallel import Values
from cryosim.thermal.balance import HeatBalance
from cryosim.thermal.chebyshev import Chebyshev
from cryosim.thermal.marching import Integrator
from cryosim.treatment.model import Treatment
from cryosim.verify.benchmarks.orders import LAYERS, WITHIN, forced, layered_case, manufactured_case
from cryosim.verify.cases import peak
from cryosim.verify.exact.layers import Layers
from cryosim.verify.results import Result, order
from cryosim.verify.runs import treated
from cryosim.verify.starts import followed, largest, nodes, started, stepped

WIDE = (16.0, 2.0)
"""Fixed steps (s) over which the number of stages may change."""

END, SHORT = 64.0, 0.0625
"""Time (s) at which solutions are compared, and step (s) of what they are compared with."""

TOLERANCES = (1e-1, 1e-3)
"""Tolerances (K) of adaptive steps, about the usual ones."""

WITHIN_POWER = 0.15
"""How far the power of the tolerance may be from 2/3.

Looser than an order of convergence, which it is not: few steps are taken, and how many is a whole
number.  A march of first order under the same control would give 1/3.
"""


@dataclass(frozen=True)
class Problem:
    """A built case, and what makes a fresh balance of it whose steps hold to a tolerance (K)."""

    treatment: Treatment
    fresh: Callable[[float], HeatBalance]
    steps: tuple[float, ...]
    """Fixed steps (s): longer ones are not resolved yet, and with shorter ones the error falls to
    that of the kinks of tabulated laws, 1e-4 K, where latent heat is released."""

    def stepped(self, integrator: Integrator, dt: float, longest: float | None = None) -> Values:
        """Temperature (degC) after steps of ``dt`` (s), with the stages of the ``longest`` step."""
        balance = self.fresh(1e-6)
        balance.integrator = integrator
        balance.spectral_radius *= (longest or dt) / dt
        return stepped(balance, dt, round(END / dt))

    def order(
        self, what: str, integrator: Integrator, steps: tuple[float, ...], exact: Values,
        longest: float | None = None,
    ) -> Result:  # fmt: skip
        """Order in time that ``steps`` (s) show against ``exact``."""
        errors = [
            largest(self.treatment, self.stepped(integrator, dt, longest) - exact) for dt in steps
        ]
        return order(f"order in time, {what}", steps, errors, 2.0, WITHIN)


def melting_layers(folder: Path) -> Problem:
    """A melting layer under another, past what its start has of sharp detail."""
    lower = {"lipid": peak(30e3, 20.0, 6.0), "conductivity_frozen": "0.25 W/m/K"}
    treatment = treated(folder, layered_case(2.5e-4, 1, lower=lower))
    shape = Layers(LAYERS, 200.0)(nodes(treatment)[:, 0])
    T_0 = followed(started(treatment, 37.0 - 15.0 * shape, 1e-4), 30.0)
    return Problem(treatment, lambda tolerance: started(treatment, T_0, tolerance), (8.0, 4.0, 2.0))


def driven(folder: Path) -> Problem:
    """The manufactured solution in a column: what drives it changes within a step."""
    treatment = treated(folder, manufactured_case(5e-4, 1))
    return Problem(treatment, lambda tolerance: forced(treatment, tolerance), (2.0, 1.0, 0.5))


def _problems(folder: Path) -> dict[str, Problem]:
    return {"melting layers": melting_layers(folder), "source in time": driven(folder)}


def implicit_steps() -> Implicit:
    """TR-BDF2 on all ranks."""
    return Implicit(MPI.COMM_WORLD)


def explicit_order(folder: Path) -> list[Result]:
    """Fixed Chebyshev steps against short implicit ones."""
    results = []
    for name, problem in _problems(folder).items():
        exact = problem.stepped(implicit_steps(), SHORT)
        for what, steps, longest in (
            ("same stages", problem.steps, problem.steps[0]), ("stages as needed", WIDE, None)
        ):  # fmt: skip
            label = f"{name}, {what}"
            results.append(problem.order(label, Chebyshev(), steps, exact, longest))
    return results


def implicit_order(folder: Path) -> list[Result]:
    """Fixed TR-BDF2 steps against explicit ones, shorter still since their error is larger."""
    results = []
    for name, problem in _problems(folder).items():
        exact = problem.stepped(Chebyshev(), SHORT / 2.0)
        results.append(problem.order(name, implicit_steps(), problem.steps, exact))
    return results


def in_tolerance(folder: Path) -> list[Result]:
    """Adaptive steps: a step's error is of third order, that of the march of second.

    So the error follows the power 2/3 of the tolerance.  This is a property of the step control,
    not an order of convergence of the method.
    """
    problem, results = melting_layers(folder), []
    exact = problem.stepped(Chebyshev(), SHORT)
    for name, integrator in (("explicit", Chebyshev()), ("implicit", implicit_steps())):
        errors = []
        for tolerance in TOLERANCES:
            balance = problem.fresh(tolerance)
            balance.integrator = integrator
            errors.append(largest(problem.treatment, followed(balance, END) - exact))
        what = f"power of the tolerance in the error, {name}"
        found = order(what, TOLERANCES, errors, 2.0 / 3.0, WITHIN_POWER)
        results.append(replace(found, order=None))
    return results
