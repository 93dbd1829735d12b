"""`manage.py starter`: launches the starter experiment, once per installation."""

from typing import Any

from django.core.management.base import BaseCommand

from experiments.services.starter import ensure_started


class Command(BaseCommand):
    """A second call finds the first one's run and does nothing."""

    help = (
        "Register the starter model and data sets and launch the starter experiment, if that was never done."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the help says."""
        ensure_started()
