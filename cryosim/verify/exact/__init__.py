"""Closed forms and semi-analytical solutions, in degC, m and s; nothing of cryosim is used."""
