r"""Nearly incompressible hyperelastic layers: displacement and pressure as unknowns.

.. math::
   \Pi(u, p) = \int \left[ W_{iso}(\bar I_1) + p\,(J - 1) - \frac{p^2}{2 \kappa} \right] w \, dX

with the energy of :mod:`cryosim.shape.tissue_mechanics`, :math:`F = I + \nabla u`, the stretch
:math:`\lambda` out of the plane (1 in a section: plane strain; :math:`1 + u_r / R` about an axis),
:math:`J = \lambda \det F`, :math:`\operatorname{tr} C = F : F + \lambda^2` and the weight
:math:`w` = 1 or :math:`2 \pi R`.  Cells are quadrilaterals or hexahedra: quadratic with a
discontinuous linear pressure (Q2-DPC1) or linear with one pressure a cell (Q1-P0), both free of
locking and keeping the volume of each cell.
"""

from collections.abc import Sequence
from typing import Any

import basix.ufl
import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from mpi4py import MPI

from cryosim.fem.domain import Domain
from cryosim.shape.tissue_mechanics import Elasticity, exponent, isochoric_energy

Values = npt.NDArray[np.float64]


class ElasticBody:
    """Unknowns of a layered body, its kinematics and its elastic residual.

    Stresses are in ``stress_unit`` (Pa), lengths in whatever the mesh is in.
    """

    def __init__(
        self,
        domain: Domain,
        laws: Sequence[Elasticity],
        *,
        degree: int,
        round_body: bool = False,
        stress_unit: float = 1.0,
    ) -> None:
        mesh, self.dim = domain.mesh, domain.dimension
        cell, self.round = mesh.basix_cell(), round_body
        self.mesh, self.domain, self.degree = mesh, domain, degree
        element = basix.ufl.element("Q", cell, degree, shape=(self.dim,))
        pressure = ("DPC", 1) if degree == 2 else ("DG", 0)
        self.V = fem.functionspace(mesh, element)
        self.Q = fem.functionspace(mesh, (*pressure, ()))
        self.u, self.p = fem.Function(self.V, name="u"), fem.Function(self.Q, name="p")
        self.v, self.q = ufl.TestFunction(self.V), ufl.TestFunction(self.Q)
        self.dx = ufl.Measure("dx", mesh, metadata={"quadrature_degree": 2 * degree})
        self._kinematics()
        self._energy([(x.shear_modulus / stress_unit, exponent(x), x.bulk_modulus / stress_unit)
                      for x in laws])  # fmt: skip
        self._volumes()

    def least_swelling(self) -> float:
        """Smallest volume ratio J at a quadrature point.  Collective."""
        self._J_points.interpolate(self._J)
        return float(self.mesh.comm.allreduce(self._J_points.x.array.min(initial=np.inf), MPI.MIN))

    def cell_volumes(self) -> tuple[Values, Values]:
        """Volume at rest and now of each owned cell; about an axis the whole ring."""
        volumes = []
        for form in self._cell_forms:
            vector = fem.assemble_vector(form)
            volumes.append(vector.array[: self.mesh.topology.index_map(self.dim).size_local])
        return volumes[0], volumes[1]

    def _volumes(self) -> None:
        """Prepare what is asked of J."""
        rule = basix.ufl.quadrature_element(self.mesh.basix_cell(), (), "default", 2 * self.degree)
        self._J_points = fem.Function(fem.functionspace(self.mesh, rule))
        points = self._J_points.function_space.element.interpolation_points
        self._J = fem.Expression(self.J, points)
        one = ufl.TestFunction(fem.functionspace(self.mesh, ("DG", 0)))
        w = one * self.weight
        self._cell_forms = [fem.form(w * self.dx), fem.form(self.J * w * self.dx)]

    def _kinematics(self) -> None:
        R = ufl.SpatialCoordinate(self.mesh)[0]
        self.F = ufl.Identity(self.dim) + ufl.grad(self.u)
        self.weight: Any = 2.0 * np.pi * R if self.round else 1.0
        self.out_of_plane: Any = 1.0 + self.u[0] / R if self.round else 1.0
        self.J = self.out_of_plane * ufl.det(self.F)
        beyond = self.out_of_plane**2 if self.dim == 2 else 0.0
        self.I1 = self.J ** (-2.0 / 3.0) * (ufl.inner(self.F, self.F) + beyond)
        self.area = self.J * ufl.inv(self.F).T * ufl.FacetNormal(self.mesh) * self.weight
        """Nanson's formula: normal times current area, for each reference area."""

    def _energy(self, moduli: Sequence[tuple[float, float, float]]) -> None:
        """Residuals of momentum and volume from the moduli (mu, b, kappa) of each layer."""
        constants = fem.functionspace(self.mesh, ("DG", 0))
        mu, b, kappa = (fem.Function(constants) for _ in range(3))
        for field, values in zip((mu, b, kappa), zip(*moduli, strict=True), strict=True):
            field.x.array[:] = np.array(values)[self.domain.layer]
        u, p, v, q = self.u, self.p, self.v, self.q
        W = isochoric_energy(self.I1, mu, b, ufl.exp) + p * (self.J - 1.0) - p * p / (2.0 * kappa)
        self.momentum = ufl.derivative(W * self.weight * self.dx, u, v)
        self.continuity = ufl.derivative(W * self.weight * self.dx, p, q)
