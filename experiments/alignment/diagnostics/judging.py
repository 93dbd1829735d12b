"""How usable a source's scores are. Input: a list of scores a prompt, None where a score could not be
read.
"""

from collections import Counter
from collections.abc import Sequence

from experiments.alignment.diagnostics.findings import Finding, not_enough
from experiments.alignment.diagnostics.intervals import share

Scores = Sequence[Sequence[float | None]]


def mean_or_none(values: Sequence[float | None]) -> float | None:
    """The mean of the scores that are there, None when there is none."""
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None


def parse_failure_rate(scores: Scores) -> Finding:
    """Share of scores that could not be read."""
    return share([sum(value is None for value in of_prompt) / len(of_prompt) for of_prompt in scores])


def score_saturation(scores: Scores) -> Finding:
    """Share of the scores that are the commonest one: near 1, the source tells nothing apart."""
    present = [[value for value in of_prompt if value is not None] for of_prompt in scores]
    present = [of_prompt for of_prompt in present if of_prompt]
    if not present:
        return not_enough(0)
    (mode, _), *_ = Counter(value for of_prompt in present for value in of_prompt).most_common(1)
    return share([sum(value == mode for value in of_prompt) / len(of_prompt) for of_prompt in present])


def tie_rate(scores: Scores) -> Finding:
    """Share of prompts with two or more scored candidates whose scores are all the same, so that nothing is
    learned.
    """
    present = [[value for value in of_prompt if value is not None] for of_prompt in scores]
    return share([float(len(set(values)) == 1) for values in present if len(values) > 1])
