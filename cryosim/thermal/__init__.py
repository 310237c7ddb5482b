"""The heat balance of a network of nodes: arrays, kernels, state."""
