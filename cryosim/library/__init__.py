"""Cited data: tissues and their sources."""
