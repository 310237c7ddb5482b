r"""Tissue under a cup that suction holds: forces between the two, and one step of Newton's method.

With the current point :math:`x = X + u`, the height of the mouth :math:`c`, the signed distance
:math:`g` to the cup, its rounded overlap :math:`s = \max(-g, 0)`, and :math:`\zeta, \phi` = 1 under
the sealed mouth and under cup and flange, the virtual work of suction :math:`p_s` (a follower load
on the skin inside the seal line) and of contact (penalty :math:`k`, Pa/m) is

.. math::
   \delta W = \int_{skin} p_s\,\zeta(x)\,(v - \tau e_z) \cdot (J F^{-T} N) \, dA
            + \int_{skin} k\, s\, \phi(x)\, \delta g(x;\, v, \tau) \, dA ,

where :math:`\tau` is the variation of :math:`c`.  The cup is free to move along its axis, so that
suction pulls it onto the skin as hard as skin pushes back: fixed in space it would leak at the
flange.  The deep face is held, the lateral faces slide.  Friction is left out (gel).
"""

from itertools import count

import basix.ufl
import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx import mesh as dmesh
from dolfinx.fem.petsc import NonlinearProblem

from cryosim.fem.draw.elastic import ElasticBody
from cryosim.shape.cavity import Cavity
from cryosim.shape.cup import Cup

Values = npt.NDArray[np.float64]

MM, KPA = 1e-3, 1e3
"""Lengths in mm and stresses in kPa make both halves of the equations of one size."""

SOLVER = {
    "snes_type": "newtonls",
    "snes_linesearch_type": "l2",
    "snes_rtol": 1e-8,
    "snes_atol": 1e-6,
    "snes_stol": 1e-10,
    "snes_max_it": 25,
    "ksp_type": "preonly",
    "pc_type": "lu",
    "pc_factor_mat_solver_type": "mumps",
}

_names = count()


class DrawProblem:
    """Unknowns and equations of a draw; lengths in mm, stresses in kPa."""

    def __init__(self, body: ElasticBody, cup: Cup, stiffness: float) -> None:
        mesh = body.mesh
        real = fem.functionspace(mesh, basix.ufl.real_element(mesh.basix_cell(), ()))
        self.body, self.mouth = body, fem.Function(real, name="mouth")
        self.suction = fem.Constant(mesh, 0.0)
        cavity, up = Cavity(cup, ufl, MM), body.dim - 1
        tags = dmesh.meshtags(mesh, up, np.sort(body.domain.surfaces["top"]), 1)
        rule = {"quadrature_degree": 2 * body.degree + 2}
        skin = ufl.Measure("ds", mesh, subdomain_data=tags, metadata=rule)(1)
        point = [*(ufl.SpatialCoordinate(mesh) + body.u)]
        point[up] -= self.mouth
        gap, tau = cavity.distance(point), ufl.TestFunction(real)
        pull = self.suction * cavity.sealed(point) * body.area
        k = fem.Constant(mesh, stiffness * MM / KPA)
        push = k * cavity.overlap(gap) * cavity.under(point) * body.weight
        self.momentum = body.momentum - ufl.inner(pull, body.v) * skin
        self.momentum -= push * ufl.derivative(gap, body.u, body.v) * skin
        self.pull = pull[up] * skin
        balance = pull[up] * tau * skin - push * ufl.derivative(gap, self.mouth, tau) * skin
        self.unknowns = [body.u, body.p, self.mouth]
        self._solver = newton(
            [self.momentum, body.continuity, balance], self.unknowns, self._held()
        )

    def _held(self) -> list[fem.DirichletBC]:
        """No motion of the deep face, none across the lateral faces."""
        body, up = self.body, self.body.dim - 1
        sides = [(name, "xy".index(name[0])) for name in body.domain.surfaces if name[1:2] == "_"]
        sides += [("bottom", axis) for axis in range(body.dim)]
        held = []
        for name, axis in sides:
            component = body.V.sub(axis)
            facets = np.sort(body.domain.surfaces[name])
            dofs = fem.locate_dofs_topological(component, up, facets)
            held.append(fem.dirichletbc(0.0, dofs, component))
        return held

    def solve(self) -> int | None:
        """Iterations to equilibrium from the present state; None if not found.  Collective."""
        self._solver.solve()
        snes = self._solver.solver
        return int(snes.getIterationNumber()) if snes.getConvergedReason() > 0 else None

    def state(self) -> list[Values]:
        """A copy of all unknowns."""
        return [f.x.array.copy() for f in self.unknowns]

    def restore(self, state: list[Values], suction: float) -> None:
        """Set all unknowns, and the suction (kPa)."""
        self.suction.value = suction
        for f, values in zip(self.unknowns, state, strict=True):
            f.x.array[:] = values


def newton(
    residuals: list[ufl.Form], unknowns: list[fem.Function], held: list[fem.DirichletBC]
) -> NonlinearProblem:
    """Newton's method with an l2 line search and a direct solver.  Collective."""
    return NonlinearProblem(
        residuals,
        unknowns,
        bcs=held,
        kind="mpi",
        petsc_options_prefix=f"draw_{next(_names)}_",
        petsc_options=SOLVER,
    )
