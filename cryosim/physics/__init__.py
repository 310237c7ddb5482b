"""The laws of heat in tissue, on arrays; no mesh, no file, no MPI."""
