"""What the page of a run's exports offers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from experiments.alignment.composition import CONTROL
from experiments.models import Artefact, Run, Selection, Trace
from experiments.services.checkpoint_export import FORMS, card_of, checkpoint_chain
from experiments.services.dataset_card import TYPES
from experiments.services.export_units import kinds_of_roles, roles_of_other_kinds
from experiments.services.loading_words import NOT_ONE_MODEL
from experiments.services.zipping import Entry

README = "README.md"


@dataclass(frozen=True)
class SampleOffer:
    """One kind of samples that the run has: TRL's name of the type, and who trains on it."""

    what: str
    kind: str
    trainers: str


def sample_offers(run: Run) -> list[SampleOffer]:
    """What the run's train prompts gave; a fixed number of queries."""
    had = _kinds(run)
    return [SampleOffer(what, *TYPES[what]) for what in TYPES if what in had]


def _kinds(run: Run) -> set[str]:
    mine = Selection.objects.filter(iteration__run=run, trace__part="train").exclude(role=CONTROL)
    fates = set(mine.values_list("role", "fate").order_by().distinct())
    kept = {role for role, fate in fates if fate == "kept"}
    had = set()
    if mine.filter(pair__isnull=False).exists():
        had.add("pairs")
    if any(fate in ("chosen", "rejected") for _, fate in fates):
        had.add("unpaired")
    if kept - roles_of_other_kinds(run):
        had |= {"demonstrations", "conversations"}
    if any("steps" in kinds_of_roles(run).get(role, ()) for role in kept):
        had.add("steps")
    if Trace.objects.filter(iteration__run=run, part="train").exists():
        had.add("prompts")
    return had


@dataclass(frozen=True)
class CheckpointOffer:
    """The newest checkpoint of a role."""

    artefact: Artefact

    @property
    def whole(self) -> bool:
        """Whether it can be merged into one model: a head or a context of another kind cannot."""
        return self.artefact.kind not in NOT_ONE_MODEL

    @property
    def commands(self) -> list[str]:
        """How the shell writes it: as it is stored and, where that can be, as one whole model."""
        run, role = self.artefact.run_id, self.artefact.role
        common = f"manage.py export {run} --what checkpoint"
        common += "" if role == "policy" else f" --role {role}"
        return [f"{common} --form {form} --to PATH" for form in (FORMS if self.whole else FORMS[:1])]


def checkpoint_offers(run: Run) -> list[CheckpointOffer]:
    """The policy's first."""
    newest: dict[str, Artefact] = {}
    for artefact in run.artefacts.order_by("iteration", "phase"):
        newest[artefact.role] = artefact
    ordered = sorted(newest.values(), key=lambda one: (one.role != "policy", one.role))
    return [CheckpointOffer(one) for one in ordered if one.state == Artefact.State.PRESENT]


def checkpoint_files(run: Run, role: str) -> Iterator[Entry]:
    """The card and every file of the newest checkpoint of a role with all that it rests on.

    Raises DataError or ConfigError, before the first one, where there is none on the disk.
    """
    chain = checkpoint_chain(run, role)
    folders = chain.folders()
    card = card_of(run, chain, "adapter").encode()

    def entries() -> Iterator[Entry]:
        yield README, card
        for folder, place in zip(folders, chain.places, strict=True):
            for path in sorted(folder.iterdir()):
                yield (path.name if place == "." else f"{place}/{path.name}"), path

    return entries()
