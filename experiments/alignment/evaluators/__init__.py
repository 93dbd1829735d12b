"""Evaluators: what is measured, and by what. They alone are handed held-out references."""
