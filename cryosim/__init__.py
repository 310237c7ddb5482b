"""Finite-element simulation of cryolipolysis."""

__version__ = "0.1.0"
