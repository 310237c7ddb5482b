"""Validation: published experiments, computed as cases and set beside the measurements."""
