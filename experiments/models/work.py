"""The queue: stages of iterations as rows, with their leases; and the workers that hold them."""

from django.db import models

from experiments.models.runs import Run
from experiments.models.states import WorkStatus


class Iteration(models.Model):
    """One round of a run, with the counts that pages show. Round 0 is the model before training."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="iterations")
    index = models.PositiveIntegerField()
    status = models.CharField(max_length=16, choices=WorkStatus.choices, default=WorkStatus.WAITING)
    traces = models.PositiveIntegerField(default=0)
    candidates = models.PositiveIntegerField(default=0)
    signals = models.PositiveIntegerField(default=0)
    unscored = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    dropped = models.JSONField(default=dict, blank=True)
    samples = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    order_sha256 = models.CharField(max_length=64, blank=True)
    seeds_sha256 = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["index"]
        constraints = [models.UniqueConstraint(fields=["run", "index"], name="iteration_index")]


class Work(models.Model):
    """One stage of one iteration (a shard of it, where it is split): what a worker claims under a lease."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="works")
    iteration = models.PositiveIntegerField()
    phase = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=16)
    shard = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=16, choices=WorkStatus.choices, default=WorkStatus.WAITING)
    token = models.CharField(max_length=32, blank=True)
    worker = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    items_done = models.PositiveIntegerField(default=0)
    items_total = models.PositiveIntegerField(default=0)
    unit = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    progress_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "iteration", "phase", "stage", "shard"], name="work_place")
        ]
        indexes = [models.Index(fields=["status", "lease_until"], name="work_claim")]


class Chunk(models.Model):
    """A committed chunk of a stage. Its insert is the first of the chunk's transaction, so a chunk exists once."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="chunks")
    index = models.PositiveIntegerField()
    sequence = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["work", "index"], name="chunk_index")]


class Worker(models.Model):
    """A process that runs loops, as it last reported itself."""

    name = models.CharField(max_length=120, unique=True)
    pid = models.PositiveIntegerField()
    device = models.CharField(max_length=64, blank=True)
    threads = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    work = models.ForeignKey(Work, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
