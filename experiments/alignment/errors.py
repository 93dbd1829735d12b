"""Errors by blame. Each class knows the state that it leads a run to and what the reader can do about it."""

from typing import ClassVar, Literal

Blame = Literal["config", "data", "model", "episode", "infrastructure"]


class PlumblineError(Exception):
    """A failure that a person can act on: one sentence that says what, where and what to do."""

    blame: ClassVar[Blame] = "infrastructure"
    state: ClassVar[str] = "failed"
    retry: ClassVar[bool] = False

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class ConfigError(PlumblineError):
    """A setting or a composition does not fit. Nothing was written."""

    blame = "config"


class DataError(PlumblineError):
    """Rows are missing, malformed or changed since the run began."""

    blame = "data"


class ModelError(PlumblineError):
    """A model directory is not one, or a model cannot do what the recipe asks of it."""

    blame = "model"


class EpisodeError(PlumblineError):
    """More responses of a stage were errors than the run allows."""

    blame = "episode"


class InfrastructureError(PlumblineError):
    """A disk, a broker or a database let us down; trying again may help."""

    retry = True


class Cancelled(PlumblineError):
    """Somebody asked for the run to end."""

    state = "cancelled"


class LeaseLost(Exception):
    """Another worker holds this piece of work now: stop at once and write nothing."""
