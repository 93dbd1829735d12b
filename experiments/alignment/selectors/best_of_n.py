"""Keep the best of n answers, and its control: a random one of the same n."""

from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Selector
from experiments.alignment.seeds import seed_at
from experiments.alignment.selectors.scores import TIE, dropped, first_best, scored
from experiments.alignment.types import Group, SampleKind, Selection


@dataclass(frozen=True)
class BestOfN:
    """One demonstration a prompt: the answer of the highest score (RAFT, arXiv 2304.06767).

    Where all scored alike there is no best one and nothing is kept. Where several share the highest score, one of
    them is drawn by the group's seed.
    """

    kind: str
    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.kind})

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order."""
        scores = scored(group, self.kind)
        most = max(scores.values(), default=0.0)
        if not scores or min(scores.values()) == most:
            reason = TIE if len(scores) > 1 else "nothing to compare with"
            return dropped(group, dict.fromkeys(scores, reason))
        best = min((i for i in scores if scores[i] == most), key=lambda i: seed_at(seed, i))
        reasons = {i: f"score {score:.4g}, not the best" for i, score in scores.items()}
        kept = Selection((best,), "kept", f"best of {len(scores)}, score {most:.4g}")
        return tuple(kept if s.about == (best,) else s for s in dropped(group, reasons))

    def best(self, group: Group) -> int | None:
        """The first of the best scored answers; None when none was scored."""
        return first_best(scored(group, self.kind))


@dataclass(frozen=True)
class RandomOne:
    """A random answer on exactly the prompts where the treated arm keeps one, drawn by the group's seed.

    So both arms learn from the same prompts and as many samples; only what the signal adds differs.
    """

    like: Selector
    produces: ClassVar[SampleKind] = "demonstration"

    @property
    def reads(self) -> frozenset[str]:
        return self.like.reads

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """One selection a candidate, in order."""
        if all(selection.fate == "dropped" for selection in self.like.pick(group, seed)):
            return tuple(
                Selection((c.index,), "dropped", "none in the treated arm") for c in group.candidates
            )
        drawn = min((c.index for c in group.candidates), key=lambda i: seed_at(seed, "random one", i))
        return tuple(
            Selection((c.index,), "kept", "drawn at random")
            if c.index == drawn
            else Selection((c.index,), "dropped", "not drawn")
            for c in group.candidates
        )

    def best(self, group: Group) -> int | None:
        """Chance prefers no answer."""
        return None
