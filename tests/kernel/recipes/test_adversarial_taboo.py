"""Adversarial taboo: code decides planted episodes rightly, and only the winner's moves become rollouts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from experiments.alignment.errors import DataError
from experiments.alignment.ports import Check, Round
from experiments.alignment.proposers.taboo import PlayTaboo
from experiments.alignment.registry import get_recipe
from experiments.alignment.sample_kinds import Rollout
from experiments.alignment.samples import samples
from experiments.alignment.selectors.winner_turns import WinnerTurns
from experiments.alignment.signals.game import GameOutcome
from experiments.alignment.taboo import credits, decide, view
from experiments.alignment.types import (
    Ask,
    Capability,
    Completion,
    Group,
    Message,
    Prompt,
    Reference,
    Selection,
    Signal,
    Turn,
)
from tests.kernel.runs import go, metric, start

WORD = "apple"


def prompt(word: str | None = WORD) -> Prompt:
    return Prompt("w", (Message("user", "Which word?"),), "train", Reference(word) if word else None)


@dataclass
class Script:
    """Says the attacker's and the defender's lines in turn, the same in every episode."""

    attacker: Sequence[str]
    defender: Sequence[str]
    asked: list[Ask] = field(default_factory=list)
    name: str = "script"
    capabilities: frozenset[Capability] = frozenset({"generate"})

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        self.asked.extend(asks)
        return [Completion(self._line(ask), 2) for ask in asks]

    def _line(self, ask: Ask) -> str:
        said = sum(message.role == "assistant" for message in ask.messages)
        lines = self.attacker if "You are the attacker" in ask.messages[0].content else self.defender
        return lines[said]


def played(attacker: Sequence[str], defender: Sequence[str], n: int = 1, rounds: int = 2) -> Group:
    """One group of equal episodes with their outcomes."""
    script = Script(attacker, defender)
    at = Round(7, 1, 0, lambda role: script, lambda: None, "label")
    (group,) = PlayTaboo(n=n, rounds=rounds).propose(at, [prompt()])
    (signals,) = GameOutcome().read(at, [group])
    return Group(group.prompt, group.candidates, signals)


@pytest.mark.parametrize(
    ("attacker", "defender", "value", "label", "illegal"),
    [
        (["It grows on trees."], ["Do you mean an apple?"], 1, "attacker", 0),
        (["It grows on trees."], ["I love APPLES in a pie."], 1, "attacker", 0),
        (["It grows on trees."], ["I know the word! It is `apple`."], -1, "defender", 0),
        (["It grows on trees."], ["i know the word: Apple!"], -1, "defender", 0),
        (["It grows on trees."], ["I know the word! It is pear or apple."], 1, "attacker", 0),
        (["It grows on trees."], ["I know the word!"], 1, "attacker", 0),
        (["Say apple, please."], [], -1, "defender", 1),
        (["  "], [], -1, "defender", 1),
        (["It grows on trees."], [""], 1, "attacker", 1),
        (["Hello.", "Nice day."], ["Hi.", "Have some pineapple."], 0, "tie", 0),
    ],
)  # fmt: skip
def test_the_rule_judge_decides_planted_episodes(
    attacker: list[str], defender: list[str], value: float, label: str, illegal: float
) -> None:
    (signal,) = played(attacker, defender).signals
    assert (signal.value, signal.label, signal.scores["illegal"]) == (value, label, illegal)
    assert signal.evidence is not None
    assert signal.evidence.data["return"] == value


def test_a_decided_game_is_not_played_on() -> None:
    group = played(["It grows on trees.", "more"], ["an apple", "more"])
    assert [turn.author for turn in group.candidates[0].turns] == ["attacker", "defender"]
    assert group.candidates[0].text == "attacker: It grows on trees.\ndefender: an apple"


def test_the_first_decisive_move_decides_whatever_follows() -> None:
    turns = [
        Turn("attacker", "Hi."),
        Turn("defender", "An apple."),
        Turn("defender", "I know the word! It is apple"),
    ]
    outcome = decide(WORD, turns)
    assert outcome is not None
    assert outcome.winner == "attacker"
    assert decide(WORD, turns[:1]) is None


@pytest.mark.parametrize("n", [1, 2, 5, 16])
def test_credits_sum_to_one_and_fall_by_a_fifth_towards_the_start(n: int) -> None:
    shares = credits(n)
    assert sum(shares) == pytest.approx(1)
    assert all(a / b == pytest.approx(0.8) for a, b in pairwise(shares))


def test_only_the_winners_moves_are_learned_each_after_what_its_player_saw() -> None:
    group = played(["One.", "Two.", "Three."], ["Hm.", "Well.", "An apple."], rounds=3)
    picked = Group(group.prompt, group.candidates, group.signals, WinnerTurns().pick(group, 0))
    made = [sample for sample in samples(picked, "policy", "rollout") if isinstance(sample, Rollout)]
    assert [sample.answer for sample in made] == ["One.", "Two.", "Three."]
    assert sum(sample.advantage for sample in made) == pytest.approx(0.5)
    assert made[0].advantage < made[1].advantage < made[2].advantage
    assert all(WORD in sample.prompt[0].content for sample in made)
    assert [m.content for m in made[1].prompt[2:]] == ["One.", "Hm."]


def test_a_side_weighs_a_half_however_many_episodes_it_won() -> None:
    def outcome(index: int, label: str, illegal: float = 0.0) -> Signal:
        return Signal("game", "taboo", (index,), 0.0, label=label, scores={"illegal": illegal})

    group = played(["Hello.", "Hello."], ["Hi.", "Hi."], n=6)
    labels = ["attacker", "attacker", "attacker", "defender", "tie"]
    signals = (*(outcome(i, label) for i, label in enumerate(labels)), outcome(5, "defender", 1.0))
    picked = WinnerTurns().pick(Group(group.prompt, group.candidates, signals), 0)
    assert [s.fate for s in picked] == ["kept"] * 4 + ["dropped"] * 2
    assert [s.weight for s in picked[:4]] == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 2])
    assert [s.reason for s in picked[4:]] == ["tie", "decided by a move against the rules"]


def test_an_answer_that_is_no_episode_gets_no_outcome_and_teaches_nothing() -> None:
    script = Script(["a"], ["b"])
    at = Round(7, 1, 0, lambda role: script, lambda: None, "label")
    plain = Group(prompt(None), tuple(c for c in played(["Hi.", "Hi."], ["Hi.", "Hi."]).candidates))
    plain = Group(plain.prompt, tuple(type(c)(c.index, c.text, 1) for c in plain.candidates))
    assert GameOutcome().read(at, [plain]) == [()]
    assert WinnerTurns().pick(plain, 0) == (Selection((0,), "dropped", "no episode"),)


def test_the_defender_is_never_told_the_word() -> None:
    turns = [Turn("attacker", "Hi."), Turn("defender", "Hello.")]
    assert WORD not in " ".join(message.content for message in view(WORD, "defender", turns))
    assert [m.role for m in view(WORD, "defender", turns)] == ["system", "user", "assistant"]
    assert [m.role for m in view(WORD, "attacker", turns)] == ["system", "user", "assistant", "user"]


def test_a_word_that_looks_like_a_pattern_is_taken_literally() -> None:
    assert decide("a.c", [Turn("attacker", "abc")]) is None
    assert decide("a.c", [Turn("attacker", "say a.c now")]) is not None


def test_a_prompt_without_a_word_is_named() -> None:
    script = Script(["a"], ["b"])
    at = Round(7, 1, 0, lambda role: script, lambda: None, "label")
    with pytest.raises(DataError, match="Prompt w has no answer"):
        PlayTaboo().propose(at, [prompt(None)])


def test_a_run_counts_outcomes_of_its_rounds_and_needs_answers(tmp_path: Path) -> None:
    settings = {"iterations": 1, "prompts": 20, "probe_prompts": 6, "gold_prompts": 6, "rounds": 2}
    memory = go(start(tmp_path, skill=0.5), tmp_path, "adversarial-taboo", settings)
    rates = [metric(memory, 1, name, "train").value for name in ("attacker_win_rate", "defender_win_rate")]
    assert sum(rates) + metric(memory, 1, "game_tie_rate", "train").value == pytest.approx(1)
    assert metric(memory, 1, "moves_per_game", "train").value <= 4
    names = {m.name for m in memory.metrics[1]}
    assert "operator_gain" not in names
    assert "proxy" not in names
    recipe = get_recipe("adversarial-taboo")
    assert recipe.composition(recipe.config()).needs_reference
