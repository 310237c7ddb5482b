"""Meshes of round bodies: volume and skin tend to those of the body, and no cell is a bad one."""

import numpy as np
import pytest
from mpi4py import MPI

from cryosim.fem.meshfile import read
from cryosim.fem.operators import assemble
from cryosim.fem.quality import quality
from cryosim.verify.roundmeshes import ball_file, cylinder_file

R, L = 0.02, 0.015


def ball(folder, n):
    return ball_file(folder, R, n, n)


def cylinder(folder, n):
    return cylinder_file(folder, R, L, n, n, 2 * n)


BODIES = [
    (ball, np.pi * R**3 / 6, np.pi * R**2 / 2),
    (cylinder, np.pi * R**2 * L / 4, np.pi * R * L / 2 + np.pi * R**2 / 4),
]


@pytest.mark.parametrize(("body", "volume", "skin"), BODIES, ids=["ball", "cylinder"])
def test_volume_and_skin_tend_to_those_of_the_body(body, volume, skin, tmp_path):
    off = []
    for n in (3, 6):
        file = tmp_path / body(tmp_path, n)
        domain = read(MPI.COMM_WORLD, file, ["body"], ["skin"], unit=1.0, skin=["skin"])
        made = assemble(domain, 1, ["skin"])
        found = made.stencils[0].volume.sum(), made.surfaces[0].area.sum()
        off.append(np.array(found) / (volume, skin) - 1.0)
        assert quality(domain)["worst_shape"] > 0.7
    assert np.abs(off[0]).max() < 0.05
    np.testing.assert_allclose(off[0] / off[1], 4.0, rtol=0.1)


@pytest.mark.parametrize("body", [ball, cylinder])
def test_the_skin_is_round_and_planes_of_symmetry_are_not_in_it(body, tmp_path):
    file = tmp_path / body(tmp_path, 4)
    domain = read(MPI.COMM_WORLD, file, ["body"], ["skin"], unit=1.0, skin=["skin"])
    made = assemble(domain, 1, ["skin"])
    x = made.space.tabulate_dof_coordinates()[made.surfaces[0].node]
    if body is ball:
        np.testing.assert_allclose(np.linalg.norm(x, axis=1), R)
    else:
        curved = np.isclose(np.hypot(x[:, 0], x[:, 1]), R)
        assert np.all(curved | np.isclose(x[:, 2], L))
        assert curved.any()
