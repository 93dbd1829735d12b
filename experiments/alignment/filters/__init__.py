"""Filters of instructions and of the answers to them: each says what it measured, its limit, and why it drops."""
