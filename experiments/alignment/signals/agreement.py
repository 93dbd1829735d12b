"""Do equivalent queries give the same answer: the vote among decompositions of one question."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.signals.vote import Vote
from experiments.alignment.types import Candidate, Capability, Group, Signal

ALONE = "there is no equivalent query to agree with"


@dataclass(frozen=True)
class Agreement:
    """The share of a prompt's decompositions that end in a candidate's answer (arXiv 2309.08589).

    They answer the same question along different ways, so that an error in one shows as disagreement. Candidates of
    other roles take no part, and a lone decomposition is unscored.
    """

    role: str = "tree"
    kind: ClassVar[str] = "agreement"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a decomposition, in order: its share in (0, 1], its label the answer."""
        return [self._signals(at, group) for group in groups]

    def _signals(self, at: Round, group: Group) -> tuple[Signal, ...]:
        trees = tuple(candidate for candidate in group.candidates if candidate.role == self.role)
        if len(trees) == 1:
            return (_alone(trees[0]),)
        (votes,) = Vote().read(at, [replace(group, candidates=trees)])
        return tuple(replace(vote, kind=self.kind, source="equivalent queries") for vote in votes)


def _alone(tree: Candidate) -> Signal:
    return Signal(
        Agreement.kind, "equivalent queries", (tree.index,), None, label=tree.text, parsed=False, error=ALONE
    )
