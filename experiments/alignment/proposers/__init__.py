"""Proposers: how candidates come about. One idea a file."""
