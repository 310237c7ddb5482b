"""Vacuum draw of layered tissue into a cup: hyperelastic, with contact."""
