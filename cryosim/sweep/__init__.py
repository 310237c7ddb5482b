"""Many points of one case: planned, run wherever there is room, gathered in one table."""
