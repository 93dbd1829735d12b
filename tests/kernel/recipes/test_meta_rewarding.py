"""Length control picks the short one of equally good answers, and the better judgement is learned as a judgement."""

import re
from collections.abc import Sequence
from pathlib import Path

from experiments.alignment.learners import DPO
from experiments.alignment.scripted_answers import is_right
from experiments.alignment.types import Ask
from tests.kernel.planted import Planted, case_of
from tests.kernel.recipes.critics import PAIR, question, right, run, wrong
from tests.kernel.runs import metric

ANSWER = re.compile(r"Answer: (.*)\n\nGrade", re.DOTALL)


def says(ask: Ask) -> str:
    """Short right, long right and wrong answers by the seed; judgements that are careful or careless."""
    case = case_of(ask)
    graded = ANSWER.search(case)
    if graded:
        score = 5 if is_right(question(case), graded[1]) else 1
        return f"{'The sum was checked.' if ask.seed % 2 else 'Nice words.'}\nScore: {score}"
    kinds = (right(case), f"After long thought I can say that it is {right(case)}", wrong(case))
    return kinds[ask.seed % 3]


def careful(case: str, options: tuple[str, ...]) -> Sequence[float]:
    """Prefers the judgement that checked."""
    found = PAIR.search(case)
    assert found is not None
    first, second = ("checked" in side for side in found.groups())
    return (0.8, 0.2) if first and not second else (0.2, 0.8) if second and not first else (0.5, 0.5)


def test_answers_are_learned_short_and_judgements_careful(tmp_path: Path) -> None:
    memory, workshop = run(tmp_path, "meta-rewarding", Planted(says, careful))
    specs = [spec for spec, _ in workshop.learned]
    assert [(spec.role, spec.init_from) for spec in specs] == [
        ("policy", "previous"), ("control", "previous"), ("policy", "current"),
    ]  # fmt: skip
    assert all(isinstance(spec, DPO) for spec in specs)
    answers, _, judgements = (samples for _, samples in workshop.learned)
    assert answers
    for sample in answers:
        assert is_right(sample.prompt[-1].content, sample.chosen)
        assert not is_right(sample.prompt[-1].content, sample.rejected)
    for group in memory.groups[1, 0, "train"].values():
        right = [c.n_tokens for c in group.candidates if is_right(group.prompt.text, c.text)]
        chosen = [s.about[0] for s in group.selections if s.fate == "chosen" and s.role == "policy"]
        assert [group.candidates[i].n_tokens for i in chosen] in ([], [min(right, default=0)])
    assert judgements
    for sample in judgements:
        assert "checked" in sample.chosen
        assert "Nice words" in sample.rejected
        assert sample.prompt[-1].content.endswith("Grade this answer.")
    assert metric(memory, 1, "position_consistency", "train").value == 1


def test_a_meta_judge_that_likes_the_first_place_is_found_and_teaches_nothing(tmp_path: Path) -> None:
    biased = Planted(says, lambda case, options: (0.9, 0.1))
    memory, workshop = run(tmp_path, "meta-rewarding", biased)
    assert metric(memory, 1, "position_preference", "train").low > 0.9
    assert metric(memory, 1, "position_p", "train").value < 0.01
    assert metric(memory, 1, "pair_tie_rate", "train").value == 1
    assert len(workshop.learned) == 2
