"""Pictures of a result folder; knows nothing of the solver."""
