"""The elastic part of a draw against exact solutions: patch, thick tube, thick sphere, wall."""

import numpy as np
import pytest
import ufl
from dolfinx import fem
from dolfinx import mesh as dmesh
from mpi4py import MPI
from scipy.integrate import quad

from cryosim.fem.domain import block
from cryosim.fem.draw.elastic import ElasticBody
from cryosim.fem.draw.problem import newton
from cryosim.shape.cavity import Cavity
from cryosim.shape.cup import Cup
from cryosim.shape.tissue_mechanics import Elasticity

RUBBER = Elasticity(shear_modulus=1.0, bulk_modulus=1e5)
SKINLIKE = Elasticity(shear_modulus=2.0, stiffening=4.0, bulk_modulus=1e3)


def body_on(axes, degree, law=RUBBER, moved=None, **options):
    """A body of one law on a block, with its nodes ``moved``."""
    domain = block(MPI.COMM_SELF, axes, np.array([axes[-1][-1], axes[-1][0]]), [])
    if moved is not None:
        x = domain.mesh.geometry.x
        x[:, : len(axes)] = moved(x[:, : len(axes)])
    return ElasticBody(domain, [law], degree=degree, **options)


def held(body, name, axis, value=0.0):
    component, facets = body.V.sub(axis), np.sort(body.domain.surfaces[name])
    dofs = fem.locate_dofs_topological(component, body.dim - 1, facets)
    return fem.dirichletbc(value, dofs, component)


def on_face(body, name):
    tags = dmesh.meshtags(body.mesh, body.dim - 1, np.sort(body.domain.surfaces[name]), 1)
    return ufl.Measure("ds", body.mesh, subdomain_data=tags)(1, degree=6)


def solve(problem):
    problem.solver.setTolerances(rtol=1e-15, atol=1e-15, stol=1e-13)
    problem.solve()
    assert problem.solver.getConvergedReason() > 0


def jolted(x):
    """Interior nodes of a unit block at random places near their own."""
    inside = ((x > 0.01) & (x < 0.99)).all(axis=1)
    shift = np.random.default_rng(3).uniform(-0.05, 0.05, x.shape)
    return x + shift * inside[:, None]


@pytest.mark.parametrize(("dim", "degree"), [(2, 1), (2, 2), (3, 1), (3, 2)])
def test_patch(dim, degree):
    body = body_on([np.linspace(0.0, 1.0, 4)] * dim, degree, SKINLIKE, jolted)
    G = np.array([[0.12, 0.3, -0.1], [0.05, -0.1, 0.2], [0.15, -0.2, 0.06]])[:dim, :dim]
    edge = fem.Function(body.V)
    edge.interpolate(lambda x: G @ x[:dim])
    facets = dmesh.exterior_facet_indices(body.mesh.topology)
    held_all = fem.dirichletbc(edge, fem.locate_dofs_topological(body.V, dim - 1, facets))
    body.u.interpolate(lambda x: G @ x[:dim] + 1e-2 * np.sin(9.0 * x[:dim]))
    solve(newton([body.momentum, body.continuity], [body.u, body.p], [held_all]))
    off = ufl.grad(body.u) - ufl.as_matrix(G)
    assert fem.assemble_scalar(fem.form(ufl.inner(off, off) * body.dx)) < 1e-24
    pressure = 1e3 * (np.linalg.det(np.eye(dim) + G) - 1.0)
    off = fem.assemble_scalar(fem.form((body.p - pressure) ** 2 * body.dx))
    assert off < (1e-11 * pressure) ** 2


def test_patch_about_an_axis():
    body = body_on([np.linspace(0.0, 1.0, 4)] * 2, 2, SKINLIKE, jolted, round_body=True)
    sides = [held(body, "x_min", 0), held(body, "x_max", 0, 0.2), held(body, "bottom", 1)]
    top = [held(body, "top", 1, -0.25)]
    solve(newton([body.momentum, body.continuity], [body.u, body.p], sides + top))
    before, now = body.cell_volumes()
    assert before.sum() == pytest.approx(np.pi, rel=1e-12)
    np.testing.assert_allclose(now / before, 1.2**2 * 0.75, rtol=1e-12)
    assert body.least_swelling() == pytest.approx(1.2**2 * 0.75, rel=1e-12)


def blown_up(body, pressure, sides, steps=4):
    """Stretch of the inner radius, at rest 1, under a pressure inside."""
    p = fem.Constant(body.mesh, 0.0)
    momentum = body.momentum + p * ufl.inner(body.area, body.v) * on_face(body, "x_min")
    problem = newton([momentum, body.continuity], [body.u, body.p], sides)
    for step in range(1, steps + 1):
        p.value = pressure * step / steps
        solve(problem)
    x = body.V.tabulate_dof_coordinates()
    inner = np.flatnonzero(np.abs(x[:, 0] - 1.0) + np.abs(x[:, 1]) < 1e-12)[0]
    return 1.0 + body.u.x.array[2 * inner]


def quarter_ring(x):
    return np.column_stack([x[:, 0] * np.cos(x[:, 1]), x[:, 0] * np.sin(x[:, 1])])


def thick(n, around, degree, **options):
    """Quarter of a ring between radii 1 and 2 with ``n`` by ``around`` cells."""
    axes = [np.linspace(1.0, 2.0, n + 1), np.linspace(0.0, np.pi / 2.0, around + 1)]
    return body_on(axes, degree, moved=quarter_ring, **options)


@pytest.mark.parametrize("degree", [1, 2])
def test_thick_tube_at_twice_its_inner_radius(degree):
    """Neo-Hookean, incompressible: p = mu int (r^2/R^2 - R^2/r^2) dr/r, r^2 = R^2 + 3."""
    pressure, _ = quad(lambda R: ((R * R + 3) / R**2 - R**2 / (R * R + 3)) * R / (R * R + 3), 1, 2)
    errors = []
    for n, around in ((8, 16), (16, 32), (8, 32)):
        body = thick(n, around, degree)
        sides = [held(body, "bottom", 1), held(body, "top", 0)]
        errors.append(abs(blown_up(body, pressure, sides) - 2.0))
    assert np.log2(errors[0] / errors[1]) > 1.8
    assert errors[2] < 1e-3


def test_thick_sphere_below_its_limit_point():
    """Neo-Hookean, incompressible: p / mu = f(outer) - f(inner), f = 2/s + 1/(2 s^4), s = r/R."""
    outer = (8.0 + 1.3**3 - 1.0) ** (1.0 / 3.0) / 2.0
    f = [2.0 / s + 0.5 / s**4 for s in (1.3, outer)]
    body = thick(12, 48, 2, round_body=True)
    stretch = blown_up(body, f[1] - f[0], [held(body, "bottom", 1), held(body, "top", 0)], 2)
    assert stretch == pytest.approx(1.3, abs=1e-4)


@pytest.mark.parametrize("stiffening", [0.0, 5.0])
def test_a_wall_gives_way_by_force_over_stiffness(stiffening):
    """Plane strain between smooth walls: pressure mu exp(b (I1 - 3)) (l^-3 - l) on area at rest."""

    def pressure(stretch):
        growth = np.exp(stiffening * (stretch**2 + stretch**-2 - 2.0))
        return growth * (stretch**-3 - stretch)

    law = RUBBER.model_copy(update={"stiffening": stiffening})
    cavity = Cavity(Cup(gap=0.04, length=0.04, depth=0.04), ufl, 1e3)
    reached = []
    for stiffness in (1e3, 1e4):
        body = body_on([np.linspace(0.0, 1.0, 3), np.linspace(-1.0, 0.0, 3)], 2, law)
        wall = fem.Constant(body.mesh, 0.0)
        top = on_face(body, "top")
        gap = wall - body.u[1] - ufl.SpatialCoordinate(body.mesh)[1]
        push = stiffness * cavity.overlap(gap) * ufl.derivative(gap, body.u, body.v) * top
        sides = [held(body, "x_min", 0), held(body, "bottom", 1)]
        problem = newton([body.momentum - push, body.continuity], [body.u, body.p], sides)
        for depth in (0.05, 0.1, 0.15, 0.2):
            wall.value = -depth
            solve(problem)
        reached.append(fem.assemble_scalar(fem.form(stiffness * cavity.overlap(gap) * top)))
        assert reached[-1] == pytest.approx(pressure(0.8 + reached[-1] / stiffness), rel=1e-3)
    exact = pressure(0.8)
    assert reached[1] == pytest.approx(exact, rel=0.01)
    assert (exact - reached[0]) / (exact - reached[1]) == pytest.approx(10.0, rel=0.1)
