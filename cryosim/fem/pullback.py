r"""Heat in a deformed body, written on the body at rest.

A point at rest at :math:`X` is now at :math:`x = X + u(X)`.  With :math:`F = I + \nabla u` and
:math:`J = \det F`,

.. math::
   \int k \nabla T \cdot \nabla v \, dx &= \int k \, J F^{-1} F^{-T}
      \nabla_X T \cdot \nabla_X v \, dX , \\
   \int v \, dx = \int J v \, dX , &\qquad \int v \, ds = \int |J F^{-T} N| \, v \, dS ,

where :math:`N` is the normal at rest: heat spreads in the mesh at rest as it would in the mesh
moved by :math:`u`.  With :math:`u` linear on each edge and the vertex rule on both, the two are
the same matrices.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import ufl
from dolfinx import fem

from cryosim.errors import CaseError
from cryosim.fem.domain import Domain
from cryosim.thermal.network import Values


@dataclass(frozen=True)
class Deformation:
    """Displacement of a mesh; what it makes of gradients, volumes and areas."""

    u: fem.Function

    @classmethod
    def of(cls, domain: Domain, displacement: Values) -> "Deformation":
        """Deformation of the linear ``domain`` by the ``displacement`` (m) of its geometry nodes.

        Raises CaseError where a cell would fold over.  Collective.
        """
        mesh = domain.mesh
        expected = (mesh.geometry.x.shape[0], mesh.geometry.dim)
        if displacement.shape != expected:
            raise ValueError(f"displacement has shape {displacement.shape}, not {expected}")
        V = fem.functionspace(mesh, ("Lagrange", 1, (mesh.geometry.dim,)))
        u = fem.Function(V)
        by_node = u.x.array.reshape(-1, mesh.geometry.dim)
        by_node[V.dofmap.list.ravel()] = displacement[mesh.geometry.dofmaps[0].ravel()]
        deformation = cls(u)
        deformation._check()
        return deformation

    @property
    def volume(self) -> Any:
        """Volume ratio J."""
        return ufl.det(self._F)

    @property
    def conduction(self) -> Any:
        """Tensor J F^-1 F^-T that stands in for a conductivity of 1."""
        return self.volume * ufl.inv(self._F) * ufl.inv(self._F).T

    @property
    def area(self) -> Any:
        """Area ratio of a facet."""
        n = self.volume * ufl.inv(self._F).T * ufl.FacetNormal(self.u.function_space.mesh)
        return ufl.sqrt(ufl.dot(n, n))

    @property
    def _F(self) -> Any:
        return ufl.Identity(len(self.u)) + ufl.grad(self.u)

    def ratios(self) -> Values:
        """Volume ratio at each corner of each owned cell, shape (cells, corners)."""
        mesh = self.u.function_space.mesh
        corners = self.u.function_space.element.basix_element.points
        n = mesh.topology.index_map(mesh.topology.dim).size_local
        return fem.Expression(self.volume, corners).eval(mesh, np.arange(n, dtype=np.int32))

    def _check(self) -> None:
        """Refuse a mesh that folds over, with the worst place.  Collective."""
        mesh, J = self.u.function_space.mesh, self.ratios()
        least, place = np.inf, np.zeros(3)
        if J.size:
            cell, corner = np.unravel_index(J.argmin(), J.shape)
            dof = self.u.function_space.dofmap.list[cell, corner]
            least = float(J.min())
            place = self.u.function_space.tabulate_dof_coordinates()[dof]
        least, place = min(mesh.comm.allgather((least, tuple(place))))
        if not least > 0.0:
            shown = ", ".join(f"{round(x * 1e3, 1) + 0.0:.1f}" for x in place[: mesh.geometry.dim])
            raise CaseError(
                f"the drawn mesh folds over: its volume ratio J is {least:.2g} at ({shown}) mm of "
                "the block at rest; expected above 0.  Make the draw smaller or the mesh finer "
                "there"
            )
