"""Observed orders: second in space and in time, on smooth problems."""

import numpy as np
import pytest
from scipy.special import ndtr
from support.cases import cool, degC, even, metres, plate, slab, tissue, treated, uniform
from support.convergence import assert_order
from support.exact import Layers
from support.similarity import Similarity
from support.starts import followed, nodes, started, stepped

WIDTH = 0.01
LAYERS = [(0.003, 0.4, 3.7e6, 4000.0), (0.009, 0.2, 2.1e6, 800.0)]
"""Thickness (m), conductivity, heat capacity per volume, Pennes coefficient."""


def layered_case(h, dimension, tolerance=0.01, **changes):
    """Two layers under a plate at blood temperature: what differs from blood fades away."""
    size = [metres(WIDTH)] * (dimension - 1)
    layers = [
        (name, d, tissue(k, 1000.0, rho_c / 1000.0, W) | changes.get(name, {}))
        for name, (d, k, rho_c, W) in zip(("upper", "lower"), LAYERS, strict=True)
    ]
    return slab(
        layers,
        depth=even(h),
        tolerance=tolerance,
        dimension=dimension,
        mesh={"extent": size, "lateral": even(h)} if size else {},
        start=uniform(37.0),
        applicator=plate(200.0, size=size),
        protocol=[cool(37.0, 1000.0)],
    )


def error_of_mode(folder, h, dimension):
    """Largest error (K) of the slowest mode at 100 s in cells of size ``h`` (m)."""
    wave = np.pi / WIDTH
    mode = Layers(LAYERS, 200.0, wave * np.sqrt(dimension - 1))
    treatment = treated(folder, layered_case(h, dimension))
    x = nodes(treatment)
    shape = mode(x[:, -1]) * np.cos(wave * (x[:, :-1] + WIDTH / 2)).prod(axis=1)
    T = followed(started(treatment, 37.0 - 20.0 * shape), 100.0)
    return np.abs(T - 37.0 + 20.0 * shape * np.exp(-100.0 * mode.rate)).max()


@pytest.mark.parametrize(("dimension", "finest"), [(1, 4), (2, 4), (3, 2)])
def test_space_order_of_layers_is_two(dimension, finest, tmp_path):
    sizes = [1e-3 / 2**k for k in range(finest)]
    assert_order(sizes, [error_of_mode(tmp_path, h, dimension) for h in sizes], 2.0, 0.1)


SOLID, LIQUID, PEAK, PEAK_WIDTH = (0.30, 2000.0), (0.20, 2300.0), 12.0, 4.0
"""Conductivity and capacity; centre and width (degC, K) of the melting peak."""


def melting_medium():
    peak = {"temperature": degC(PEAK), "width": f"{PEAK_WIDTH} K", "share": 1.0}
    return tissue(
        LIQUID[0], 900.0, LIQUID[1],
        conductivity_frozen=f"{SOLID[0]} W/m/K", heat_capacity_frozen=f"{SOLID[1]} J/kg/K",
        lipid={"latent_heat": "50 kJ/kg", "curve": {"kind": "peaks", "peaks": [peak]}},
    )  # fmt: skip


def melting_law():
    """Similarity solution of the medium, its laws written anew."""

    def liquid(T):
        return ndtr((T - PEAK) / PEAK_WIDTH)

    def conductivity(T):
        return SOLID[0] + (LIQUID[0] - SOLID[0]) * liquid(T)

    def capacity(T):
        bell = np.exp(-0.5 * ((T - PEAK) / PEAK_WIDTH) ** 2) / PEAK_WIDTH / np.sqrt(2.0 * np.pi)
        return 900.0 * (SOLID[1] + (LIQUID[1] - SOLID[1]) * liquid(T) + 50e3 * bell)

    return Similarity(conductivity, capacity, -10.0, 40.0, [PEAK, 39.999])


def test_space_order_with_varying_conductivity_and_latent_heat_is_two(tmp_path):
    """From a smooth profile at 300 s to 900 s under a surface held."""
    law, sizes, errors = melting_law(), [1e-3, 5e-4, 2.5e-4], []
    for h in sizes:
        case = slab(
            [("medium", 0.08, melting_medium())], depth=even(h), start=uniform(40.0),
            faces={"bottom": "insulated"}, applicator=plate("perfect"),
            protocol=[cool(-10.0, 1000.0)],
        )  # fmt: skip
        treatment = treated(tmp_path, case)
        x = nodes(treatment)[:, 0]
        T = followed(started(treatment, law(x, 300.0)), 600.0)
        errors.append(np.abs(T - law(x, 900.0)).max())
    assert_order(sizes, errors, 2.0, 0.1)


def smooth_start(folder):
    """A melting layer between others, past what its start has of sharp detail."""
    peak = {"temperature": degC(20.0), "width": "6 K", "share": 1.0}
    lipid = {"latent_heat": "30 kJ/kg", "curve": {"kind": "peaks", "peaks": [peak]}}
    lower = {"lipid": lipid, "conductivity_frozen": "0.25 W/m/K"}
    treatment = treated(folder, layered_case(5e-4, 1, lower=lower))
    shape = Layers(LAYERS, 200.0)(nodes(treatment)[:, 0])
    return treatment, followed(started(treatment, 37.0 - 15.0 * shape), 30.0)


def test_time_order_of_fixed_steps_is_two(tmp_path):
    treatment, T_0 = smooth_start(tmp_path)
    exact = stepped(started(treatment, T_0), 0.5, 128)
    sizes = [16.0, 8.0, 4.0]
    errors = [
        np.abs(stepped(started(treatment, T_0), dt, int(64 / dt)) - exact).max() for dt in sizes
    ]
    assert_order(sizes, errors, 2.0, 0.15)


def test_error_falls_with_the_two_thirds_power_of_the_tolerance(tmp_path):
    """A step's error is of third order, that of the march of second.

    Over three decades: the number of stages changes with the step, so neighbours scatter.
    """
    treatment, T_0 = smooth_start(tmp_path)
    exact = stepped(started(treatment, T_0), 0.25, 256)
    tolerances = [1e-2, 1e-5]
    errors = [np.abs(followed(started(treatment, T_0, t), 64.0) - exact).max() for t in tolerances]
    assert_order(tolerances, errors, 2.0 / 3.0, 0.15)
