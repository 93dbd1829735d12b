"""Traces: what was asked, answered, said about it and decided. Append-only once their stage is committed."""

from django.db import models
from django.utils.functional import cached_property

from experiments.models.library import Row
from experiments.models.work import Iteration


class Trace(models.Model):
    """One prompt in one iteration. `part` says why it was asked; the numbers are kept for lists.

    `value` is the verdict on the answer where one exists, else the mean of the loop's own signal; `delta` is its
    change against the same prompt and part one iteration earlier. None means unscored.
    """

    iteration = models.ForeignKey(Iteration, on_delete=models.CASCADE, related_name="trace_rows")
    phase = models.PositiveSmallIntegerField(default=0)
    part = models.CharField(max_length=16)
    position = models.PositiveIntegerField()
    row = models.ForeignKey(Row, on_delete=models.PROTECT, related_name="traces")
    title = models.CharField(max_length=200)
    value = models.FloatField(null=True, blank=True)
    delta = models.FloatField(null=True, blank=True)
    length = models.PositiveIntegerField(default=0)
    n_candidates = models.PositiveSmallIntegerField(default=0)
    n_kept = models.PositiveSmallIntegerField(default=0)
    n_unscored = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["iteration", "phase", "part", "position"], name="trace_place")
        ]
        indexes = [
            models.Index(fields=["iteration", "part", "delta"], name="trace_delta"),
            models.Index(fields=["iteration", "part", "value"], name="trace_value"),
            models.Index(fields=["row", "part"], name="trace_row"),
        ]


class Candidate(models.Model):
    """One answer, or an episode with its `turns`. `logprob` is in nats over the answer's tokens.

    `context` is what the model saw, `train_context` what it is trained on, where either is not the trace's prompt.
    """

    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="candidates")
    index = models.PositiveSmallIntegerField()
    parent = models.PositiveSmallIntegerField(null=True, blank=True)
    role = models.CharField(max_length=32, default="policy")
    turn = models.PositiveSmallIntegerField(default=0)
    text = models.TextField(blank=True)
    n_tokens = models.PositiveIntegerField(default=0)
    logprob = models.FloatField(null=True, blank=True)
    seed = models.BigIntegerField(default=0)
    stop = models.CharField(max_length=8, default="end")
    model = models.CharField(max_length=120, blank=True)
    context = models.JSONField(null=True, blank=True)
    train_context = models.JSONField(null=True, blank=True)
    turns = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["index"]
        constraints = [models.UniqueConstraint(fields=["trace", "index"], name="candidate_index")]


class Signal(models.Model):
    """What one source said about one or more candidates of its trace. A missing `value` is unscored, not zero."""

    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="signals")
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=32)
    source = models.CharField(max_length=160)
    about = models.JSONField(default=list)
    order = models.PositiveSmallIntegerField(null=True, blank=True)
    value = models.FloatField(null=True, blank=True)
    scores = models.JSONField(default=dict, blank=True)
    label = models.CharField(max_length=120, blank=True)
    text = models.TextField(blank=True)
    evidence_kind = models.CharField(max_length=32, blank=True)
    evidence = models.JSONField(null=True, blank=True)
    raw = models.TextField(blank=True)
    parsed = models.BooleanField(default=True)
    error = models.TextField(blank=True)
    repeat = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(fields=["trace", "ordinal"], name="signal_ordinal")]

    @cached_property
    def judged(self) -> bool:
        """Whether a model or a person could be wrong about it, so that the team is asked."""
        return self.kind.startswith(("judge", "critique"))


class Selection(models.Model):
    """The fate of candidates and its reason. The members of a preference share a `pair` number."""

    trace = models.ForeignKey(Trace, on_delete=models.CASCADE, related_name="selections")
    iteration = models.ForeignKey(Iteration, on_delete=models.CASCADE, related_name="+")
    ordinal = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=32, default="policy")
    about = models.JSONField(default=list)
    fate = models.CharField(max_length=16)
    reason = models.CharField(max_length=120)
    pair = models.PositiveSmallIntegerField(null=True, blank=True)
    p_chosen = models.FloatField(default=1.0)
    weight = models.FloatField(default=1.0)

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(fields=["trace", "ordinal"], name="selection_ordinal")]
        indexes = [models.Index(fields=["iteration", "role", "fate", "reason"], name="selection_reason")]
