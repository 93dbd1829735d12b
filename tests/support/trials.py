"""A few rows of the data that suits a recipe, for trials of every recipe: in memory and in the database."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments import models as m
from experiments.alignment.registry import Recipe
from experiments.alignment.types import Message, Prompt, Reference
from experiments.rows import DatasetRow
from experiments.services.datasets import import_file
from experiments.services.import_options import ImportOptions
from experiments.starter.catalogue import STARTER_DATASETS

SIZES = {"train": 12, "probe": 6, "gold": 6}
GOOD, BAD = ("lovely", "great", "warm", "clever", "kind"), ("awful", "poor", "cold", "dull", "rude")
THINGS = ("camera", "film", "speech", "chair", "song", "book")
"""Words of planted sentences: the rated ones have to be fetched, which a trial must not need."""


def trial_rows(data: str) -> tuple[list[dict[str, Any]], str]:
    """So many rows a split as `SIZES` says, and the verifier of the data."""
    if data.startswith(("sentences", "rated-sentences")):
        return _first(_sentences()), "label"
    known = next(dataset for dataset in STARTER_DATASETS if dataset.name == data)
    return _first(known.rows(Path())), known.verifier


def _first(rows: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    left, found = dict(SIZES), []
    for row in rows:
        if left.get(row["split"], 0):
            left[row["split"]] -= 1
            found.append(row)
    return found


def _sentences() -> Iterator[dict[str, Any]]:
    pairs = [(word, thing, "positive") for word in GOOD for thing in THINGS]
    pairs = [
        pair
        for two in zip(pairs, [(w, t, "negative") for w in BAD for t in THINGS], strict=True)
        for pair in two
    ]
    splits = [split for split, size in SIZES.items() for _ in range(size)]
    for (word, thing, label), split in zip(pairs, splits, strict=False):
        yield {"prompt": f"What a {word} {thing} that was.", "answer": label, "split": split}


def trial_prompts(data: str) -> tuple[list[Prompt], str]:
    """The same as prompts of the kernel, each with its reference."""
    rows, verifier = trial_rows(data)
    read = [DatasetRow.model_validate(row) for row in rows]
    return [_prompt(number, row) for number, row in enumerate(read)], verifier


def _prompt(number: int, row: DatasetRow) -> Prompt:
    messages = tuple(Message(one["role"], one["content"]) for one in row.messages())
    reference: Reference = row.reference()
    assert row.split is not None
    return Prompt(row.id or f"row-{number}", messages, row.split, reference)


def required_roles(recipe: Recipe, model: str) -> dict[str, str]:
    """Every role that a run must name a model for, the policy apart, played by one model."""
    return {role.name: model for role in recipe.roles if role.required and role.name != "policy"}


def make_trial(recipe: Recipe, folder: Path) -> m.DatasetVersion:
    """The data set of the recipe's trial in the database, made once a test."""
    name = recipe.data
    if not m.Dataset.objects.filter(name=name).exists():
        rows, verifier = trial_rows(name)
        path = folder / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        import_file(name, path, ImportOptions(verifier=verifier))
    return m.Dataset.objects.get(name=name).versions.get(number=1)
