"""The benchmarks: each function runs cases in a folder and returns results with their gates."""
