"""Rewindable generation (RAIN, arXiv 2309.07124): the model tries, evaluates itself, goes back and goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from experiments.alignment.judges.yes_no import CRITERION, yes_chances
from experiments.alignment.ports import Policy, Round
from experiments.alignment.proposers.rewind_tree import RewindTree
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Ask, Candidate, Capability, Evidence, Group, Message, Prompt, Signal

SEARCH = "search"


@dataclass
class _Search:
    """One prompt's draft and its tree."""

    group: Group
    tree: RewindTree

    @property
    def prompt(self) -> Prompt:
        return self.group.prompt


@dataclass(frozen=True)
class Rewind:
    """A draft (candidate 0) and the answer that the search settles on (candidate 1, role `search`).

    An answer is built of at most `sets` token sets of `set_tokens` tokens. For each, the search goes `searches` times
    to the leaf of the highest value plus bonus, draws `width` continuations there and evaluates what they make of the
    answer; then the most visited token set is settled. So a prompt costs at most sets · searches · width drawn token
    sets and twice as many evaluations, whatever happens.
    """

    sets: int = 4
    searches: int = 3
    width: int = 3
    set_tokens: int = 12
    temperature: float = 0.8
    explore: float = 1.0
    criterion: str = CRITERION
    role: str = "policy"
    judge: str = "policy"
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate", "next_token"})
    gives: ClassVar[frozenset[str]] = frozenset({SEARCH})

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.role, self.judge)))

    def propose(self, at: Round, prompts: Sequence[Prompt]) -> list[Group]:
        """One group a prompt; all prompts search in step, so that their requests are asked together."""
        drafts = Sample(1, self.temperature, self.sets * self.set_tokens, self.role).propose(at, prompts)
        searches = [_Search(group, RewindTree(self.explore)) for group in drafts]
        for step in range(self.sets * self.searches):
            self._try(at, [s for s in searches if not s.tree.finished], step)
            if step % self.searches == self.searches - 1:
                for search in searches:
                    if not search.tree.finished:
                        search.tree.settle()
        return [self._group(at.policy(self.role), search) for search in searches]

    def _try(self, at: Round, searches: Sequence[_Search], step: int) -> None:
        """One visit of each tree: draw below its leaf, evaluate, carry the values back.

        A leaf that cannot be continued is visited again at the value it has.
        """
        leaves = [search.tree.leaf() for search in searches]
        asked = [self._asks(at, s, leaf, step) for s, leaf in zip(searches, leaves, strict=True)]
        answers = iter(at.policy(self.role).generate([ask for asks in asked for ask in asks], at.check))
        fresh = []
        for search, leaf, asks in zip(searches, leaves, asked, strict=True):
            drawn = [next(answers) for _ in asks]
            fresh.append(search.tree.grow(leaf, drawn) if drawn else [])
            if not drawn:
                search.tree.back(leaf, search.tree.nodes[leaf].value)
        self._evaluate(at, searches, fresh)

    def _asks(self, at: Round, search: _Search, leaf: int, step: int) -> list[Ask]:
        """The requests that continue a leaf; none where the answer has ended or is long enough."""
        node = search.tree.nodes[leaf]
        if node.ended or node.depth >= self.sets:
            return []
        begun = search.tree.text(leaf)
        messages = (*search.prompt.messages, *((Message("assistant", begun),) if begun else ()))
        place = (at.seed, at.iteration, at.phase, SEARCH, search.prompt.id, step)
        seeds = [seed_at(*place, i) for i in range(self.width)]
        return [Ask(messages, self.set_tokens, self.temperature, seed=seed) for seed in seeds]

    def _evaluate(self, at: Round, searches: Sequence[_Search], fresh: Sequence[Sequence[int]]) -> None:
        places = [(s, index) for s, mine in zip(searches, fresh, strict=True) for index in mine]
        cases = [(search.prompt.text, search.tree.text(index)) for search, index in places]
        chances = yes_chances(at.policy(self.judge), cases, at.check, self.criterion, partial=True)
        for (search, index), (first, second) in zip(places, chances, strict=True):
            search.tree.back(index, (first + second) / 2)

    def _group(self, policy: Policy, search: _Search) -> Group:
        tree, draft = search.tree, search.group.candidates[0]
        n_tokens = sum(node.n_tokens for node in tree.path(tree.root))
        stop: Literal["end", "length"] = "end" if tree.finished else "length"
        made = Candidate(1, tree.text(tree.root), n_tokens, SEARCH, policy.name, stop=stop)
        value, evidence = tree.nodes[tree.root].value, Evidence("tree", tree.evidence())
        said = Signal(SEARCH, "rewind", (1,), value, evidence=evidence)
        return Group(search.prompt, (draft, made), (said,))
