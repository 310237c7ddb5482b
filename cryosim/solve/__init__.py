"""Marching in time, whatever is marched."""
