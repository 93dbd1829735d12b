"""The search does better than a draft where the evaluation knows, and worse where it errs."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from experiments.alignment.errors import ConfigError
from experiments.alignment.registry import get_recipe
from experiments.alignment.scripted_answers import is_right
from tests.kernel.planted import Planted
from tests.kernel.recipes.critics import draft, question, run
from tests.kernel.runs import metric

ANSWER = re.compile(r"Answer: (.*?)\n\n", re.DOTALL)
SMALL = {"operator_prompts": 40, "prompts": 6, "sets": 2, "searches": 2, "width": 3}


def evaluates(rightly: bool) -> Planted:
    """Says yes to right answers, or to wrong ones, with a liking for the letter A besides."""

    def weighs(case: str, options: tuple[str, ...]) -> Sequence[float]:
        found = ANSWER.search(case)
        assert found is not None
        yes = is_right(question(case), found[1]) == rightly
        first = yes == ("A: yes" in case)
        return (0.95, 0.05) if first else (0.4, 0.6)

    return Planted(draft, weighs)


def test_an_evaluation_that_knows_leads_the_search_to_right_answers(tmp_path: Path) -> None:
    memory, workshop = run(tmp_path, "rain", evaluates(rightly=True), **SMALL)
    assert metric(memory, 0, "operator_gain").low > 0
    assert metric(memory, 0, "fixes").low > metric(memory, 0, "breaks").high
    assert metric(memory, 0, "operator_control_accuracy").value > 0.9
    assert workshop.learned == []


def test_an_evaluation_that_errs_leads_it_astray_and_the_alarm_tells(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, "rain", evaluates(rightly=False), **SMALL)
    assert metric(memory, 0, "operator_gain").high < 0
    assert "operator_no_gain" in memory.alarms[0]


def test_every_searched_prompt_leaves_its_tree(tmp_path: Path) -> None:
    memory, _ = run(tmp_path, "rain", evaluates(rightly=True), **SMALL)
    for group in memory.groups[1, 0, "train"].values():
        [signal] = group.signals
        assert signal.evidence is not None
        assert signal.evidence.kind == "tree"
        assert len(signal.evidence.data["nodes"]) > 1
        assert [c.role for c in group.candidates] == ["policy", "search"]


def test_more_token_sets_than_tokens_are_refused_and_as_many_are_not() -> None:
    with pytest.raises(ConfigError, match=r"32 token sets .* at most 8 .*change one of them"):
        get_recipe("rain").configure({"sets": 32, "max_tokens": 8})
    assert get_recipe("rain").configure({"sets": 8, "max_tokens": 8}).max_tokens == 8
