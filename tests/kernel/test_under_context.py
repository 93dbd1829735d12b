"""Answers under contexts, what they are paired as, and how far the policy is from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from experiments.alignment.ports import Check, Round
from experiments.alignment.proposers.under_context import UnderContext, under
from experiments.alignment.proposers.under_contrast import UnderContrast
from experiments.alignment.sample_kinds import Demonstration, Preference
from experiments.alignment.samples import samples
from experiments.alignment.selectors.accept_all import AcceptAll
from experiments.alignment.selectors.constructed_pair import ConstructedPair
from experiments.alignment.signals.context_gap import NO_PROBABILITIES, ContextGap
from experiments.alignment.types import Ask, Candidate, Capability, Completion, Group, Message
from tests.kernel.runs import sums


@dataclass
class Echo:
    """Answers with the first word of its system message; a context makes its answers likelier."""

    capabilities: frozenset[Capability] = frozenset({"generate", "score"})
    asked: list[Ask] = field(default_factory=list)
    name: str = "echo"

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        self.asked += asks
        return [Completion(ask.messages[0].content.split()[0], 2) for ask in asks]

    def score(self, prompt: Sequence[Ask], continuations: Sequence[str], check: Check) -> list[float]:
        return [-1.0 if ask.messages[0].role == "system" else -4.0 for ask in prompt]


def at(policy: Echo) -> Round:
    return Round(7, 1, 0, lambda role: policy, lambda: None, "number")  # type: ignore[arg-type]


def test_a_context_stands_before_the_system_message_or_becomes_one() -> None:
    asked, told = Message("user", "q"), Message("system", "be brief")
    assert under("rules", (told, asked)) == (Message("system", "rules\n\nbe brief"), asked)
    assert under("rules", (asked,)) == (Message("system", "rules"), asked)


def test_the_context_is_recorded_and_not_trained_on() -> None:
    prompts = sums("train", 2)
    groups = UnderContext("Rules first", 2).propose(at(Echo()), prompts)
    assert [c.context for c in groups[0].candidates] == [under("Rules first", prompts[0].messages)] * 2
    picked = AcceptAll().pick(groups[0], 0)
    assert samples(replace(groups[0], selections=picked), "policy", "demonstration") == [
        Demonstration(prompts[0].messages, "Rules")
    ]
    assert [s.reason for s in picked] == ["every answer is kept", "duplicate"]


def test_contrasted_answers_differ_by_context_alone_and_are_paired_by_construction() -> None:
    policy, prompts = Echo(), sums("train", 1)
    [group] = UnderContrast("Good one", "Bad one").propose(at(policy), prompts)
    assert len({ask.seed for ask in policy.asked}) == 1
    made = replace(group, selections=ConstructedPair().pick(group, 0))
    assert samples(made, "policy", "preference") == [Preference(prompts[0].messages, "Good", "Bad")]
    assert ConstructedPair().best(group) == 0


@pytest.mark.parametrize(
    ("texts", "reason"), [(("a", "a "), "duplicate"), (("a", " "), "one of the two is empty")]
)
def test_a_pair_without_a_difference_or_an_answer_teaches_nothing(
    texts: tuple[str, str], reason: str
) -> None:
    [group] = UnderContrast("Good", "Bad").propose(at(Echo()), sums("train", 1))
    group = replace(group, candidates=tuple(Candidate(i, text, 1) for i, text in enumerate(texts)))
    assert {(s.fate, s.reason) for s in ConstructedPair().pick(group, 0)} == {("dropped", reason)}
    unmade = ConstructedPair().pick(replace(group, signals=()), 0)
    assert {s.reason for s in unmade} == {"unscored"}


def test_an_empty_answer_is_not_accepted_and_an_empty_group_has_no_best() -> None:
    group = Group(sums("train", 1)[0], (Candidate(0, " ", 1), Candidate(1, "7", 1)))
    assert [(s.fate, s.reason) for s in AcceptAll().pick(group, 0)] == [
        ("dropped", "empty"), ("kept", "every answer is kept"),
    ]  # fmt: skip
    assert (AcceptAll().best(group), AcceptAll().best(replace(group, candidates=()))) == (0, None)


def test_the_gap_is_the_difference_of_log_probabilities_a_token() -> None:
    groups = UnderContext("Rules first").propose(at(Echo()), sums("train", 1))
    [[signal]] = ContextGap("policy").read(at(Echo()), groups)
    assert signal.value == pytest.approx(-1.0 + 4.0)
    assert signal.scores == {"with_context": -1.0, "without": -4.0}


def test_the_end_token_does_not_count_and_a_truncated_answer_has_no_gap() -> None:
    context = under("Rules", sums("train", 1)[0].messages)
    answers = (
        Candidate(0, "cut", 4, stop="length", context=context),
        Candidate(1, "whole", 4, context=context),
        Candidate(2, "", 1, context=context),
    )
    [signals] = ContextGap("policy").read(at(Echo()), [Group(sums("train", 1)[0], answers)])
    assert [(s.about, s.value, s.parsed, s.error) for s in signals] == [
        ((0,), None, False, "truncated"), ((1,), pytest.approx(3 / 3), True, ""), ((2,), 3.0, True, ""),
    ]  # fmt: skip


def test_a_model_without_probabilities_leaves_the_gap_unscored() -> None:
    mute = Echo(capabilities=frozenset({"generate"}))
    [[signal]] = ContextGap("policy").read(
        at(mute), UnderContext("Rules").propose(at(mute), sums("train", 1))
    )
    assert (signal.value, signal.error) == (None, NO_PROBABILITIES)
