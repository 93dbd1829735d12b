"""What judges are told, as data: rubrics, and how their verdicts are read."""
