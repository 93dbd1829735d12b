"""Self-play on a policy whose distribution is a table: it must stop where the policy equals the demonstrations."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

import pytest

from experiments.alignment.errors import DataError
from experiments.alignment.learners import DPO, Lesson
from experiments.alignment.memory import Memory, remember, run_in_memory
from experiments.alignment.ports import Check, Progress, Round
from experiments.alignment.registry import get_recipe
from experiments.alignment.sample_kinds import Preference
from experiments.alignment.seeds import digest, seed_at
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.selectors.held_back import HeldBack
from experiments.alignment.signals.likelihood import Likelihood
from experiments.alignment.signals.reference import SameAsReference
from experiments.alignment.types import (
    Ask,
    Candidate,
    Capability,
    Checkpoint,
    Completion,
    Group,
    Message,
    Prompt,
    Reference,
    Split,
    Trained,
)
from tests.kernel.runs import go, metric, start

TEXTS = ("one", "two", "three", "four")
DATA = (0.4, 0.3, 0.2, 0.1)
FAR = (0.05, 0.05, 0.1, 0.8)
SETTINGS = {
    "iterations": 2, "prompts": 400, "held_back": 0.5, "beta": 1.0, "gold_prompts": 2, "probe_prompts": 2,
    "chunk_prompts": 400,
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """Says each text with its probability, whatever it is asked."""

    logits: tuple[float, ...]
    name: str = "table"
    capabilities: frozenset[Capability] = frozenset({"generate", "score"})

    @property
    def logprobs(self) -> list[float]:
        total = math.log(sum(map(math.exp, self.logits)))
        return [logit - total for logit in self.logits]

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        below = list(accumulate(map(math.exp, self.logprobs)))
        draws = [seed_at("draw", ask.seed) / 2**63 for ask in asks]
        places = [next((i for i, edge in enumerate(below) if draw < edge), len(below) - 1) for draw in draws]
        return [Completion(TEXTS[place], 1) for place in places]

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        return [self.logprobs[TEXTS.index(text)] for text in continuations]


@dataclass
class Tables:
    """A workshop that trains tables by DPO's exact gradient. `losses` are those of each round's first step."""

    made: dict[str, Table]
    losses: list[float] = field(default_factory=list)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Table:
        assert checkpoint is not None
        return self.made[checkpoint.sha256]

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        return ()

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        assert isinstance(lesson.spec, DPO)
        pairs = [
            (TEXTS.index(s.chosen), TEXTS.index(s.rejected))
            for s in lesson.samples
            if isinstance(s, Preference)
        ]
        before = self.made[lesson.reference.sha256].logits
        after, losses = fitted(before, pairs, lesson.spec.beta)
        self.losses.append(losses[0])
        sha256 = digest(after)
        self.made[sha256] = Table(tuple(after))
        return Trained(Checkpoint(sha256), len(losses), {"loss_first": losses[0], "loss_last": losses[-1]})


def fitted(
    before: Sequence[float], pairs: Sequence[tuple[int, int]], beta: float
) -> tuple[list[float], list[float]]:
    after, losses = list(before), []
    for _ in range(300):
        slopes, loss = [0.0] * len(after), 0.0
        for chosen, rejected in pairs:
            margin = beta * ((after[chosen] - before[chosen]) - (after[rejected] - before[rejected]))
            loss += math.log1p(math.exp(-margin))
            push = beta / (1 + math.exp(margin))
            slopes[chosen] += push
            slopes[rejected] -= push
        losses.append(loss / len(pairs))
        after = [value + 2 * slope / len(pairs) for value, slope in zip(after, slopes, strict=True)]
    return after, losses


def demonstrations(split: Split, n: int) -> list[Prompt]:
    """Prompts whose demonstrations have the data's distribution."""
    edges = list(accumulate(DATA))
    places = [next(i for i, edge in enumerate(edges) if (k + 0.5) / n < edge) for k in range(n)]
    return [
        Prompt(f"{split}-{k}", (Message("user", f"Say {k}"),), split, Reference(TEXTS[place]))
        for k, place in enumerate(places)
    ]


def played(start_at: Sequence[float]) -> tuple[Memory, Tables]:
    prompts = [*demonstrations("train", 400), *demonstrations("probe", 2), *demonstrations("gold", 2)]
    tables = Tables({"base": Table(tuple(map(math.log, start_at)))})
    memory = remember(prompts, 3, Checkpoint("base"))
    recipe = get_recipe("self-play")
    config = recipe.configure(SETTINGS)
    run_in_memory(recipe.composition(config), config, memory, tables, "exact")
    return memory, tables


def test_the_discriminator_wins_at_first_and_falls_to_a_half_when_the_policy_has_reached_the_data() -> None:
    memory, tables = played(FAR)
    first = metric(memory, 1, "discriminator_accuracy", "train")
    last = metric(memory, 2, "discriminator_accuracy", "train")
    assert first.low > 0.6
    assert last.high < first.low
    assert abs(last.value - 0.5) < 0.1
    assert metric(memory, 1, "discriminator_margin", "train").low > 0
    assert abs(metric(memory, 2, "discriminator_margin", "train").value) < 0.2
    reached = [math.exp(value) for value in tables.made[sha_of(memory)].logprobs]
    assert all(abs(p - q) < 0.1 for p, q in zip(reached, DATA, strict=True))


def sha_of(memory: Memory) -> str:
    return memory.checkpoints["policy"][-1][2].checkpoint.sha256


def test_a_policy_that_is_the_data_cannot_be_told_from_it_in_the_first_round() -> None:
    memory, _ = played(DATA)
    accuracy = metric(memory, 1, "discriminator_accuracy", "train")
    assert accuracy.low < 0.5 < accuracy.high
    assert abs(metric(memory, 1, "chosen_logprob_change", "train").value) < 0.1


def test_the_loss_starts_at_log_two_in_every_round() -> None:
    _, tables = played(FAR)
    assert tables.losses == pytest.approx([math.log(2)] * 2)


def test_held_back_prompts_are_measured_and_never_trained_on() -> None:
    memory, _ = played(FAR)
    groups = memory.groups[1, 0, "train"].values()
    held = [g for g in groups if {s.reason for s in g.selections} == {"held back to measure by"}]
    assert metric(memory, 1, "discriminator_accuracy", "train").n == len(held)
    assert 150 < len(held) < 250
    replayed = memory.groups[1, 1, "train"]
    assert all(g.candidates == replayed[at].candidates for at, g in memory.groups[1, 0, "train"].items())
    assert {s.reason for group in replayed.values() for s in group.selections} == {"only measured"}


def test_a_model_without_probabilities_gives_no_discriminator_and_no_operator_gain(tmp_path: Path) -> None:
    memory = go(start(tmp_path, skill=0.5), tmp_path, "self-play")
    accuracy = metric(memory, 1, "discriminator_accuracy", "train")
    assert (accuracy.value, accuracy.n) == (None, 0)
    assert accuracy.n_unscored > 0
    assert "operator_gain" not in {m.name for m in memory.metrics[2]}


def test_a_prompt_without_a_demonstration_is_named() -> None:
    prompts = [Prompt("bare", (Message("user", "Say"),), "train", None)]
    memory = remember(prompts, 3, Checkpoint("base"))
    recipe = get_recipe("self-play")
    config = recipe.configure(SETTINGS)
    tables = Tables({"base": Table((0.0,) * 4)})
    with pytest.raises(DataError, match="Prompt bare has no answer to learn from"):
        run_in_memory(recipe.composition(config), config, memory, tables, "exact")


def test_a_sample_that_is_the_demonstration_but_for_white_space_makes_no_pair() -> None:
    (prompt,) = demonstrations("train", 1)
    group = Group(
        prompt, (Candidate(0, "two", 1, "reference"), Candidate(1, " two\n", 1), Candidate(2, "one", 1))
    )
    (signals,) = SameAsReference().read(at(Table((0.0,) * 4)), [group])
    assert [s.value for s in signals] == [1.0, 1.0, 0.0]
    pair = Group(prompt, group.candidates[:2], signals[:2])
    assert {s.reason for s in HeldBack(BestWorst("reference"), 0.0).pick(pair, 0)} == {"tie"}
    assert HeldBack(BestWorst("reference"), 0.5).best(pair) == 0


def test_an_empty_text_has_no_likelihood_and_the_others_keep_theirs() -> None:
    (prompt,) = demonstrations("train", 1)
    group = Group(prompt, (Candidate(0, "two", 1), Candidate(1, "", 0), Candidate(2, "four", 1)))
    (signals,) = Likelihood().read(at(Table(tuple(map(math.log, FAR)))), [group])
    assert [s.value for s in signals] == [pytest.approx(math.log(0.05)), None, pytest.approx(math.log(0.8))]


def at(policy: Table) -> Round:
    return Round(7, 1, 0, lambda role: policy, lambda: None, "exact")
