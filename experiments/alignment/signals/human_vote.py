"""Votes on statements, of people where the data holds them, else of simulated people, and what the groups share."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import ClassVar

from experiments.alignment.diagnostics.opinions import Shared, Vote, opinion_groups, shared_statements
from experiments.alignment.ports import Round
from experiments.alignment.prompts.people import PEOPLE, VALUES, VOTES, asks_vote
from experiments.alignment.proposers.ask_people import PEOPLE_ROLE, SIMULATED_ROLE
from experiments.alignment.types import Ask, Capability, Evidence, Group, Signal

WORDS = {1: "agree", -1: "disagree", 0: "pass"}
CONSENSUS = "consensus"
Ballots = dict[str, tuple[Vote, ...]]


@dataclass(frozen=True)
class HumanVote:
    """One signal a vote (kind `human_vote`), and one a statement with its group-aware consensus (kind `consensus`).

    What is no statement (an answer that is measured) is not voted on. A simulated vote is the likeliest of agree,
    disagree and pass; a person who was not asked casts none.
    """

    people: int = 12
    role: str = "person"
    kind: ClassVar[str] = CONSENSUS
    needs_reference: ClassVar[bool] = False
    reads_votes: ClassVar[bool] = True
    needs: ClassVar[frozenset[Capability]] = frozenset({"next_token"})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """Votes by person and statement, then the consensus of each statement."""
        return [self._said(at, group) for group in groups]

    def _said(self, at: Round, group: Group) -> tuple[Signal, ...]:
        if not all(candidate.role in (PEOPLE_ROLE, SIMULATED_ROLE) for candidate in group.candidates):
            return ()
        real = group.prompt.reference.votes if group.prompt.reference else {}
        if real:
            return _signals(group, {name: tuple(votes) for name, votes in real.items()}, {}, simulated=False)
        ballots, sure = self._simulated(at, group)
        return _signals(group, ballots, sure, simulated=True)

    def _simulated(self, at: Round, group: Group) -> tuple[Ballots, dict[tuple[str, int], float]]:
        people = PEOPLE[: self.people]
        cases = [(person, candidate) for person in people for candidate in group.candidates]
        asks = [Ask(asks_vote(person, group.prompt.text, c.text), 1) for person, c in cases]
        chosen = at.policy(self.role).choose(asks, [VOTES] * len(asks), at.check)
        sure: dict[tuple[str, int], float] = {}
        ballots: dict[str, list[Vote]] = {person.name: [] for person in people}
        for (person, candidate), logprobs in zip(cases, chosen, strict=True):
            best = max(range(len(VOTES)), key=logprobs.__getitem__)
            ballots[person.name].append(VALUES[VOTES[best]])
            sure[person.name, candidate.index] = exp(logprobs[best])
        return {name: tuple(votes) for name, votes in ballots.items()}, sure


def _signals(
    group: Group, ballots: Ballots, sure: dict[tuple[str, int], float], simulated: bool
) -> tuple[Signal, ...]:
    label = "simulated: " if simulated else ""
    votes = [
        Signal(
            "human_vote", f"{label}{name}", (index,), float(vote), label=WORDS[vote],
            scores={"probability": sure[name, index]} if (name, index) in sure else {},
        )
        for name, cast in ballots.items()
        for index, vote in enumerate(cast)
        if vote is not None
    ]  # fmt: skip
    rows = list(ballots.values())
    groups = opinion_groups(rows)
    shared = shared_statements(rows, groups)
    evidence = Evidence("opinions", _opinions(group, shared, groups, simulated))
    return (*votes, *(_consensus(index, one, evidence) for index, one in enumerate(shared)))


def _consensus(index: int, shared: Shared, evidence: Evidence) -> Signal:
    """The table of opinions stands once, with the first statement."""
    scores = {f"group {number + 1}": value for number, value in enumerate(shared.agreement)}
    shown = evidence if index == 0 else None
    return Signal(CONSENSUS, "votes", (index,), shared.consensus, scores=scores, evidence=shown)


def _opinions(
    group: Group, shared: Sequence[Shared], groups: Sequence[int], simulated: bool
) -> dict[str, object]:
    count = max(groups, default=-1) + 1
    return {
        "people": len(groups),
        "simulated": simulated,
        "groups": [
            {"size": groups.count(number), "agreement": [one.agreement[number] for one in shared]}
            for number in range(count)
        ],
        "statements": [
            {
                "text": candidate.text,
                "consensus": one.consensus,
                "for": one.votes_for,
                "against": one.votes_against,
                "passed": one.passed,
            }
            for candidate, one in zip(group.candidates, shared, strict=True)
        ],
    }
