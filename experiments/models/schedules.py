"""Schedules and their fires."""

from django.conf import settings
from django.db import models

from experiments.models.projects import Project, ProjectQuerySet
from experiments.models.runs import Run


class Schedule(models.Model):
    """A launch that waits: for a time, for every so often, for a cron expression, or for another run."""

    class Kind(models.TextChoices):
        ONCE = "once"
        EVERY = "every"
        CRON = "cron"
        AFTER = "after"

    project = models.ForeignKey(Project, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    launch = models.JSONField()
    every_seconds = models.PositiveIntegerField(null=True, blank=True)
    cron = models.CharField(max_length=120, blank=True)
    timezone = models.CharField(max_length=64, default="UTC")
    after = models.ForeignKey(Run, null=True, blank=True, on_delete=models.CASCADE, related_name="followers")
    after_any = models.BooleanField(default=False)
    next_at = models.DateTimeField(null=True, blank=True, db_index=True)
    paused = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="schedules"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class ScheduleFire(models.Model):
    """One tick. Its insert is what makes a tick happen once; a skipped one keeps its reason."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="fires")
    due_at = models.DateTimeField()
    at = models.DateTimeField(auto_now_add=True)
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.SET_NULL, related_name="fires")
    skipped = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["schedule", "due_at"], name="fire_once")]
