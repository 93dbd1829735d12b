"""What belongs together in a run's train traces: the selections that make one training sample, with provenance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from experiments.alignment import samples as kernel
from experiments.alignment.composition import CONTROL
from experiments.alignment.errors import ConfigError
from experiments.alignment.registry import get_recipe
from experiments.alignment.types import Group, Selection, Signal
from experiments.models import Run, Trace
from experiments.services.groups import groups_of

BATCH = 200
Record = dict[str, Any]
Units = Callable[[Sequence[Selection]], Iterator[list[Selection]]]


@dataclass(frozen=True)
class Taught:
    """The selections that together make a sample, in one of a run's traces."""

    trace: int
    group: Group
    selections: tuple[Selection, ...]
    common: Mapping[str, Any]
    hashes: Mapping[str, str]

    @property
    def candidates(self) -> list[int]:
        """Indexes of the answers that it is made of."""
        return list(dict.fromkeys(index for selection in self.selections for index in selection.about))

    def samples(self, kind: str) -> Iterable[Any]:
        """What a learner of this kind reads; nothing for a kind that the kernel does not know."""
        maker = {str(name): make for name, make in kernel.MAKERS.items()}.get(kind)
        return maker(self.group, self.selections) if maker else ()

    def only(self, selection: Selection) -> Taught:
        """The part of it that one selection is."""
        return replace(self, selections=(selection,))

    def row(self, content: Record) -> Record:
        """The content with its provenance; of soft labels and weights, the first selection's."""
        first, candidates = self.selections[0], set(self.candidates)
        author = self.group.candidates[self.candidates[0]].model
        signals = [signal for signal in self.group.signals if candidates & set(signal.about)]
        return content | {
            "weight": first.weight,
            "teaches": first.role,
            "reason": "; ".join(selection.reason for selection in self.selections),
            "source": ", ".join(dict.fromkeys(f"{s.kind}: {s.source}" for s in signals)),
            "signals": [_signal(signal) for signal in signals],
            "candidates": self.candidates,
            "model": author,
            "model_sha256": self.hashes.get(author),
            "trace": self.trace,
            "prompt_id": self.group.prompt.id,
            "split": "train",
            **self.common,
        }


def taught(run: Run, role: str, units: Units) -> Iterator[Taught]:
    """Units of the run's train traces: what teaches one role, or all but the control's, which is no better choice."""
    hashes = hashes_of_authors(run)
    for trace, group, common in _train_groups(run):
        mine = [s for s in group.selections if (s.role == role if role else s.role != CONTROL)]
        for unit in units(mine):
            yield Taught(trace, group, tuple(unit), common, hashes)


def paired(selections: Sequence[Selection]) -> Iterator[list[Selection]]:
    """The two selections of every preference, in the order made."""
    yield from map(list, kernel.pairs_of(selections))


def single(selections: Sequence[Selection]) -> Iterator[list[Selection]]:
    """Every selection but the drops, one candidate at a time."""
    for selection in selections:
        if selection.fate != "dropped":
            yield from ([replace(selection, about=(index,))] for index in selection.about)


def paired_or_alone(selections: Sequence[Selection]) -> Iterator[list[Selection]]:
    """Every preference, then the answers that were judged on their own."""
    yield from paired(selections)
    yield from single([s for s in selections if s.pair is None and s.fate in ("chosen", "rejected")])


def by_role(selections: Sequence[Selection]) -> Iterator[list[Selection]]:
    """All selections of each role together, for samples that a whole group makes."""
    for role in dict.fromkeys(selection.role for selection in selections):
        yield [selection for selection in selections if selection.role == role]


def provenance(run: Run) -> Record:
    """What all rows of a run share."""
    version = run.dataset_version
    return {
        "run": run.pk,
        "recipe": run.recipe,
        "recipe_version": run.recipe_version,
        "base_model_sha256": run.models.select_related("model").get(role="policy").model.sha256,
        "dataset": f"{version.dataset.name}@{version.number}",
        "dataset_sha256": run.dataset_sha256,
    }


def hashes_of_authors(run: Run) -> dict[str, str]:
    """The hash of every model that can have written an answer, by the name that the answer gives it: the models of the
    run, and its checkpoints, which are named `model+beginning of the hash`. What is no model has none.
    """
    bound = {one.role: one.model for one in run.models.select_related("model")}
    lent = run.uses.values_list("artefact__sha256", flat=True)
    trained = {*run.artefacts.values_list("sha256", flat=True), *lent}
    made = {f"{bound['policy'].name}+{sha256[:8]}": sha256 for sha256 in trained}
    return {model.name: model.sha256 for model in bound.values()} | made


def roles_of_other_kinds(run: Run) -> set[str]:
    """Roles that learn from moves, labels or steps alone: what is kept for them is nothing to imitate."""
    return {role for role, read in kinds_of_roles(run).items() if not read & {"demonstration", "preference"}}


def kinds_of_roles(run: Run) -> dict[str, set[str]]:
    """The kinds of samples that each role learns from, as the recipe says; none where it is not installed."""
    try:
        recipe = get_recipe(run.recipe)
        composition = recipe.composition(recipe.configure(run.config))
    except ConfigError:
        return {}
    kinds: dict[str, set[str]] = defaultdict(set)
    for phase in composition.phases:
        for branch in phase.branches:
            kinds[branch.role].add(branch.learn.consumes if branch.learn else "demonstration")
    return kinds


def _train_groups(run: Run) -> Iterator[tuple[int, Group, Record]]:
    """The run's train traces by primary key with everything a row needs, a batch at a time."""
    common = provenance(run)
    for iteration in run.iterations.order_by("index"):
        mine = Trace.objects.filter(iteration=iteration, part="train", row__split="train").order_by("pk")
        after = 0
        while ids := list(mine.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH]):
            for pk, group in zip(ids, groups_of(ids), strict=True):
                yield pk, group, common | {"iteration": iteration.index}
            after = ids[-1]


def _signal(signal: Signal) -> Record:
    return {
        "kind": signal.kind,
        "source": signal.source,
        "candidates": list(signal.about),
        "value": signal.value,
    }
