"""Diagnostics: is the signal to be trusted, and did the loop really improve? Pure functions from numbers to
findings.
"""
