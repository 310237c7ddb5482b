"""Heat in a deformed body on the mesh at rest: exact solutions, the moved mesh, ranks."""

import numpy as np
import pytest
import scipy.linalg as la
import scipy.sparse as sp
from conftest import shell
from scipy.optimize import brentq
from scipy.sparse.linalg import spsolve

from cryosim.errors import CaseError
from cryosim.fem.domain import block
from cryosim.fem.measure import CellSamples
from cryosim.fem.operators import assemble
from cryosim.fem.pullback import Deformation
from cryosim.parallel import MPI


def rectangle(x, z):
    return block(MPI.COMM_WORLD, [x, z], np.array([z[-1], z[0]]), [])


def nodes(domain):
    return domain.mesh.geometry.x[:, : domain.dimension].copy()


def matrix(stencil):
    n = stencil.volume.size
    return sp.coo_array((stencil.value, (stencil.row, stencil.column)), shape=(n, n)).tocsr()


def area_of(operators, name):
    surface = next(s for s in operators.surfaces if s.name == name)
    area = np.zeros(operators.n_mesh)
    area[surface.node] = surface.area
    return area


K, H = 0.7, 3.0
B = H / (K / 2.0 + H * np.log(2.0))
"""T = B ln r conducts K B / r, which at r = 2 is H (1 - T)."""


def annulus(n, area_factor=True):
    """Error (mean square) and heat flow of a quarter annulus; T = 0 inside, a film outside."""
    domain = rectangle(np.linspace(1.0, 2.0, n + 1), np.linspace(0.0, 1.0, n + 1))
    X = nodes(domain)
    angle = 0.5 * np.pi * X[:, 1]
    u = X[:, :1] * np.column_stack([np.cos(angle), np.sin(angle)]) - X
    names = ["x_min", "x_max"]
    operators = assemble(domain, 1, names, u)
    bare = operators if area_factor else assemble(domain, 1, names)
    film, held = H * area_of(bare, "x_max"), area_of(operators, "x_min") > 0.0
    system = K * matrix(operators.stencils[0]) + sp.diags_array(film)
    T = np.zeros(held.size)
    T[~held] = spsolve(system[~held][:, ~held].tocsc(), film[~held])
    r = operators.space.tabulate_dof_coordinates()[:, 0]
    error = operators.stencils[0].volume @ (T - B * np.log(r)) ** 2
    return np.sqrt(error), film @ (1.0 - T)


def test_a_rectangle_bent_to_an_annulus_conducts_like_one():
    found = [annulus(n) for n in (8, 16, 32)]
    error, flow = np.array(found).T
    assert np.log2(error[:-1] / error[1:]).min() > 1.9
    assert error[-1] < 1e-3
    assert flow[-1] == pytest.approx(0.5 * np.pi * K * B, rel=3e-4)


def test_without_the_area_ratio_the_annulus_is_wrong_on_any_mesh():
    errors = [annulus(n, area_factor=False)[0] for n in (8, 16, 32)]
    assert min(errors) > 0.1


def slab(stretch, n=80):
    """Largest error (K) of a slab of stretched width under a film, 20 s after the step."""
    width, k, c, h, Tc, T0, t = 10e-3, 0.2, 1.9e6, 300.0, -10.0, 36.0, 20.0
    domain = rectangle(np.linspace(0.0, width, n + 1), np.linspace(0.0, 2e-3, 3))
    X = nodes(domain)
    operators = assemble(domain, 1, ["x_max"], X * [stretch - 1.0, 1.0 / stretch - 1.0])
    film = h * area_of(operators, "x_max")
    capacity = c * operators.stencils[0].volume
    stiff = (k * matrix(operators.stencils[0])).toarray() + np.diag(film)
    root = 1.0 / np.sqrt(capacity)
    rate, mode = la.eigh(root[:, None] * stiff * root)
    start = mode.T @ (np.full(film.size, T0 - Tc) / root)
    T = Tc + root * (mode @ (np.exp(-rate * t) * start))
    x = operators.space.tabulate_dof_coordinates()[:, 0] * stretch
    now, exact = width * stretch, np.full(x.size, Tc)
    biot, fourier = h * now / k, k / c * t / now**2
    for j in range(60):
        low = j * np.pi
        z = brentq(lambda z: z * np.tan(z) - biot, low + 1e-9, low + np.pi / 2 - 1e-9)
        part = 4.0 * np.sin(z) / (2.0 * z + np.sin(2.0 * z)) * np.exp(-(z**2) * fourier)
        exact += (T0 - Tc) * part * np.cos(z * x / now)
    return np.abs(T - exact).max()


@pytest.mark.parametrize("stretch", [0.5, 1.0, 2.5])
def test_a_stretched_slab_cools_like_a_slab_of_its_width(stretch):
    coarse, fine = slab(stretch, 40), slab(stretch, 80)
    assert fine < 0.02
    assert np.log2(coarse / fine) > 1.9


def wavy(X):
    """A displacement that strains and shears every cell."""
    u = np.zeros_like(X)
    u[:, -1] = 0.2 * X[:, -1] * np.cos(30.0 * X[:, 0])
    u[:, 0] += 0.1 * X[:, 0] + 0.1 * X[:, -1]
    return u


def two_layers(dimension, n=6):
    axes = [np.linspace(0.0, 0.05, n + k) for k in range(dimension - 1)]
    return block(
        MPI.COMM_WORLD, [*axes, np.linspace(-0.04, 0.0, n + 2)], -np.array([0.0, 0.012, 0.04]), []
    )


@pytest.mark.parametrize("dimension", [2, 3])
def test_the_mesh_at_rest_and_the_moved_one_have_the_same_operators(dimension):
    names = ["top", "bottom", "x_max"]
    domain = two_layers(dimension)
    u = wavy(nodes(domain))
    pulled = assemble(domain, 2, names, u)
    domain.mesh.geometry.x[:, :dimension] += u
    moved = assemble(domain, 2, names)
    for one, other in zip(pulled.stencils, moved.stencils, strict=True):
        difference = abs(matrix(one) - matrix(other)).max()
        assert difference < 1e-12 * abs(matrix(other)).max()
        assert one.volume == pytest.approx(other.volume, rel=1e-12)
    for name in names:
        assert area_of(pulled, name) == pytest.approx(area_of(moved, name), rel=1e-12)


@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_no_displacement_changes_nothing(dimension):
    domain = two_layers(dimension)
    still = assemble(domain, 2, ["top"], np.zeros((len(nodes(domain)), dimension)))
    plain = assemble(domain, 2, ["top"])
    for one, other in zip(still.stencils, plain.stencils, strict=True):
        np.testing.assert_array_equal(one.column, other.column)
        np.testing.assert_allclose(one.value, other.value, rtol=1e-13)
        np.testing.assert_allclose(one.volume, other.volume, rtol=1e-13)
    np.testing.assert_allclose(area_of(still, "top"), area_of(plain, "top"), rtol=1e-13)


@pytest.mark.parametrize("dimension", [2, 3])
def test_cells_have_the_volumes_of_the_moved_mesh(dimension):
    domain = two_layers(dimension)
    u = wavy(nodes(domain))
    space = assemble(domain, 2, ["top"]).space
    T = space.tabulate_dof_coordinates()[:, 0]
    pulled = CellSamples.of(domain, space, u).below(T, 0.03, 2)[0]
    rest = CellSamples.of(domain, space).below(T, 0.03, 2)[0]
    domain.mesh.geometry.x[:, :dimension] += u
    moved = CellSamples.of(domain, space).below(T, 0.03, 2)[0]
    assert pulled == pytest.approx(moved, rel=1e-12)
    assert np.abs(pulled / rest - 1.0).min() > 0.02


def test_a_mesh_that_folds_over_is_refused_with_its_place():
    domain = two_layers(2, 11)
    X = nodes(domain)
    u = np.zeros_like(X)
    u[np.isclose(X[:, 0], 0.02) & np.isclose(X[:, 1], 0.0), 0] = 0.008
    with pytest.raises(CaseError, match=r"J is -0\.6 at \((25|30|20)\.0, 0\.0\) mm"):
        assemble(domain, 2, ["top"], u)


def test_the_volume_ratio_of_a_uniform_stretch_is_its_determinant():
    domain = two_layers(3)
    u = nodes(domain) * [0.5, -0.2, 0.1]
    assert Deformation.of(domain, u).ratios() == pytest.approx(1.5 * 0.8 * 1.1)


RANKS = """
import sys
import numpy as np
from cryosim.fem.domain import block
from cryosim.fem.measure import CellSamples
from cryosim.fem.export import node_gather
from cryosim.fem.operators import assemble
from cryosim.parallel import MPI
axes = [np.linspace(0.0, 0.05, 31), np.linspace(0.0, 0.05, 36), np.linspace(-0.04, 0.0, 31)]
domain = block(MPI.COMM_WORLD, axes, -np.array([0.0, 0.012, 0.04]), [])
X = domain.mesh.geometry.x
u = np.column_stack([0.1 * X[:, 0] * X[:, 1] / 0.05, 0.1 * X[:, 2], 0.2 * X[:, 2] * X[:, 0] / 0.05])
operators = assemble(domain, 2, ["top"], u)
n, gather = operators.n_mesh, node_gather(operators)
T = np.zeros(n + operators.ghosts.size)
T[:n] = np.sin(60.0 * operators.space.tabulate_dof_coordinates()[:n] @ [1.0, 2.0, 3.0])
operators.team.update_ghosts(T, n)
rows = []
for s in operators.stencils:
    rows += [gather(np.bincount(s.row, s.value * T[s.column], n)), gather(s.volume)]
for s in operators.surfaces:
    rows.append(gather(np.bincount(s.node, s.area, n)))
if MPI.COMM_WORLD.rank == 0:
    np.save(sys.argv[1], np.array(rows))
"""


@pytest.mark.parallel
def test_two_ranks_assemble_what_one_does(tmp_path, two_ranks):
    found = []
    for name, start in (("one.npy", shell), ("two.npy", two_ranks)):
        got = start(tmp_path / name, code=RANKS)
        assert got.code == 0, got.err
        found.append(np.load(tmp_path / name))
    one, two = found
    assert one.shape == (5, 31 * 36 * 31)
    scale = np.abs(one).max(axis=1, keepdims=True)
    np.testing.assert_allclose(two / scale, one / scale, atol=1e-12)
