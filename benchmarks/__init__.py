"""Measurements: runnable scripts that print ratios between two ways of doing the same work in one run."""
