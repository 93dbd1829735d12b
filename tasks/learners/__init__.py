"""Training, one file for each learner of the kernel. Kernel types and machine-learning libraries only."""
