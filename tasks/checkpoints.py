"""Checkpoints of a run: from the store to the kernel's values and back."""

from pathlib import Path
from typing import Literal

from django.db.models import QuerySet

from experiments.alignment.composition import CONTROL
from experiments.alignment.types import Checkpoint, Trained
from experiments.models import Artefact, ArtefactUse, LanguageModel, Run
from experiments.services import store

SHELF = "checkpoints"


def model_checkpoint(model: LanguageModel) -> Checkpoint:
    """A registered model without adapters; an endpoint has no files here."""
    return Checkpoint(model.sha256, store.locate(model.directory) if model.directory else None)


def base_of(run: Run) -> Checkpoint:
    """The model that plays the policy, before any training."""
    return model_checkpoint(run.models.select_related("model").get(role="policy").model)


class Checkpoints:
    """The checkpoints that one phase of one iteration sees and makes."""

    def __init__(self, run: Run, iteration: int, phase: int) -> None:
        self.run = run
        self.iteration = iteration
        self.phase = phase
        self.base = base_of(run)

    def find(self, role: str, which: Literal["base", "previous", "current"]) -> Checkpoint:
        """The base, what the iteration started from, or the newest of a role.

        The control arm starts each round from the policy's checkpoint, so its previous one is the policy's. A role
        that has made none has the artefact of its name that the run took from another one, else the base.
        """
        if which == "base":
            return self.base
        source = "policy" if role == CONTROL and which == "previous" else role
        last = self.iteration - 1 if which == "previous" else self.iteration
        made = self._made().filter(role=source, iteration__lte=last).order_by("-iteration", "-phase").first()
        if role == CONTROL and which == "current" and (made is None or made.iteration < self.iteration):
            return self.find(role, "previous")
        return self.load(made) if made else self._taken(role)

    def _made(self) -> QuerySet[Artefact]:
        return Artefact.objects.filter(run=self.run)

    def _taken(self, role: str) -> Checkpoint:
        use = (
            ArtefactUse.objects.select_related("artefact__run", "artefact__parent")
            .filter(run=self.run, name=role)
            .first()
        )
        return self.load(use.artefact) if use else self.base

    def load(self, artefact: Artefact) -> Checkpoint:
        """The artefact's base model with its adapters and its ancestors', oldest first."""
        chain: list[Path] = []
        one: Artefact | None = artefact
        while one is not None:
            chain.insert(0, store.locate(one.directory))
            one = one.parent
        base = self.base if artefact.run_id == self.run.pk else base_of(artefact.run)
        return Checkpoint(artefact.sha256, base.model, tuple(chain))

    def take_in(self, trained: Trained) -> tuple[str, str]:
        """Copies the new adapter into the store, before its row is committed; returns its hash and directory.

        Both are empty where nothing was trained.
        """
        if not trained.steps:
            return "", ""
        made = trained.checkpoint.adapters[-1]
        files = {path.relative_to(made).as_posix(): path for path in made.rglob("*") if path.is_file()}
        return store.take_in(SHELF, files)

    def record(self, role: str, kind: str, trained: Trained, sha256: str, directory: str) -> None:
        """The row that makes the stored files current. A round without samples has none: its start stays current."""
        if not directory:
            return
        before = [path.name for path in trained.checkpoint.adapters[:-1]]
        parent = self._made().filter(sha256=before[-1]).order_by("-iteration").first() if before else None
        Artefact.objects.create(
            run=self.run,
            role=role,
            kind=kind,
            iteration=self.iteration,
            phase=self.phase,
            sha256=sha256,
            directory=directory,
            size_bytes=store.size_of(store.locate(directory)),
            parent=parent,
            steps=trained.steps,
            figures=dict(trained.figures),
        )
