"""Everything that touches DOLFINx: mesh, operators, measures."""
