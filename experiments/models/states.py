"""Every state a row can be in, with its word and its colour, in one place."""

from django.db import models

TONES = {
    "scheduled": "muted",
    "queued": "muted",
    "running": "accent",
    "paused": "warn",
    "succeeded": "good",
    "stopped": "warn",
    "failed": "bad",
    "cancelled": "muted",
    "waiting": "muted",
    "done": "good",
    "preparing": "accent",
    "ready": "good",
}


class RunStatus(models.TextChoices):
    """The life of a run."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    STOPPED = "stopped"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({RunStatus.SUCCEEDED, RunStatus.STOPPED, RunStatus.FAILED, RunStatus.CANCELLED})
LIVE = frozenset({RunStatus.QUEUED, RunStatus.RUNNING})
RESUMABLE = frozenset({RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.STOPPED})


class WorkStatus(models.TextChoices):
    """The life of one stage of one iteration."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


class Preparation(models.TextChoices):
    """Whether a model or a data set version can be used yet."""

    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


def tone(state: str) -> str:
    """The colour token of a state: accent, good, warn, bad or muted."""
    return TONES.get(state, "muted")
