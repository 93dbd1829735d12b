"""Runs, their events and the one way to change a run's status."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

from experiments.models.library import DatasetVersion, LanguageModel
from experiments.models.people import User
from experiments.models.projects import Project, ProjectQuerySet
from experiments.models.states import ENDED, LIVE, RunStatus, tone


class RunQuerySet(ProjectQuerySet):
    """Runs as lists show them."""

    def live(self) -> "RunQuerySet":
        return self.filter(status__in=LIVE)

    def for_list(self) -> "RunQuerySet":
        """With everything a row of the list shows, and none of the large columns."""
        return self.select_related("dataset_version__dataset", "created_by").defer("config").order_by("-id")


class Run(models.Model):
    """One experiment: a recipe, its config, its models and a data set version."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    recipe = models.CharField(max_length=64, db_index=True)
    recipe_version = models.PositiveIntegerField(default=1)
    config = models.JSONField(default=dict)
    seed = models.BigIntegerField(default=0)
    status = models.CharField(
        max_length=16, choices=RunStatus.choices, default=RunStatus.QUEUED, db_index=True
    )
    dataset_version = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="runs")
    dataset_sha256 = models.CharField(max_length=64)
    sweep = models.CharField(max_length=120, blank=True, db_index=True)
    cloned_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="clones"
    )
    schedule = models.ForeignKey(
        "experiments.Schedule", null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    simulated = models.BooleanField(default=False)
    device = models.CharField(max_length=32, blank=True)
    dtype = models.CharField(max_length=16, blank=True)
    threads = models.PositiveIntegerField(null=True, blank=True)
    code_commit = models.CharField(max_length=40, blank=True)
    error_blame = models.CharField(max_length=16, blank=True)
    error_message = models.TextField(blank=True)
    sequence = models.BigIntegerField(default=0)

    objects = RunQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["status", "-id"], name="run_status"),
            models.Index(fields=["recipe", "-id"], name="run_recipe"),
            models.Index(fields=["name", "id"], name="run_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tone(self) -> str:
        return tone(self.status)

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def live(self) -> bool:
        return self.status in LIVE

    def transition(
        self,
        from_: Iterable[str],
        to: str,
        why: str,
        by: User | None = None,
        guard: Q | None = None,
        **changes: Any,
    ) -> bool:
        """Compare-and-swap on the status, with its event in the same transaction.

        `guard` is a further condition on the run that must hold (a lease's token, say). Returns False and writes
        nothing when the run is in another state by now. `self` then carries the truth either way.
        """
        now = timezone.now()
        if to in ENDED:
            changes.setdefault("ended_at", now)
        with transaction.atomic():
            rows = Run.objects.filter(pk=self.pk, status__in=list(from_))
            if guard is not None:
                rows = rows.filter(guard)
            before = self.status
            if not rows.update(status=to, sequence=F("sequence") + 1, **changes):
                self.refresh_from_db()
                return False
            self.refresh_from_db()
            RunEvent.objects.create(
                run=self, sequence=self.sequence, at=now, before=before, after=to, why=why[:500], by=by
            )
        return True

    def note(self, why: str, by: User | None = None) -> None:
        """An event that changes no status."""
        with transaction.atomic():
            sequence = bump(self.pk)
            RunEvent.objects.create(
                run=self, sequence=sequence, before=self.status, after=self.status, why=why[:500], by=by
            )


def bump(run_id: int) -> int:
    """The run's next sequence number, given out under its row lock. Call it inside a transaction."""
    Run.objects.filter(pk=run_id).update(sequence=F("sequence") + 1)
    return Run.objects.values_list("sequence", flat=True).get(pk=run_id)


class RunEvent(models.Model):
    """Append-only: who moved a run from where to where, and why."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    sequence = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    before = models.CharField(max_length=16, blank=True)
    after = models.CharField(max_length=16)
    why = models.CharField(max_length=500)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["sequence"]
        constraints = [models.UniqueConstraint(fields=["run", "sequence"], name="event_sequence")]


class RunModel(models.Model):
    """Which model plays which role in a run."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="models")
    role = models.CharField(max_length=32)
    model = models.ForeignKey(LanguageModel, on_delete=models.PROTECT, related_name="uses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "role"], name="run_model_role")]


class Artefact(models.Model):
    """A checkpoint (later: a reward model, a constitution …) that a run made, in the content-addressed store."""

    class State(models.TextChoices):
        PRESENT = "present"
        ARCHIVED = "archived"
        DELETED = "deleted"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="artefacts")
    kind = models.CharField(max_length=32, default="checkpoint")
    role = models.CharField(max_length=32, default="policy")
    iteration = models.PositiveIntegerField()
    phase = models.PositiveSmallIntegerField(default=0)
    sha256 = models.CharField(max_length=64, db_index=True)
    directory = models.CharField(max_length=200)
    size_bytes = models.BigIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    figures = models.JSONField(default=dict, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    state = models.CharField(max_length=16, choices=State.choices, default=State.PRESENT)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "kind", "role", "iteration", "phase"], name="artefact_place"
            )
        ]


class ArtefactUse(models.Model):
    """A run that consumes another run's artefact: the edges of the lineage graph."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="uses")
    name = models.CharField(max_length=32)
    artefact = models.ForeignKey(Artefact, on_delete=models.PROTECT, related_name="uses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="artefact_use_name")]
