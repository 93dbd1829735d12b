"""The weak filter: answers that do not belong to their prompts are found and dropped, random ones keep them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from experiments.alignment.memory import Memory, remember
from experiments.alignment.ports import Check
from experiments.alignment.scripted import Script, ScriptedWorkshop
from experiments.alignment.signals.instruction_difficulty import NOTHING, InstructionDifficulty
from experiments.alignment.types import Ask, Capability, Checkpoint, Message, Prompt, Reference
from tests.kernel.planted import Planted
from tests.kernel.runs import go, metric

SETTINGS = {
    "iterations": 1, "prompts": 40, "probe_prompts": 10, "gold_prompts": 10, "chunk_prompts": 20, "share": 0.5,
}  # fmt: skip


@dataclass
class Knowing(Planted):
    """After its own prompt an answer is likelier than after nothing, the more the easier; `blind` sees none."""

    blind: bool = False
    capabilities: frozenset[Capability] = field(default=frozenset({"generate", "next_token", "score"}))

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        return [self._score(ask, text) for ask, text in zip(prompt, continuations, strict=True)]

    def _score(self, ask: Ask, text: str) -> float:
        if ask.messages == NOTHING:
            return -4.0
        question = ask.messages[-1].content
        number = int("".join(c for c in question if c.isdigit()))
        if self.blind:
            return -4.0 - (number * 7 % 13) / 13
        return -4.0 + (0.1 + number / 100 if text == str(number) else -0.5)


@dataclass(frozen=True)
class Rated(ScriptedWorkshop):
    """Scripted training; the strong model rates as `strong` does."""

    strong: Knowing = field(default_factory=Knowing)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Any:
        return self.strong if role == "policy" else Knowing(name=role)


def _prompt(split: Any, number: int) -> Prompt:
    """Every other train answer belongs to another prompt."""
    answer = number if number % 2 or split != "train" else number + 100
    message = Message("user", f"question {number}")
    return Prompt(f"{split}-{number}", (message,), split, Reference(answer=answer))


def run(tmp_path: Path, strong: Knowing | None = None, **settings: Any) -> Memory:
    prompts = [_prompt(split, number) for split in ("train", "probe", "gold") for number in range(40)]
    memory = remember(prompts, 0, Checkpoint("base", Script().save(tmp_path / "base")))
    workshop = Rated(tmp_path, {}, strong or Knowing())
    return go(memory, tmp_path, "weak-filter", SETTINGS | settings, workshop=workshop)


def kept(memory: Memory, role: str) -> list[str]:
    return [
        group.candidates[0].text
        for group in memory.groups[1, 0, "train"].values()
        for selection in group.selections
        if (selection.role, selection.fate) == (role, "kept")
    ]


def belong(memory: Memory, role: str) -> float:
    return sum(int(text) < 100 for text in kept(memory, role)) / len(kept(memory, role))


def test_answers_of_other_prompts_are_dropped_and_random_choice_keeps_them(tmp_path):
    memory = run(tmp_path, share=0.4)
    assert belong(memory, "policy") == 1.0
    assert 0.2 < belong(memory, "control") < 0.8
    assert len(kept(memory, "policy")) == len(kept(memory, "control")) == 16
    assert metric(memory, 1, "unhelpful_prompts", "train").value == 0.5


def test_the_hardest_of_those_that_belong_come_first(tmp_path):
    memory = run(tmp_path, share=0.1, chunk_prompts=40)
    assert sorted(int(text) for text in kept(memory, "policy")) == [1, 3, 5, 7]


def test_a_strong_model_that_rates_alike_agrees_and_a_blind_one_does_not(tmp_path):
    (tmp_path / "b").mkdir()
    alike = metric(run(tmp_path), 1, "weak_strong_agreement", "train")
    blind = metric(run(tmp_path / "b", Knowing(blind=True)), 1, "weak_strong_agreement", "train")
    assert alike.value == pytest.approx(1.0)
    assert blind.low < 0.5


def test_the_ratio_is_one_of_perplexities(tmp_path):
    memory = run(tmp_path)
    [signal] = memory.groups[1, 0, "train"][0].signals
    number = int(memory.groups[1, 0, "train"][0].prompt.id.split("-")[1])
    expected = math.exp(-(0.1 + number / 100)) if number % 2 else math.exp(0.5)
    assert (signal.kind, signal.value) == (InstructionDifficulty.kind, pytest.approx(expected))


def test_a_model_without_log_probabilities_leaves_everything_unscored(tmp_path):
    memory = run(tmp_path, Knowing(capabilities=frozenset({"generate"})))
    signals = [s for group in memory.groups[1, 0, "train"].values() for s in group.signals]
    assert {(s.value, s.error) for s in signals} == {(None, "this model gives no log-probabilities")}
    assert kept(memory, "policy") == []
