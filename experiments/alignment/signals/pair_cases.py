"""What all pairwise judges share: which pairs they see, in which order, and what their verdict is called."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from typing import Literal

from experiments.alignment.foreign import admit_text
from experiments.alignment.judges.judge import Judge, Reading
from experiments.alignment.judges.pairwise import PairRubric, pair_messages
from experiments.alignment.ports import Round
from experiments.alignment.prompts.constitution import principle_for
from experiments.alignment.seeds import digest, seed_at
from experiments.alignment.types import Candidate, Evidence, Group, Message, Signal

KIND = "judge_pair"
ORDERS: tuple[Literal[0, 1], ...] = (0, 1)


@dataclass(frozen=True, slots=True)
class PairCase:
    """Two candidates of a group as they are shown: in order 1 the later one stands first."""

    group: Group
    pair: tuple[Candidate, Candidate]
    order: Literal[0, 1]
    repeat: int
    rubric: PairRubric

    @property
    def shown(self) -> tuple[Candidate, Candidate]:
        first, second = self.pair
        return (first, second) if self.order == 0 else (second, first)

    @property
    def about(self) -> tuple[int, int]:
        return self.pair[0].index, self.pair[1].index

    def messages(self, at_once: bool) -> tuple[Message, ...]:
        """The judge's own conversation about this pair."""
        first, second = self.shown
        return pair_messages(self.rubric, question_of(self.group, first), first.text, second.text, at_once)

    def seed(self, at: Round, role: str) -> int:
        """The seed of a drawn verdict of a role, from its position and from the two texts."""
        texts = digest([digest([admit_text(candidate.text)]) for candidate in self.pair])
        place = (self.group.prompt.id, *self.about, texts, self.order, self.repeat)
        return seed_at(at.seed, at.iteration, at.phase, "signal", role, self.rubric.sha256, *place)


def question_of(group: Group, candidate: Candidate) -> str:
    """What the candidate answers: the last message of its own training prompt, else the group's question."""
    own = candidate.train_context
    return own[-1].content if own else group.prompt.text


def pair_cases(
    at: Round, groups: Sequence[Group], rubric: PairRubric, of: str, repeats: int, principled: bool
) -> list[list[PairCase]]:
    """Every pair of a group's candidates of one role, in both orders, so often; a list a group."""
    return [
        [
            PairCase(group, pair, order, repeat, _criterion(at, group, rubric, principled))
            for pair, order, repeat in product(_pairs(group, of), ORDERS, range(repeats))
        ]
        for group in groups
    ]


def _pairs(group: Group, of: str) -> list[tuple[Candidate, Candidate]]:
    return list(combinations([c for c in group.candidates if c.role == of], 2))


def _criterion(at: Round, group: Group, rubric: PairRubric, principled: bool) -> PairRubric:
    return replace(rubric, text=principle_for(at, group.prompt.id)) if principled else rubric


def judge_of(
    rubric: PairRubric, model: str, read: Reading, max_tokens: int, temperature: float, repeats: int
) -> Judge:
    """The judge that gives the verdicts by a rubric."""
    messages = pair_messages(rubric, "{question}", "{first}", "{second}", at_once=read == "probabilities")
    return Judge(rubric.name, rubric.version, messages, model, read, max_tokens, temperature, repeats)


def pair_signal(
    case: PairCase, judge: Judge, p_first: float | None, text: str = "", raw: str = "", error: str = ""
) -> Signal:
    """One presentation's verdict. Its value is how far the earlier candidate is preferred, whatever the order."""
    first, second = case.shown
    return Signal(
        kind=KIND,
        source=judge.source,
        about=case.about,
        value=None if p_first is None else p_first if case.order == 0 else 1 - p_first,
        order=case.order,
        label="" if p_first is None else "A" if p_first > 0.5 else "B" if p_first < 0.5 else "tie",
        text=text,
        evidence=Evidence(
            "pairwise",
            {
                "first": first.index,
                "second": second.index,
                "p_first": p_first,
                "rubric": case.rubric.text,
                "version": case.rubric.version,
                "sha256": judge.sha256,
            },
        ),
        raw=raw,
        parsed=not error,
        error=error,
        repeat=case.repeat,
    )
