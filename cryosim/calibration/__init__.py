"""Calibration: free parameters of injury and course, fitted to published end points of trials."""
