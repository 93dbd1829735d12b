"""The label of a weak supervisor: how likely it holds each option to be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.types import Ask, Candidate, Capability, Evidence, Group, Signal


@dataclass(frozen=True)
class WeakLabel:
    """One signal a candidate: the weak supervisor's probability of that option, 0 to 1.

    A candidate that is none of the options is unscored.
    """

    options: tuple[str, ...]
    role: str = "weak"
    kind: ClassVar[str] = "weak_label"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset({"next_token"})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """The signals of each group, in its candidates' order."""
        policy = at.policy(self.role)
        asks = [Ask(group.prompt.messages, max_tokens=1) for group in groups]
        chosen = policy.choose(asks, [self.options] * len(asks), at.check)
        return [
            tuple(self._signal(policy.name, candidate, [math.exp(p) for p in logprobs], group)
                  for candidate in group.candidates)
            for group, logprobs in zip(groups, chosen, strict=True)
        ]  # fmt: skip

    def _signal(self, source: str, candidate: Candidate, weak: list[float], group: Group) -> Signal:
        known = candidate.text in self.options
        answered = len(group.candidates) == 1
        return Signal(
            kind=self.kind,
            source=source,
            about=(candidate.index,),
            value=weak[self.options.index(candidate.text)] if known else None,
            label=self.options[weak.index(max(weak))],
            evidence=Evidence(
                "weak",
                {
                    "labels": list(self.options),
                    "weak": weak,
                    "student": candidate.text if answered else "",
                },
            ),
            parsed=known,
            error="" if known else "this answer is none of the options",
        )
