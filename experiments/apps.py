"""The experiments app."""

from django.apps import AppConfig


class ExperimentsConfig(AppConfig):
    name = "experiments"
    label = "experiments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Puts every database connection behind the gold wall."""
        from django.db.backends.signals import connection_created

        from experiments.services.gold import build_wall

        connection_created.connect(build_wall, dispatch_uid="gold wall")
