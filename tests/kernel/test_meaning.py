"""Instructions that mean the same are dropped by the model's vectors, whatever their words are."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from experiments.alignment.errors import ConfigError
from experiments.alignment.filters.meaning import same_meaning
from experiments.alignment.filters.screen import Case, Filter
from experiments.alignment.ports import Check
from experiments.alignment.prompts.instructing import OPERATORS
from experiments.alignment.proposers.evolve import Evolve
from experiments.alignment.proposers.self_instruct import SelfInstruct
from experiments.alignment.types import Capability, Message, Prompt
from tests.kernel.planted import Planted, at

SHARED = 100.0
"""What all vectors of a model have in common, far more than what tells them apart."""
PLACES = {
    "Write about the sea.": (1.0, 0.0),
    "Name a river.": (0.0, 1.0),
    "Say something of the ocean.": (0.95, 0.05),
    "Which stream do you know?": (0.6, 0.7),
    "Bake bread.": (-1.0, -1.0),
    "": (-SHARED, -SHARED),
}
HELD = ["Write about the sea.", "Name a river.", "Bake bread."]


@dataclass
class Placed(Planted):
    """A policy whose vectors are planted."""

    read: list[str] = field(default_factory=list)
    capabilities: frozenset[Capability] = frozenset({"generate", "embed"})

    def embed(self, texts: Sequence[str], check: Check) -> list[tuple[float, ...]]:
        self.read += texts
        return [tuple(SHARED + value for value in PLACES[text]) for text in texts]


def the_filter(limit: float = 0.9) -> Filter:
    [one] = same_meaning(limit, at(Placed()), HELD)
    return one


def test_a_paraphrase_is_dropped_and_says_of_what() -> None:
    ruling = the_filter().rule(Case("Say something of the ocean."), HELD)
    assert not ruling.passed
    assert ruling.note.endswith("like “Write about the sea.”")
    assert 0.95 < ruling.value <= 1


def test_what_only_shares_the_direction_of_all_texts_stays() -> None:
    ruling = the_filter().rule(Case("Which stream do you know?"), HELD)
    assert ruling.passed
    assert 0 < ruling.value < 0.9


@pytest.mark.parametrize("held", [HELD, []])
def test_a_text_without_a_direction_is_like_nothing(held: list[str]) -> None:
    ruling = the_filter().rule(Case(""), held)
    assert (ruling.passed, ruling.value, ruling.note) == (True, 0.0, "")


def test_every_text_is_read_once() -> None:
    policy = Placed()
    [one] = same_meaning(0.9, at(policy), HELD)
    for _ in range(3):
        one.rule(Case("Say something of the ocean."), HELD)
    assert sorted(policy.read) == sorted([*HELD, *HELD, "Say something of the ocean."])


def test_at_one_nothing_is_compared_and_no_vectors_are_asked_for() -> None:
    assert same_meaning(1.0, at(Planted()), HELD) == ()


def test_a_model_without_vectors_is_refused_in_words() -> None:
    with pytest.raises(ConfigError, match=r"gives no vectors.*Set meaning to 1"):
        same_meaning(0.9, at(Planted()), HELD)


def proposed(proposer: SelfInstruct | Evolve) -> list[str]:
    """What is said of instructions that all say what the first prompt says, in other words."""
    writer = Placed(says=lambda ask: "Say something of the ocean.")
    prompts = [Prompt(str(n), (Message("user", text),), "train") for n, text in enumerate(HELD)]
    groups = proposer.propose(at(writer), prompts)
    return [s.text for g in groups for s in g.signals if s.source == "same meaning"]


BREADTH = tuple(operator for operator in OPERATORS if operator.breadth)


@pytest.mark.parametrize(
    "proposer", [SelfInstruct((), meaning=0.9), Evolve((), (), 1, operators=BREADTH, meaning=0.9)]
)
def test_new_instructions_are_held_against_the_prompts(proposer: SelfInstruct | Evolve) -> None:
    said = proposed(proposer)
    assert len(said) == len(HELD)
    assert all(text.endswith("like “Write about the sea.”") for text in said)


@pytest.mark.parametrize("proposer", [SelfInstruct(()), Evolve((), (), 1, operators=BREADTH)])
def test_without_a_limit_no_meanings_are_compared(proposer: SelfInstruct | Evolve) -> None:
    assert proposed(proposer) == []
