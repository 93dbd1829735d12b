"""Decomposition that the model writes itself: sub-questions first, then their answers one by one, then the whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from experiments.alignment.judges.debates import question_of
from experiments.alignment.ports import Policy, Round
from experiments.alignment.proposers.decompose import TREE
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import (
    Ask,
    Candidate,
    Capability,
    Completion,
    Evidence,
    Group,
    Message,
    Prompt,
    Signal,
)

SPLIT = (
    "You break a question into smaller questions that are easier to answer. Write each on a line of its own, in the "
    "order in which they help, and nothing else."
)
BULLET = re.compile(r"^(?:[-*\u2022]|\(?\d+[.):])\s*")


@dataclass
class Plan:
    """One decomposition on its way: the sub-questions as written, and the answers so far."""

    prompt: Prompt
    variant: int
    questions: tuple[str, ...] = ()
    answers: list[Completion] = field(default_factory=list)
    n_tokens: int = 0

    @property
    def known(self) -> str:
        pairs = zip(self.questions, self.answers, strict=False)
        return "".join(f"{question} {' '.join(answer.text.split())}\n" for question, answer in pairs)


@dataclass(frozen=True)
class DecomposeByModel:
    """One direct answer, then `variants` decompositions, each written by the policy anew (arXiv 2205.10625).

    A decomposition takes a call that writes at most `most` sub-questions, a call for each of them that sees the answers
    before it, and one for the whole question with all answers. Nobody can say whether a sub-answer is right.
    """

    variants: int = 3
    most: int = 3
    temperature: float = 0.7
    max_tokens: int = 16
    plan_tokens: int = 64
    role: str = "policy"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset({TREE})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    @property
    def calls(self) -> int:
        """The most calls that all decompositions of a prompt take, the direct answer included."""
        return 1 + self.variants * (self.most + 2)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt: candidate 0 direct, the others of role `tree`, each with a signal that holds its tree."""
        direct = Sample(1, self.temperature, self.max_tokens, self.role).propose(at, prompts)
        plans = [Plan(prompt, variant) for prompt in prompts for variant in range(self.variants)]
        policy = at.policy(self.role)
        self._write(at, policy, plans)
        for place in range(self.most):
            self._answer(at, policy, [plan for plan in plans if place < len(plan.questions)])
        wholes = policy.generate([self._whole(at, plan) for plan in plans], at.check)
        made = list(zip(plans, wholes, strict=True))
        return [
            _with(group, policy, made[place * self.variants : (place + 1) * self.variants])
            for place, group in enumerate(direct)
        ]

    def _write(self, at: Round, policy: Policy, plans: Sequence[Plan]) -> None:
        asks = [
            self._ask(at, p, "split", _plain(SPLIT, question_of(p.prompt)), self.plan_tokens) for p in plans
        ]
        for plan, written in zip(plans, policy.generate(asks, at.check), strict=True):
            plan.questions = sub_questions(written.text)[: self.most]
            plan.n_tokens += written.n_tokens

    def _answer(self, at: Round, policy: Policy, plans: Sequence[Plan]) -> None:
        """The next sub-question of each plan, after the answers that it has."""
        asks = [
            self._ask(
                at, p, len(p.answers), _plain("Answer the last question briefly.", _next(p)), self.max_tokens
            )
            for p in plans
        ]
        for plan, answer in zip(plans, policy.generate(asks, at.check) if asks else [], strict=True):
            plan.answers.append(answer)
            plan.n_tokens += answer.n_tokens

    def _whole(self, at: Round, plan: Plan) -> Ask:
        return self._ask(at, plan, "whole", _helped(plan), self.max_tokens)

    def _ask(
        self, at: Round, plan: Plan, step: object, messages: tuple[Message, ...], max_tokens: int
    ) -> Ask:
        place = (at.seed, at.iteration, at.phase, "propose", plan.prompt.id, TREE, plan.variant, step)
        return Ask(messages, max_tokens, self.temperature, seed=seed_at(*place))


def sub_questions(text: str) -> tuple[str, ...]:
    """The lines of a plan without bullets and numbers, each once."""
    lines = [BULLET.sub("", line.strip()).strip() for line in text.splitlines()]
    return tuple(dict.fromkeys(line for line in lines if line))


def _plain(system: str, user: str) -> tuple[Message, ...]:
    return (Message("system", system), Message("user", user))


def _next(plan: Plan) -> str:
    return f"{question_of(plan.prompt)}\n\n{plan.known}{plan.questions[len(plan.answers)]}"


def _helped(plan: Plan) -> tuple[Message, ...]:
    """The prompt's own messages, with what is known by now put before the last thing that the user said."""
    last = max(place for place, message in enumerate(plan.prompt.messages) if message.role == "user")
    return tuple(
        replace(message, content=f"{plan.known}\n{message.content}") if place == last else message
        for place, message in enumerate(plan.prompt.messages)
    )


def _with(group: Group, policy: Policy, made: Sequence[tuple[Plan, Completion]]) -> Group:
    trees = tuple(
        Candidate(
            index=place,
            text=whole.text,
            n_tokens=plan.n_tokens + whole.n_tokens,
            role=TREE,
            model=policy.name,
            stop=whole.stop,
            context=_helped(plan),
        )
        for place, (plan, whole) in enumerate(made, start=1)
    )
    signals = tuple(_shown(tree, plan) for tree, (plan, _) in zip(trees, made, strict=True))
    return Group(group.prompt, (*group.candidates, *trees), signals)


def _shown(tree: Candidate, plan: Plan) -> Signal:
    root: dict[str, object] = {
        "id": 0,
        "parent": None,
        "depth": 0,
        "question": plan.prompt.text,
        "answer": tree.text,
    }
    parts: list[dict[str, object]] = [
        {"id": place, "parent": 0, "depth": 1, "question": question, "answer": answer.text}
        for place, (question, answer) in enumerate(zip(plan.questions, plan.answers, strict=True), start=1)
    ]
    evidence = Evidence(TREE, {"nodes": [{**node, "value": None} for node in (root, *parts)]})
    return Signal(
        TREE, "decomposition", (tree.index,), float(len(parts) + 2), label="own plan", evidence=evidence
    )
