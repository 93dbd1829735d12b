"""What members of the team say about a judge's verdict, and what they are told."""

from django.conf import settings
from django.db import models

from experiments.models.runs import Run
from experiments.models.traces import Signal


class Review(models.Model):
    """One member's answer to one signal. It stands beside the signal and never overwrites it."""

    class Verdict(models.TextChoices):
        AGREE = "agree"
        DISAGREE = "disagree"

    signal = models.ForeignKey(Signal, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews")
    verdict = models.CharField(max_length=16, choices=Verdict.choices)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["signal", "reviewer"], name="review_once")]


class Notice(models.Model):
    """Something a member should know: a run of theirs ended, failed or waits for them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=300)
    at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
