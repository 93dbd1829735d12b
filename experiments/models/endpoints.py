"""What endpoints have cost."""

from django.db import models

from experiments.models.library import LanguageModel


class EndpointSpending(models.Model):
    """What was bought of an endpoint so far, by every run and worker, whatever became of their chunks.

    `estimated` are the answers whose server did not say how many tokens they took.
    """

    model = models.OneToOneField(LanguageModel, on_delete=models.CASCADE, related_name="spending")
    answers = models.BigIntegerField(default=0)
    tokens_read = models.BigIntegerField(default=0)
    tokens_written = models.BigIntegerField(default=0)
    estimated = models.BigIntegerField(default=0)
    spent = models.FloatField(default=0)
