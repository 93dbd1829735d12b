"""A checkpoint on its way out: its adapters, or one whole model with the adapters merged into it, and a card."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from experiments.alignment.errors import ConfigError, DataError
from experiments.models import Artefact, LanguageModel, Run
from experiments.services import store
from experiments.services.merging import merge
from experiments.services.model_card import CardOf, model_card

FORMS = ("adapter", "merged")
WEIGHTS = "adapter_model.safetensors"


@dataclass(frozen=True)
class Wanted:
    """Which checkpoint of a run, and in which form. Without an iteration, the last."""

    form: str = "adapter"
    role: str = "policy"
    iteration: int | None = None


@dataclass(frozen=True)
class Chain:
    """A checkpoint with everything that it rests on, oldest first; `base` is the model that all is merged into."""

    artefacts: list[Artefact]
    base: LanguageModel

    @property
    def last(self) -> Artefact:
        return self.artefacts[-1]

    @property
    def places(self) -> list[str]:
        """The folders of the adapters, in the order in which they are merged."""
        if len(self.artefacts) == 1:
            return ["."]
        return [f"adapter-{number}" for number in range(1, len(self.artefacts) + 1)]

    def folders(self) -> list[Path]:
        """Where they lie in the store. Raises DataError when one is gone."""
        for artefact in self.artefacts:
            if artefact.state != Artefact.State.PRESENT or not store.locate(artefact.directory).is_dir():
                raise DataError(
                    f"The checkpoint of iteration {artefact.iteration} is no longer on the disk.", "what"
                )
        return [store.locate(artefact.directory) for artefact in self.artefacts]


def checkpoint_chain(run: Run, role: str = "policy", iteration: int | None = None) -> Chain:
    """The checkpoint of a role. Raises DataError when the run has none, ConfigError for a role that it has not."""
    made = run.artefacts.filter(role=role).order_by("iteration", "phase")
    last = (made if iteration is None else made.filter(iteration=iteration)).last()
    if last is None:
        _refuse(run, role, iteration)
    chain: list[Artefact] = []
    while last is not None:
        chain.insert(0, last)
        last = last.parent
    return Chain(chain, run.models.select_related("model").get(role="policy").model)


def _refuse(run: Run, role: str, iteration: int | None) -> None:
    roles = sorted(set(run.artefacts.values_list("role", flat=True)))
    if not roles:
        raise DataError(f"Run {run.pk} has no checkpoint yet; nothing was written.", "what")
    if role not in roles:
        raise ConfigError(
            f"Run {run.pk} has no checkpoint of the role {role}; it has {', '.join(roles)}.", "role"
        )
    raise ConfigError(
        f"Run {run.pk} made no checkpoint of the role {role} in iteration {iteration}.", "iteration"
    )


def write_checkpoint(run: Run, wanted: Wanted, to: Path, draft: Path) -> int:
    """Writes it to `draft` and renames that to `to` when whole; returns the number of adapters."""
    chain = checkpoint_chain(run, wanted.role, wanted.iteration)
    with drafted(draft):
        if wanted.form == "merged":
            _merge(run, chain, draft)
        else:
            for source, place in zip(chain.folders(), chain.places, strict=True):
                shutil.copytree(source, draft / place, dirs_exist_ok=True)
        (draft / "README.md").write_text(card_of(run, chain, wanted.form), encoding="utf-8")
        os.replace(draft, to)
    return len(chain.artefacts)


def _merge(run: Run, chain: Chain, draft: Path) -> None:
    folders = chain.folders()
    if not (folders[-1] / WEIGHTS).is_file():
        raise ConfigError(
            f"The {chain.last.kind} of iteration {chain.last.iteration} has no weights of a model to merge; "
            "export it as adapter.",
            "form",
        )
    if not chain.base.directory:
        raise ConfigError(
            f"{chain.base.name} is not on this machine, so nothing can be merged into it.", "form"
        )
    merge(store.locate(chain.base.directory), folders, run.dtype, draft)


def card_of(run: Run, chain: Chain, form: str) -> str:
    """The README of a checkpoint."""
    return model_card(run, CardOf(chain.artefacts, chain.places, chain.base, form))


@contextmanager
def drafted(draft: Path) -> Iterator[None]:
    """What is left at `draft` in the end is removed."""
    try:
        yield
    finally:
        shutil.rmtree(draft, ignore_errors=True)
