"""Recipes: one file each. A recipe is a composition of plug-ins, its settings and its documentation."""
