"""What proposers of instructions share: the filters' rulings and the record of where an instruction comes from."""

from collections.abc import Sequence

from experiments.alignment.filters.likeness import nearest
from experiments.alignment.filters.screen import Ruling, passes, signals, verdict
from experiments.alignment.types import NO_RESPONSE, Evidence, Signal

INSTRUCTION = "instruction"
"""The role of a candidate that is an instruction, and the kind of the signal that says where it comes from."""
POOL = "pool"
"""The role of the context that holds the instructions kept so far."""


def described(
    index: int,
    instruction: str,
    raw: str,
    rulings: Sequence[Ruling],
    held: Sequence[str],
    parents: Sequence[str] = (),
    operator: str = "",
) -> list[Signal]:
    """All signals about one new instruction. Its own has as value the ROUGE-L with the nearest of `held`."""
    similarity, other = nearest(instruction, held)
    said = verdict(rulings)
    data = {
        "instruction": instruction,
        "parents": list(parents),
        "operator": operator,
        "nearest": other,
        "similarity": similarity,
        "verdict": said,
    }
    own = Signal(
        INSTRUCTION,
        operator or "instruction",
        (index,),
        similarity if instruction else None,
        label="passed" if passes(rulings) else "dropped",
        text=said,
        evidence=Evidence(INSTRUCTION, data),
        raw=raw,
        parsed=bool(instruction),
        error="" if instruction else NO_RESPONSE if not raw.strip() else "no instruction in the text",
    )
    return [own, *signals(rulings, index)]
