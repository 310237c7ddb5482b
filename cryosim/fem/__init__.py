"""Everything that touches DOLFINx: mesh, operators, measures."""

import cryosim.parallel  # noqa: F401  (fixes the order in which MPI and DOLFINx are loaded)
