"""What cold does to a cell, on arrays."""
