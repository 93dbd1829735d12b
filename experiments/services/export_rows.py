"""Training samples of a run as rows that other tools load, each with where it comes from.

Rows are built from train prompts alone; what was measured on held-out prompts never leaves this way. Prompts
and answers are lists of chat messages, as TRL's trainers read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from experiments.models import Artefact, Run, Selection, Signal, Trace

BATCH = 200
Record = dict[str, Any]
Provenance = dict[str, Any]


def pair_rows(run: Run) -> Iterator[Record]:
    """Every preference of the run in the order made: prompt, chosen, rejected, weight, provenance."""
    for trace, provenance in _train_traces(run):
        pairs: dict[tuple[str, int], dict[str, Selection]] = {}
        for selection in trace.selections.all():
            if selection.pair is not None:
                pairs.setdefault((selection.role, selection.pair), {})[selection.fate] = selection
        for pair in pairs.values():
            if {"chosen", "rejected"} <= pair.keys():
                yield _pair(trace, pair["chosen"], pair["rejected"]) | provenance


def demonstration_rows(run: Run) -> Iterator[Record]:
    """Every kept answer of the run, in the order it was kept: prompt, completion, weight and provenance."""
    for trace, provenance in _train_traces(run):
        for selection in trace.selections.all():
            if selection.fate == "kept":
                yield from (_demonstration(trace, selection, index) | provenance for index in selection.about)


def _pair(trace: Trace, chosen: Selection, rejected: Selection) -> Record:
    return {
        "prompt": trace.row.messages,
        "chosen": _answer(trace, chosen.about[0]),
        "rejected": _answer(trace, rejected.about[0]),
        "p_chosen": chosen.p_chosen,
        "weight": chosen.weight,
        "teaches": chosen.role,
        "reason": f"{chosen.reason}; {rejected.reason}",
        "source": _sources(trace, {*chosen.about, *rejected.about}),
        "model_sha256": _author(trace, chosen.about[0]),
    }


def _demonstration(trace: Trace, selection: Selection, index: int) -> Record:
    return {
        "prompt": trace.row.messages,
        "completion": _answer(trace, index),
        "weight": selection.weight,
        "teaches": selection.role,
        "reason": selection.reason,
        "source": _sources(trace, {index}),
        "model_sha256": _author(trace, index),
    }


def _answer(trace: Trace, index: int) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": trace.candidates.all()[index].text}]


def _author(trace: Trace, index: int) -> str:
    return trace.candidates.all()[index].model


def _sources(trace: Trace, about: set[int]) -> str:
    """Who judged or verified these candidates, each named once."""
    signals: Iterable[Signal] = trace.signals.all()
    return ", ".join(dict.fromkeys(f"{s.kind}: {s.source}" for s in signals if about & set(s.about)))


def _train_traces(run: Run) -> Iterator[tuple[Trace, Provenance]]:
    """The run's train traces with everything a row needs, a batch at a time."""
    rows = Trace.objects.filter(part="train", row__split="train").select_related("row")
    rows = rows.prefetch_related("candidates", "selections", "signals")
    common = _provenance(run)
    for iteration in run.iterations.order_by("index"):
        after = 0
        while batch := list(rows.filter(iteration=iteration, pk__gt=after).order_by("pk")[:BATCH]):
            yield from ((t, common | {"iteration": iteration.index, "prompt_id": t.row.key}) for t in batch)
            after = batch[-1].pk


def _provenance(run: Run) -> Provenance:
    version = run.dataset_version
    return {
        "run": run.pk,
        "recipe": run.recipe,
        "recipe_version": run.recipe_version,
        "base_model_sha256": base_model(run)["sha256"],
        "dataset": f"{version.dataset.name}@{version.number}",
        "dataset_sha256": run.dataset_sha256,
    }


def base_model(run: Run) -> dict[str, str]:
    """Name, content hash, source and licence of the model that the run trains."""
    model = run.models.select_related("model").get(role="policy").model
    return {"name": model.name, "sha256": model.sha256, "source": model.source, "licence": model.licence}


def checkpoint_chain(run: Run) -> list[Artefact]:
    """The adapters behind the run's last checkpoint, in the order in which they are merged into the base."""
    last = run.artefacts.filter(role="policy").order_by("iteration").last()
    chain: list[Artefact] = []
    while last is not None:
        chain.insert(0, last)
        last = last.parent
    return chain
