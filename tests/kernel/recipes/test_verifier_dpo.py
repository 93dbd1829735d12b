"""Right answers teach the generator, pairs the verifier, and the verifier finds the right ones without a check."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from experiments.alignment.learners import DPO, SFT
from experiments.alignment.memory import Memory
from experiments.alignment.ports import Check
from experiments.alignment.scripted_answers import is_right
from experiments.alignment.types import Ask, Capability
from tests.kernel.planted import Planted
from tests.kernel.recipes.critics import SETTINGS, draft
from tests.kernel.recipes.verifiers import Cast
from tests.kernel.runs import go, metric, start

SLUG = "verifier-dpo"


@dataclass
class Prefers(Planted):
    """Finds right answers likelier by `lead` nats, and every answer the less likely the longer it is."""

    lead: float = 0.0
    capabilities: frozenset[Capability] = frozenset({"generate", "next_token", "score"})

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        pairs = zip(prompt, continuations, strict=True)
        return [
            self.lead * is_right(ask.messages[-1].content, text) - 0.001 * len(text) for ask, text in pairs
        ]


def lucky(ask: Ask) -> str:
    """Right one time in four; wrong answers are short."""
    return draft(ask) if ask.seed % 4 == 1 else "0"


def run(tmp_path: Path, lead: float = 5.0, **settings: Any) -> tuple[Memory, Cast]:
    workshop = Cast(Prefers(lucky), tmp_path, plays={"verifier": Prefers(lucky, lead=lead)})
    memory = start(tmp_path, train=40, held_out=60)
    return go(memory, tmp_path, SLUG, {**SETTINGS, **settings}, workshop=workshop), workshop


def ranks(memory: Memory, iteration: int) -> set[float | None]:
    """The verifier's different scores of held-out samples."""
    groups = memory.groups[iteration, 0, "operator"].values()
    said = [s.value for group in groups for s in group.signals if s.kind == "verifier"]
    return {None if value is None else round(value, 6) for value in said}


def test_right_answers_teach_the_generator_and_pairs_the_verifier(tmp_path: Path) -> None:
    _, workshop = run(tmp_path, iterations=2)
    assert [(type(spec), spec.role) for spec, _ in workshop.learned] == [
        (SFT, "policy"),
        (DPO, "verifier"),
    ] * 2
    demonstrations, pairs, _, more = (samples for _, samples in workshop.learned)
    assert all(is_right(d.prompt[-1].content, d.answer) for d in demonstrations)
    assert all(is_right(p.prompt[-1].content, p.chosen) for p in pairs)
    assert not any(is_right(p.prompt[-1].content, p.rejected) for p in pairs)
    assert more[: len(pairs)] == pairs
    assert len(more) > len(pairs) > 10


def test_every_learner_starts_from_the_base(tmp_path: Path) -> None:
    _, workshop = run(tmp_path)
    assert {(spec.init_from, spec.data) for spec, _ in workshop.learned} == {("base", "accumulated")}


def test_the_verifier_chooses_right_answers_where_majority_and_untrained_model_do_not(tmp_path: Path) -> None:
    memory, _ = run(tmp_path)
    before, after = (metric(memory, at, "verifier_efficiency") for at in (0, 1))
    assert before.high < 0.2
    assert after.value == pytest.approx(1)
    assert metric(memory, 1, "verifier_pair_accuracy").value == 1
    assert metric(memory, 1, "operator_gain").low > 0.3
    assert metric(memory, 1, "operator_against_control").low > 0.3


def test_a_verifier_that_learned_the_wrong_thing_is_found(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, lead=-5.0)
    assert metric(memory, 1, "verifier_efficiency").high < 0
    assert metric(memory, 1, "verifier_pair_accuracy").value == 0


def test_the_margin_is_measured_against_the_base(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, score="margin")
    assert ranks(memory, 0) == {0.0}
    assert ranks(memory, 1) == {0.0, 5.0}
    assert metric(memory, 0, "verifier_pair_accuracy").value == 0.5


def test_where_no_model_gives_log_probabilities_nothing_is_claimed(tmp_path: Path) -> None:
    memory = go(start(tmp_path, 40, 60), tmp_path, SLUG, SETTINGS)
    assert not [m for m in memory.metrics[1] if m.name.startswith("verifier_")]
    assert metric(memory, 1, "operator_accuracy").value is None
