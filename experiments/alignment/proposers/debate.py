"""Debates: two debaters argue for two answers before a judge that would have to choose without them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from experiments.alignment.judges.debates import LETTERS, Said, argue_messages, question_of
from experiments.alignment.ports import Policy, Round
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.seeds import seed_at
from experiments.alignment.signals.debate_verdict import SIDE, Case, first_probabilities
from experiments.alignment.types import Ask, Candidate, Capability, Completion, Group, Prompt, Turn
from experiments.alignment.verifiers.answers import read_answer

SAMPLE = "sample"
PLAIN = "policy"
UNOPPOSED = "unopposed"


@dataclass
class Transcript:
    """One debate on its way; `first` is the side, 0 or 1, that speaks first in every round."""

    prompt: Prompt
    answers: tuple[str, str]
    first: int
    said: list[Said] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    n_tokens: int = 0


@dataclass(frozen=True)
class Debate:
    """For each of two answers a candidate whose turns are a debate in which that side spoke first (arXiv 1805.00899).

    So the second debate is the swapped twin of the first. The two answers are the `options`, or without these the
    two that `samples` direct answers of the debater give most often; where all agree, nobody argues. Candidate 0 is
    what the judge chooses without a debate; it has the role `policy`, since it is the plain answer that a debate is
    compared with. Where nobody argues it is the debater's own answer, which no judge saw, and has the role `unopposed`.
    """

    options: tuple[str, ...] = ()
    rounds: int = 2
    samples: int = 4
    temperature: float = 0.7
    answer_tokens: int = 48
    argument_tokens: int = 64
    debater: str = "policy"
    judge: str = "judge"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate", "next_token"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.debater, self.judge)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt: the judge's own choice, the sides with their debates, then any direct samples.

        Raises ConfigError where no options are given and the data's answers cannot be compared.
        """
        sampled = self._sampled(at, prompts)
        answers = [self._answers(at, group) for group in sampled]
        debates = [
            Transcript(prompt, (pair[0], pair[1]), first)
            for prompt, pair in zip(prompts, answers, strict=True)
            for first in range(len(pair) if len(pair) == len(LETTERS) else 0)
        ]
        for _ in range(self.rounds):
            self._speak(at, debates, second=False)
            self._speak(at, debates, second=True)
        choices = self._choices(at, prompts, answers)
        return [
            self._group(at, group, pair, choice, [d for d in debates if d.prompt is group.prompt])
            for group, pair, choice in zip(sampled, answers, choices, strict=True)
        ]

    def _sampled(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        if self.options:
            return [Group(prompt, ()) for prompt in prompts]
        return Sample(self.samples, self.temperature, self.answer_tokens, self.debater).propose(at, prompts)

    def _answers(self, at: Round, group: Group) -> tuple[str, ...]:
        """The answers to argue for, at most two."""
        if self.options:
            return self.options[: len(LETTERS)]
        read = [read_answer(at.verifier, candidate.text) for candidate in group.candidates]
        common = Counter(answer for answer in read if answer is not None).most_common(len(LETTERS))
        return tuple(answer for answer, _ in common)

    def _speak(self, at: Round, debates: Sequence[Transcript], second: bool) -> None:
        """One argument in every debate, by the side whose turn it is."""
        policy = at.policy(self.debater)
        asks = [self._ask(at, debate, 1 - debate.first if second else debate.first) for debate in debates]
        answers = policy.generate(asks, at.check) if asks else []
        for debate, answer in zip(debates, answers, strict=True):
            _add(debate, 1 - debate.first if second else debate.first, answer)

    def _ask(self, at: Round, debate: Transcript, side: int) -> Ask:
        place = (at.seed, at.iteration, at.phase, "propose", debate.prompt.id, "debate", debate.first)
        messages = argue_messages(question_of(debate.prompt), debate.answers, side, debate.said)
        seed = seed_at(*place, len(debate.turns))
        return Ask(messages, self.argument_tokens, self.temperature, seed=seed)

    def _choices(
        self, at: Round, prompts: Sequence[Prompt], answers: Sequence[tuple[str, ...]]
    ) -> list[str | None]:
        """What the judge chooses without a debate; None where there are not two answers."""
        cases = [
            Case(question_of(prompt), (pair[0], pair[1]))
            for prompt, pair in zip(prompts, answers, strict=True)
            if len(pair) == len(LETTERS)
        ]
        found = iter(first_probabilities(at, at.policy(self.judge), cases) if cases else ())
        return [
            (pair[0] if next(found) >= 0.5 else pair[1]) if len(pair) == len(LETTERS) else None
            for pair in answers
        ]

    def _group(
        self,
        at: Round,
        sampled: Group,
        answers: tuple[str, ...],
        choice: str | None,
        debates: Sequence[Transcript],
    ) -> Group:
        judge, debater = at.policy(self.judge), at.policy(self.debater)
        spoken = choice or (answers[0] if answers else sampled.candidates[0].text)
        role, author = (UNOPPOSED, debater) if choice is None else (PLAIN, judge)
        made = [Candidate(0, spoken, 1, role, author.name), *_sides(debater, answers, debates)]
        samples = [replace(c, index=len(made) + c.index, role=SAMPLE) for c in sampled.candidates]
        return Group(sampled.prompt, (*made, *samples))


def _sides(debater: Policy, answers: Sequence[str], debates: Sequence[Transcript]) -> list[Candidate]:
    turns = [tuple(debate.turns) for debate in debates] or [()] * len(answers)
    tokens = [debate.n_tokens for debate in debates] or [0] * len(answers)
    return [
        Candidate(index + 1, answer, tokens[index], SIDE, debater.name, turns=turns[index])
        for index, answer in enumerate(answers)
    ]


def _add(debate: Transcript, side: int, answer: Completion) -> None:
    debate.said.append(Said(side, answer.text))
    debate.turns.append(Turn(LETTERS[side], answer.text, data={"side": debate.answers[side]}))
    debate.n_tokens += answer.n_tokens
