"""Names, titles and help of the metrics that one family of recipes reports, one file a family.

A file holds a table `METRICS` and nothing that computes, so that pages can read it cheaply; the figures are made in
`evaluators/measures`, in the file of the same name.
"""

import importlib
import pkgutil

from experiments.alignment.metric_help import MetricHelp


def family_metrics() -> dict[str, MetricHelp]:
    """The metrics of every family. Raises ValueError where two families use one name."""
    found: dict[str, MetricHelp] = {}
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        table: dict[str, MetricHelp] = importlib.import_module(module.name).METRICS
        if twice := found.keys() & table.keys():
            raise ValueError(f"{module.name}: {sorted(twice)[0]} has its line in another family already")
        found |= table
    return found
