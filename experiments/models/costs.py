"""What runs spend."""

from django.db import models

from experiments.models.runs import Run


class Cost(models.Model):
    """What one stage of an iteration has spent, counted with every chunk that it commits.

    Tokens, answers and money of a chunk that was lost are not in here; device seconds of a lost worker are, up to its
    last sign of life. `labels` are those that the stage was the first of its run to read.
    """

    class Purpose(models.TextChoices):
        LOOP = "loop"
        MEASUREMENT = "measurement"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="costs")
    iteration = models.PositiveIntegerField()
    phase = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=16)
    purpose = models.CharField(max_length=16, choices=Purpose.choices, default=Purpose.LOOP)
    tokens_generated = models.BigIntegerField(default=0)
    tokens_read = models.BigIntegerField(default=0)
    tokens_trained = models.BigIntegerField(default=0)
    device_seconds = models.FloatField(default=0)
    labels = models.BigIntegerField(default=0)
    bought = models.BigIntegerField(default=0)
    money = models.FloatField(default=0)

    class Meta:
        ordering = ["iteration", "phase", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "iteration", "phase", "stage", "purpose"], name="cost_place"
            )
        ]
