"""A three-dimensional phase change against scikit-fem, which shares no line with cryosim.

A plate on a quarter of a layered block, latent heat of 70 kJ/kg between 2 and 14 degC, perfusion,
conductivity that depends on temperature. The other code uses the same nodes but consistent
matrices with full quadrature and second-order backward differences with Newton's method on
temperature; it stores enthalpy at its quadrature points. So the two differ by their errors in
space, which shrink with the mesh: by 2 mm cells to 0.17 K in the root mean square.
"""

import numpy as np
import pytest
from mpi4py import MPI
from support.cases import written

from cryosim.case.load import load
from cryosim.treatment.build import build
from cryosim.treatment.geometry import axes_of

skfem = pytest.importorskip("skfem", reason="needs the optional extra crosscheck (scikit-fem)")

SOLID, LIQUID, LATENT = 2.0, 14.0, 70e3
RHO, C, K_LIQUID, K_SOLID = 911.0, 2348.0, 0.2, 0.26
G, CORE, PLATE, CONTACT, FILM, ROOM, START = 1900.0, 37.0, -10.0, 300.0, 10.0, 24.0, 34.0
TIMES = (300.0, 900.0)

RIM = 4e-3
"""Distance (m) from the rim of the plate, where the flux jumps, within which meshes rule."""

CASE = {
    "title": "code to code",
    "dimension": 3,
    "anatomy": {"layers": [{"tissue": "fat_like", "thickness": "16 mm"}]},
    "start": {"kind": "uniform", "temperature": f"{START} degC"},
    "applicator": {
        "size": ["20 mm", "20 mm"],
        "contact_conductance": f"{CONTACT} W/m^2/K",
        "start_temperature": f"{PLATE} degC",
        "centre": ["-10 mm", "-10 mm"],
    },
    "protocol": [{"phase": "cool", "temperature": f"{PLATE} degC", "duration": "900 s"}],
    "room": {"temperature": f"{ROOM} degC", "film": f"{FILM} W/m^2/K"},
    "blood": {"density": "1000 kg/m^3", "heat_capacity": "1000 J/kg/K"},
    "numerics": {"tolerance": "0.005 K"},
    "output": {"fields": False, "figures": False},
    "tissue": {
        "fat_like": {
            "density": f"{RHO} kg/m^3",
            "heat_capacity": f"{C} J/kg/K",
            "conductivity": f"{K_LIQUID} W/m/K",
            "conductivity_frozen": f"{K_SOLID} W/m/K",
            "perfusion": f"{G * 1e-6} 1/s",
            "lipid": {
                "latent_heat": "70 kJ/kg",
                "curve": {
                    "kind": "table",
                    "temperature": [f"{SOLID} degC", f"{LIQUID} degC"],
                    "liquid": [0.0, 1.0],
                },
            },
        }
    },
}


def liquid(T):
    return np.clip((T - SOLID) / (LIQUID - SOLID), 0.0, 1.0)


def enthalpy(T):
    return RHO * (C * T + LATENT * liquid(T))


def capacity(T):
    return RHO * (C + LATENT / (LIQUID - SOLID) * ((T > SOLID) & (T < LIQUID)))


def conductivity(T):
    return K_SOLID + (K_LIQUID - K_SOLID) * liquid(T)


class Other:
    """The same problem in scikit-fem, in degrees Celsius."""

    def __init__(self, axes):
        x, y, z = axes
        self.mesh = skfem.MeshHex.init_tensor(x, y, z)
        element = skfem.ElementHex1()
        self.volume = skfem.Basis(self.mesh, element, intorder=2)
        corner = x[0] + 0.02
        top = np.isclose(self.mesh.p[2][self.mesh.facets].mean(axis=0), z[-1])
        middle = self.mesh.p[:, self.mesh.facets].mean(axis=1)
        under = top & (middle[0] < corner) & (middle[1] < corner)
        self.surfaces = [
            (skfem.FacetBasis(self.mesh, element, facets=np.flatnonzero(which)), h, T)
            for which, h, T in ((under, CONTACT, PLATE), (top & ~under, FILM, ROOM))
        ]
        self.base = self.volume.get_dofs(lambda x: np.isclose(x[2], z[0])).all()
        self.exchange = sum(
            h * skfem.BilinearForm(product).assemble(b) for b, h, _ in self.surfaces
        )
        self.load = sum(
            h * T * skfem.LinearForm(test).assemble(b) for b, h, T in self.surfaces
        ) + G * CORE * skfem.LinearForm(test).assemble(self.volume)
        self.perfusion = G * skfem.BilinearForm(product).assemble(self.volume)

    def march(self, times, dt):
        """Temperature (degC) at all nodes at each of ``times`` (s), steps of at most ``dt`` (s)."""
        T = np.full(self.volume.N, START)
        T[self.base] = CORE
        before = T.copy()
        seen, t = [], 0.0
        sizes = [0.02 * 1.3**k for k in range(40)]
        sizes = [s for s in sizes if s < dt]
        last = None
        while len(seen) < len(times):
            target = times[len(seen)]
            step = min(sizes.pop(0) if sizes else dt, target - t)
            if target - t - step < 0.3 * step:
                step = target - t
            new = self.step(T, before, step, 1.0 if last is None else step / last)
            before, T, last = T, new, step
            t += step
            if abs(t - target) < 1e-9:
                seen.append(T.copy())
        return seen

    def step(self, T_1, T_0, dt, ratio):
        """One BDF2 step of ratio ``dt / last`` from ``T_1`` and ``T_0``; the same twice is BE."""
        a = (1 + 2 * ratio) / (1 + ratio)
        b = 1 + ratio
        c = ratio**2 / (1 + ratio)
        old_1, old_0 = (enthalpy(np.asarray(self.volume.interpolate(T))) for T in (T_1, T_0))
        T = T_1.copy()
        for _ in range(30):
            now = self.volume.interpolate(T)
            kept = {"T": now, "old": b * old_1 - c * old_0}
            rhs = (
                skfem.LinearForm(
                    lambda v, w: (
                        (a * enthalpy(np.asarray(w.T)) - w.old) / dt * v
                        + conductivity(np.asarray(w.T))
                        * sum(w.T.grad[i] * v.grad[i] for i in range(3))
                    )
                ).assemble(self.volume, **kept)
                + (self.perfusion + self.exchange) @ T
                - self.load
            )
            J = (
                skfem.BilinearForm(
                    lambda u, v, w: (
                        a * capacity(np.asarray(w.T)) / dt * u * v
                        + conductivity(np.asarray(w.T))
                        * sum(u.grad[i] * v.grad[i] for i in range(3))
                    )
                ).assemble(self.volume, T=now)
                + self.perfusion
                + self.exchange
            )
            system = skfem.condense(J, -rhs, D=self.base)
            change = skfem.solve(*system, solver=skfem.solver_iter_pcg())
            T += change
            if np.abs(change).max() < 1e-6:
                return T
        raise AssertionError("the other code did not converge")


def product(u, v, _):
    return u * v


def test(v, _):
    return v


test.__test__ = False


def differences(folder, lateral, depth):
    """Temperature differences (K) at all nodes and whether they are off the rim, by time."""
    case = CASE | {"mesh": {"extent": ["40 mm", "40 mm"], "depth": even(depth)}}
    case["mesh"]["lateral"] = even(lateral)
    treatment = build(load(written(folder, case)), MPI.COMM_WORLD)
    points = treatment.frame.operators.space.tabulate_dof_coordinates()
    ours = [treatment.balance.T_mesh - 273.15 for on in treatment.march(list(TIMES)) if on]
    other = Other(axes_of(treatment.frame.loaded.case))
    theirs = other.march(TIMES, 20.0)
    here = np.lexsort(np.rint(points * 1e7).astype(int).T)
    there = np.lexsort(np.rint(other.mesh.p * 1e7).astype(int))
    x, y, _ = other.mesh.p[:, there]
    near_rim = (np.abs(x) < RIM) & (y < RIM) | (np.abs(y) < RIM) & (x < RIM)
    return [(np.abs(a[here] - b[there]), ~near_rim) for a, b in zip(ours, theirs, strict=True)]


@pytest.mark.slow
def test_a_plate_on_a_block_converges_to_what_scikit_fem_converges_to(tmp_path):
    coarse = differences(tmp_path, 0.004, 0.0016)
    fine = differences(tmp_path, 0.0028, 0.00113)
    for (wide, _), (narrow, off_rim) in zip(coarse, fine, strict=True):
        assert rms(narrow) < 0.65 * rms(wide)  # sqrt(2) in size, between first and second order
        assert rms(narrow) < 0.3
        assert narrow[off_rim].max() < 1.0


def rms(T):
    return float(np.sqrt((T**2).mean()))


def even(h):
    return {"finest": f"{h!r} m", "growth": 1.0, "coarsest": f"{h!r} m"}
