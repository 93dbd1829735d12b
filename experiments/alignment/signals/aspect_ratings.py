"""A language model rates answers by several aspects, each in a conversation of its own, with its reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.diagnostics.judging import mean_or_none
from experiments.alignment.judges.aspects import ASPECTS
from experiments.alignment.judges.rubrics import Rubric
from experiments.alignment.ports import Round
from experiments.alignment.proposers.sources import source_of
from experiments.alignment.seeds import digest
from experiments.alignment.signals.judge_scalar import JudgeScalar
from experiments.alignment.types import NO_RESPONSE, Candidate, Capability, Evidence, Group, Signal

VERSION = 1


@dataclass(frozen=True)
class AspectRatings:
    """One signal a candidate: the mean of its ratings, each read from what the judge wrote (arXiv 2310.01377).

    Where one rating cannot be read the candidate is unscored: means over different aspects do not compare. Every aspect
    is asked about alone, so that agreement among them is not owed to one text.
    """

    aspects: tuple[Rubric, ...] = ASPECTS
    role: str = "judge"
    max_tokens: int = 64
    kind: ClassVar[str] = "judge_aspects"
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset({"generate"})

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    @property
    def source(self) -> str:
        """How signals name it: the version and the beginning of the hash of all its rubrics."""
        return f"aspects v{VERSION} {digest([aspect.sha256 for aspect in self.aspects])[:12]}"

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """In the groups' and candidates' order."""
        said = [
            JudgeScalar(aspect, role=self.role, max_tokens=self.max_tokens).read(at, groups)
            for aspect in self.aspects
        ]
        return [
            tuple(
                self._signal(candidate, [of_aspect[place][at_group] for of_aspect in said])
                for at_group, candidate in enumerate(group.candidates)
            )
            for place, group in enumerate(groups)
        ]

    def _signal(self, candidate: Candidate, said: Sequence[Signal]) -> Signal:
        named = list(zip((aspect.name for aspect in self.aspects), said, strict=True))
        error = _error(named)
        return Signal(
            kind=self.kind,
            source=self.source,
            about=(candidate.index,),
            value=None if error else mean_or_none([rating.value for rating in said]),
            scores={name: rating.value for name, rating in named if rating.value is not None},
            evidence=Evidence(
                "aspects",
                {
                    "aspects": [
                        {"name": name, "rating": rating.value, "rationale": rating.text or rating.error}
                        for name, rating in named
                    ],
                    "source": source_of(candidate),
                    "judges": {name: _judge(rating) for name, rating in named},
                },
            ),
            raw="\n\n".join(f"{name}: {rating.raw}" for name, rating in named),
            parsed=not error,
            error=error,
        )


def _judge(rating: Signal) -> str:
    return str(rating.evidence.data.get("judge", "")) if rating.evidence else ""


def _error(named: Sequence[tuple[str, Signal]]) -> str:
    """Silence counts as a fault of the service; else the first rating that could not be read says why."""
    errors = [(name, rating.error) for name, rating in named if rating.error]
    if any(error == NO_RESPONSE for _, error in errors):
        return NO_RESPONSE
    return next((f"{name}: {error}" for name, error in errors), "")
