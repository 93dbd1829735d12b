"""Some train prompts are never learned from, so that what was learned can be measured on them."""

from dataclasses import dataclass

from experiments.alignment.ports import Selector
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Group, Prompt, SampleKind, Selection

HELD_BACK = "held back to measure by"
PARTS = 1000


@dataclass(frozen=True)
class HeldBack:
    """Another selection on all prompts but a fixed share, the same ones in every round and every run."""

    like: Selector
    share: float = 0.2

    @property
    def produces(self) -> SampleKind:
        return self.like.produces

    @property
    def reads(self) -> frozenset[str]:
        return self.like.reads

    def pick(self, group: Group, seed: int) -> tuple[Selection, ...]:
        """What the other selection picks; one drop a candidate where the prompt is held back."""
        if not held_back(group.prompt, self.share):
            return self.like.pick(group, seed)
        return tuple(Selection((c.index,), "dropped", HELD_BACK) for c in group.candidates)

    def best(self, group: Group) -> int | None:
        return self.like.best(group)


def held_back(prompt: Prompt, share: float) -> bool:
    """Whether a prompt belongs to the share, by its id alone."""
    return seed_at("held back", prompt.id) % PARTS < share * PARTS
