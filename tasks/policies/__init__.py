"""Language models as the loop sees them. Kernel types and machine-learning libraries only."""
