"""Runs of recipes that act: a table that learns in place of a model, and starts on the text grid."""

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.alignment.learners import LearnerSpec, Lesson
from experiments.alignment.memory import Memory, remember, run_in_memory
from experiments.alignment.ports import Check, Progress
from experiments.alignment.registry import Recipe
from experiments.alignment.sample_kinds import Demonstration, Preference, Rollout, Sample
from experiments.alignment.seeds import digest
from experiments.alignment.types import (
    Ask,
    Capability,
    Checkpoint,
    Completion,
    Message,
    Prompt,
    Reference,
    Trained,
)
from experiments.starter.grid import environment_rows

BASE = Checkpoint("base")
Table = dict[str, dict[str, float]]
"""For each prompt the weight (a logit) of each move."""


@dataclass(frozen=True)
class TablePolicy:
    """p(move) ∝ exp(weight of the move after this prompt); every move is alike where nothing was learned."""

    table: Table
    name: str = "table"
    capabilities: frozenset[Capability] = frozenset({"next_token"})
    asked: list[int] = field(default_factory=list)

    def choose(
        self, asks: Sequence[Ask], options: Sequence[tuple[str, ...]], check: Check
    ) -> list[tuple[float, ...]]:
        self.asked.append(len(asks))
        return [self._choice(key(ask.messages), some) for ask, some in zip(asks, options, strict=True)]

    def _choice(self, prompt: str, options: tuple[str, ...]) -> tuple[float, ...]:
        weights = [self.table.get(prompt, {}).get(option, 0.0) for option in options]
        total = math.log(sum(map(math.exp, weights)))
        return tuple(weight - total for weight in weights)

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        raise AssertionError("a recipe that acts never lets the policy write")

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        raise AssertionError("a recipe that acts never scores a text")

    def reward(self, asks: Sequence[Ask], answers: Sequence[str], check: Check) -> list[float]:
        raise AssertionError("a recipe that acts asks no reward model")


def key(messages: Sequence[Message]) -> str:
    """What a prompt is looked up by."""
    return json.dumps([(message.role, message.content) for message in messages])


@dataclass
class TableWorkshop:
    """Checkpoints are tables; learning follows the gradient of each sample's own loss. It keeps what it was given."""

    rate: float = 0.5
    tables: dict[str, Table] = field(default_factory=dict)
    lessons: list[tuple[LearnerSpec, list[Sample]]] = field(default_factory=list)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> TablePolicy:
        assert checkpoint is not None
        return TablePolicy(self.tables.get(checkpoint.sha256, {}), role)

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        return ()

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        self.lessons.append((lesson.spec, list(lesson.samples)))
        before = TablePolicy(self.tables.get(lesson.init.sha256, {}))
        table = defaultdict(dict, {prompt: dict(row) for prompt, row in before.table.items()})
        for sample in lesson.samples:
            for move, push in _pushes(sample, before).items():
                row = table[key(sample.prompt)]
                row[move] = row.get(move, 0.0) + self.rate * sample.weight * push
        made = digest([lesson.init.sha256, json.dumps(table, sort_keys=True)])
        self.tables[made] = dict(table)
        return Trained(Checkpoint(made), len(lesson.samples))


def _pushes(sample: Sample, policy: TablePolicy) -> dict[str, float]:
    match sample:
        case Rollout():
            chances = map(math.exp, policy._choice(key(sample.prompt), sample.options))
            return {
                option: sample.advantage * (float(option == sample.answer) - chance)
                for option, chance in zip(sample.options, chances, strict=True)
            }
        case Demonstration():
            return {sample.answer: 1.0}
        case Preference():
            return {sample.chosen: 0.5, sample.rejected: -0.5}
        case _:
            raise AssertionError(f"no recipe that acts learns from {sample}")


def starts(environment: str = "text-grid") -> list[Prompt]:
    """The rows of a starter data set as prompts, held-out ones with their references."""
    return [
        Prompt(row["id"], (Message("user", row["prompt"]),), row["split"], Reference(rule=row["rule"]))
        for row in environment_rows(environment)
    ]


def act(recipe: Recipe, settings: dict[str, Any], workshop: TableWorkshop, seed: int = 0) -> Memory:
    """A recipe's whole run on the text grid with a table for a model."""
    config = recipe.configure(settings)
    memory = remember(starts(), seed, BASE)
    return run_in_memory(recipe.composition(config), config, memory, workshop, "rule")
