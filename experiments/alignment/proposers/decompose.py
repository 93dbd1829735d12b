"""Decomposition of sums: a long one is answered step by step, along several equivalent orders of its terms."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from experiments.alignment.ports import Policy, Round
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.seeds import seed_at
from experiments.alignment.sums import Terms, orders, terms_of, whole_number, with_sum, written
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

TREE = "tree"


@dataclass(frozen=True)
class Step:
    """One call: the terms it was asked to add, and what came back."""

    question: str
    terms: Terms
    answer: Completion

    @property
    def total(self) -> int | None:
        return whole_number(self.answer.text)


@dataclass
class Tree:
    """One order of a prompt's terms on its way to an answer. `total` is what the steps so far came to."""

    prompt: Prompt
    order: Terms
    variant: int
    steps: list[Step] = field(default_factory=list)

    @property
    def total(self) -> int | None:
        return self.steps[-1].total if self.steps else self.order[0]

    @property
    def next_terms(self) -> Terms | None:
        """What the next call adds; None where the tree is finished or its last answer could not be read."""
        done = len(self.steps) + 1
        return None if done == len(self.order) or self.total is None else (self.total, self.order[done])


@dataclass(frozen=True)
class DecomposeSums:
    """One direct answer, then one answer from each of up to `variants` decompositions (arXiv 1810.08575, 2309.08589).

    A decomposition adds the terms of the question's sum one by one: each call asks the policy for one small sum,
    given the answer of the call before. The orders are equivalent queries. A train prompt with more terms than the
    round's frontier, `start_terms` in the first round and one more in each later one, gets the direct answer alone;
    so does a question without a sum.
    """

    variants: int = 3
    start_terms: int = 3
    temperature: float = 0.0
    max_tokens: int = 16
    role: str = "policy"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset({TREE})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt: candidate 0 direct, the others of role `tree`, each with a signal that holds its tree."""
        direct = Sample(1, self.temperature, self.max_tokens, self.role).propose(at, prompts)
        trees = [
            [Tree(prompt, order, v) for v, order in enumerate(self._orders(at, prompt))] for prompt in prompts
        ]
        policy = at.policy(self.role)
        while self._step(at, policy, [tree for of_prompt in trees for tree in of_prompt]):
            pass
        return [_with(group, policy, made) for group, made in zip(direct, trees, strict=True)]

    def _orders(self, at: Round, prompt: Prompt) -> list[Terms]:
        terms = terms_of(prompt.text)
        beyond = prompt.split == "train" and len(terms) > self.start_terms + max(0, at.iteration - 1)
        return [] if len(terms) < 2 or beyond else orders(terms, self.variants)

    def _step(self, at: Round, policy: Policy, trees: Sequence[Tree]) -> bool:
        """One call for every tree that still needs one; False when none does."""
        open_trees = [(tree, terms) for tree in trees if (terms := tree.next_terms)]
        asks = [self._ask(at, tree, terms) for tree, terms in open_trees]
        answers = policy.generate(asks, at.check) if asks else []
        for (tree, terms), answer in zip(open_trees, answers, strict=True):
            tree.steps.append(Step(with_sum(tree.prompt.text, terms), terms, answer))
        return bool(asks)

    def _ask(self, at: Round, tree: Tree, terms: Terms) -> Ask:
        place = (at.seed, at.iteration, at.phase, "propose", tree.prompt.id, "tree", tree.variant)
        seed = seed_at(*place, len(tree.steps))
        return Ask(_asking(tree.prompt, terms), self.max_tokens, self.temperature, seed=seed)


def _asking(prompt: Prompt, terms: Terms) -> tuple[Message, ...]:
    """The prompt's own messages, with another sum in the last thing that the user said."""
    last = max(place for place, message in enumerate(prompt.messages) if message.role == "user")
    return tuple(
        replace(message, content=with_sum(message.content, terms)) if place == last else message
        for place, message in enumerate(prompt.messages)
    )


def _with(group: Group, policy: Policy, trees: Sequence[Tree]) -> Group:
    made = [_candidate(policy, number, tree) for number, tree in enumerate(trees, start=1)]
    signals = tuple(_shown(candidate, tree) for candidate, tree in zip(made, trees, strict=True))
    return Group(group.prompt, (*group.candidates, *made), signals)


def _candidate(policy: Policy, index: int, tree: Tree) -> Candidate:
    """Its text is the number at the root alone, or what was said where a call gave none."""
    last = tree.steps[-1]
    return Candidate(
        index=index,
        text=last.answer.text if tree.total is None else str(tree.total),
        n_tokens=sum(step.answer.n_tokens for step in tree.steps),
        role=TREE,
        model=policy.name,
        stop=last.answer.stop,
        context=_asking(tree.prompt, last.terms),
    )


def _shown(candidate: Candidate, tree: Tree) -> Signal:
    """The calls as a tree: each step's parent is the step that used its answer, the last one's the whole question."""
    whole: dict[str, object] = {
        "id": 0,
        "parent": None,
        "depth": 0,
        "question": with_sum(tree.prompt.text, tree.order),
    }
    nodes = [{**whole, "answer": candidate.text, "value": None}]
    for depth, step in enumerate(reversed(tree.steps), start=1):
        asked: dict[str, object] = {
            "id": depth,
            "parent": depth - 1,
            "depth": depth,
            "question": step.question,
        }
        nodes.append({**asked, "answer": step.answer.text, "value": float(step.total == sum(step.terms))})
    evidence = Evidence(TREE, {"nodes": nodes})
    about, calls = (candidate.index,), float(len(tree.steps))
    return Signal(TREE, "decomposition", about, calls, label=written(tree.order), evidence=evidence)


@dataclass(frozen=True)
class AsManyDirect:
    """The control at equal samples: one direct answer, and one for each call that the decompositions would take."""

    variants: int = 3
    temperature: float = 0.8
    max_tokens: int = 16
    role: str = "policy"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})
    gives: ClassVar[frozenset[str]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt, in the prompts' order."""
        found: dict[str, Group] = {}
        counts = {prompt.id: self._count(prompt) for prompt in prompts}
        for n in sorted(set(counts.values())):
            alike = [prompt for prompt in prompts if counts[prompt.id] == n]
            groups = Sample(n, self.temperature, self.max_tokens, self.role).propose(at, alike)
            found |= {group.prompt.id: group for group in groups}
        return [found[prompt.id] for prompt in prompts]

    def _count(self, prompt: Prompt) -> int:
        terms = terms_of(prompt.text)
        return 1 + (len(terms) - 1) * len(orders(terms, self.variants)) if len(terms) > 1 else 1
