"""What selectors share: the scores of a group, the best of them, and the fate of candidates that are not picked."""

from collections.abc import Callable, Mapping

from experiments.alignment.types import Candidate, Group, Selection

UNSCORED = "unscored"
TIE = "tie"
DUPLICATE = "duplicate"


def scored(group: Group, kind: str) -> dict[int, float]:
    """The mean score of each candidate that has one."""
    means = {candidate.index: group.mean_value(kind, candidate.index) for candidate in group.candidates}
    return {index: value for index, value in means.items() if value is not None}


def first_best(scores: Mapping[int, float]) -> int | None:
    """The first of the candidates with the highest score; None where none has one."""
    return max(scores, key=lambda index: (scores[index], -index)) if scores else None


def dropped(group: Group, reasons: Mapping[int, str]) -> tuple[Selection, ...]:
    """Every candidate dropped, each for its reason; those without one are unscored."""
    return tuple(
        Selection((candidate.index,), "dropped", reasons.get(candidate.index, UNSCORED))
        for candidate in group.candidates
    )


def keep_first(
    group: Group, most: int, against: Callable[[Candidate], str], why: Callable[[Candidate], str]
) -> tuple[Selection, ...]:
    """One selection a candidate, in order: the first `most` that nothing speaks `against` are kept, each text once."""
    kept: list[str] = []
    made = []
    for candidate in group.candidates:
        reason = against(candidate) or _full(candidate, kept, most)
        if reason:
            made.append(Selection((candidate.index,), "dropped", reason))
        else:
            kept.append(candidate.text)
            made.append(Selection((candidate.index,), "kept", why(candidate)))
    return tuple(made)


def _full(candidate: Candidate, kept: list[str], most: int) -> str:
    if candidate.text in kept:
        return DUPLICATE
    return f"{most if most > 1 else 'one'} kept already" if len(kept) >= most else ""
