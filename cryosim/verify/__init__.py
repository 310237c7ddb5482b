"""The verification suite: problems with known answers, run through cryosim as it is installed."""
