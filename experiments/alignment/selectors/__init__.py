"""Selectors: what is learned from, and why the rest is not. Pure and deterministic; one idea a file."""
