"""Models and data sets: what runs are made of."""

from django.db import models

from experiments.models.projects import Project, ProjectQuerySet
from experiments.models.states import Preparation


class LanguageModel(models.Model):
    """A registered model, copied into the store and named by the hash of its content.

    An endpoint has nothing in the store: its hash is that of its address and the model's id there.
    """

    class Kind(models.TextChoices):
        LOCAL = "local"
        HUB = "hub"
        SCRIPTED = "scripted"
        ENDPOINT = "endpoint"

    project = models.ForeignKey(Project, on_delete=models.PROTECT)
    name = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.LOCAL)
    status = models.CharField(max_length=16, choices=Preparation.choices, default=Preparation.PREPARING)
    error = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    directory = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=300, blank=True)
    licence = models.CharField(max_length=120, blank=True)
    architecture = models.CharField(max_length=120, blank=True)
    parameters = models.BigIntegerField(null=True, blank=True)
    context_tokens = models.PositiveIntegerField(null=True, blank=True)
    chat_template = models.BooleanField(default=False)
    size_bytes = models.BigIntegerField(default=0)
    settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Dataset(models.Model):
    """A named series of versions."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT)
    name = models.CharField(max_length=120, unique=True)
    title = models.CharField(max_length=200, blank=True)
    licence = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProjectQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def latest(self) -> "DatasetVersion | None":
        """The newest version that is whole."""
        return self.versions.filter(status=Preparation.READY).order_by("-number").first()


class DatasetVersion(models.Model):
    """One immutable import. Its rows are invisible until the last update makes it ready."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=16, choices=Preparation.choices, default=Preparation.PREPARING)
    error = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    verifier = models.CharField(max_length=32, default="none")
    file_name = models.CharField(max_length=200, blank=True)
    upload = models.CharField(max_length=200, blank=True)
    options = models.JSONField(default=dict, blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="dataset_version_number")]

    def __str__(self) -> str:
        return f"{self.dataset.name} v{self.number}"


class Row(models.Model):
    """One task. `reference` is what its verifier needs; for gold rows it is empty and stands behind the wall."""

    version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=200)
    split = models.CharField(max_length=8)
    title = models.CharField(max_length=200)
    messages = models.JSONField()
    reference = models.JSONField(default=dict, blank=True)
    meta = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="row_position"),
            models.UniqueConstraint(fields=["version", "key"], name="row_key"),
        ]
        indexes = [models.Index(fields=["version", "split", "position"], name="row_split")]


class GoldReference(models.Model):
    """The reference of a gold row. Read through `experiments.services.gold` alone."""

    row = models.OneToOneField(Row, on_delete=models.CASCADE, related_name="gold", primary_key=True)
    reference = models.JSONField()


class GoldRead(models.Model):
    """One logged read of gold references."""

    run = models.ForeignKey("experiments.Run", on_delete=models.CASCADE, related_name="gold_reads")
    iteration = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)
