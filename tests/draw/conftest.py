"""DOLFINx is loaded in the order that its wheel needs."""

import cryosim.parallel  # noqa: F401
