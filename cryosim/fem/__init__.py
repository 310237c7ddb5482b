"""Everything that touches DOLFINx: mesh, operators, measures."""

import h5py  # noqa: F401  (before DOLFINx, whose HDF5 it cannot share once that is loaded)

import cryosim.parallel  # noqa: F401  (fixes the order in which MPI and DOLFINx are loaded)
