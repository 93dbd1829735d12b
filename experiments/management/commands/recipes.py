"""`manage.py recipes`: the catalogue."""

from typing import Any

from experiments.management.base import PlumblineCommand
from experiments.services.catalogue import catalogue


class Command(PlumblineCommand):
    """Every recipe; with `--json` also its roles and the JSON schema of its settings."""

    help = "List the recipes that runs can be made of."
    columns = ("slug", "leaf", "paradigm", "data", "title")

    def run(self, **options: Any) -> Any:
        return catalogue()
