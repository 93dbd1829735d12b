"""Metrics and alarms."""

from django.db import models

from experiments.models.runs import Run


class Metric(models.Model):
    """One estimate at one iteration, with its 95 % interval. A missing value means not enough data."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="metrics")
    iteration = models.PositiveIntegerField()
    name = models.CharField(max_length=48)
    split = models.CharField(max_length=8)
    value = models.FloatField(null=True, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    n = models.PositiveIntegerField(default=0)
    n_unscored = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["iteration", "name", "split"]
        constraints = [
            models.UniqueConstraint(fields=["run", "iteration", "name", "split"], name="metric_place")
        ]


class LatestMetric(models.Model):
    """The newest value of each metric of a run: what lists sort and show."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="latest_metrics")
    name = models.CharField(max_length=48)
    split = models.CharField(max_length=8)
    iteration = models.PositiveIntegerField()
    value = models.FloatField(null=True, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    first = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name", "split"], name="latest_metric_place")]
        indexes = [models.Index(fields=["name", "split", "value", "run"], name="latest_metric_value")]


class Alarm(models.Model):
    """A detector that fired in a run."""

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="alarms")
    iteration = models.PositiveIntegerField()
    name = models.CharField(max_length=48)
    observed = models.FloatField()
    threshold = models.FloatField()
    message = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["iteration", "name"]
        constraints = [models.UniqueConstraint(fields=["run", "iteration", "name"], name="alarm_place")]
