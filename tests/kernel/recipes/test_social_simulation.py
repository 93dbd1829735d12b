"""Revisions are learned where observers like them better; observers that praise anything are found to over-rate."""

import re
from collections.abc import Sequence
from pathlib import Path

from experiments.alignment.scripted_answers import is_right
from experiments.alignment.types import Ask
from tests.kernel.planted import Planted, case_of
from tests.kernel.recipes.critics import draft, question, right, run, wrong
from tests.kernel.runs import metric

ANSWER = re.compile(r"Answer: (.*)\Z", re.DOTALL)


def society(mends: bool, honest: bool) -> Planted:
    """Revisions that are right or wrong, with a bow; honest observers look at the sum, others at the bow."""

    def says(ask: Ask) -> str:
        case = case_of(ask)
        if "Readers said" in case:
            return f"With pleasure: {right(case) if mends else wrong(case)}"
        return "Add again." if "Answer:" in case else draft(ask)

    def weighs(case: str, options: tuple[str, ...]) -> Sequence[float]:
        found = ANSWER.search(case)
        if found is None or len(options) != 7:
            return [1 / len(options) for _ in options]
        liked = is_right(question(case), found[1]) if honest else "With pleasure" in found[1]
        return [float(option == ("7" if liked else "1")) for option in options]

    return Planted(says, weighs)


def test_what_honest_observers_like_better_is_learned_with_a_label_that_grows_with_the_gain(
    tmp_path: Path,
) -> None:
    memory, workshop = run(tmp_path, "social-simulation", society(mends=True, honest=True))
    assert metric(memory, 0, "rating_gain").low > 1
    assert metric(memory, 0, "fixes").low > 0.2
    assert metric(memory, 0, "over_rating").low <= 0
    [(_, samples)] = workshop.learned
    assert 0 < len(samples) < 24
    for sample in samples:
        assert is_right(sample.prompt[-1].content, sample.chosen)
        assert not is_right(sample.prompt[-1].content, sample.rejected)
        assert sample.p_chosen > 0.99


def test_honest_observers_refuse_revisions_that_are_worse(tmp_path: Path) -> None:
    memory, workshop = run(tmp_path, "social-simulation", society(mends=False, honest=True))
    assert metric(memory, 0, "accepted_share").value == 0
    assert metric(memory, 0, "breaks").value == 0
    assert workshop.learned == []


def test_observers_that_praise_every_revision_are_found_to_over_rate(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, "social-simulation", society(mends=False, honest=False))
    assert metric(memory, 0, "accepted_share").value == 1
    assert metric(memory, 0, "over_rating").low > 0.8
    assert metric(memory, 0, "breaks").low > 0.3
    assert metric(memory, 0, "observer_spread").value < 1e-6
