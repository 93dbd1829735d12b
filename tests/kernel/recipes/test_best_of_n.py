"""Best-of-n: the best by the signal is learned, the control learns as many at random."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from experiments.alignment.errors import ConfigError
from experiments.alignment.learners import SFT
from experiments.alignment.registry import get_recipe
from experiments.alignment.reward_learning import PANEL, scalar_source
from experiments.alignment.scripted_answers import is_right
from experiments.alignment.selectors.best_of_n import BestOfN
from tests.kernel.planted import Planted, at, case_of, group
from tests.kernel.recipes.critics import draft, run
from tests.kernel.recipes.test_constitutional_rl import Rewarding
from tests.kernel.runs import go, metric, start

SETTINGS: dict[str, Any] = {
    "iterations": 2, "prompts": 60, "probe_prompts": 60, "gold_prompts": 20, "operator_prompts": 60, "samples": 4,
}  # fmt: skip


def test_by_a_reward_the_right_ones_are_learned_and_by_chance_they_are_not(tmp_path: Path) -> None:
    memory, workshop = run(tmp_path, "best-of-n", Rewarding(draft), signal="reward-model", samples=4)
    assert [(type(spec), spec.role) for spec, _ in workshop.learned] == [(SFT, "policy"), (SFT, "control")]
    best, random = (
        [is_right(s.prompt[-1].content, s.answer) for s in samples] for _, samples in workshop.learned
    )
    assert all(best)
    assert len(best) == len(random)
    assert 0.2 < sum(random) / len(random) < 0.8
    curve = [metric(memory, 0, f"best_of_{n}_accuracy").value for n in (1, 2, 4)]
    assert curve == sorted(curve)
    assert metric(memory, 0, "best_of_4_proxy").low > 0
    assert metric(memory, 0, "verifier_efficiency").value == pytest.approx(1.0)


def test_the_treated_model_learns_more_than_its_control(tmp_path: Path) -> None:
    memory = go(start(tmp_path, 80, 60, skill=0.4), tmp_path, "best-of-n", SETTINGS | {"signal": "check"})
    assert metric(memory, 2, "control_gain").low > 0


def test_without_a_lent_reward_model_the_sentence_says_what_to_do(tmp_path: Path) -> None:
    memory = start(tmp_path, 20, 20)
    with pytest.raises(ConfigError, match="take a reward model of another run with --use reward-model=RUN"):
        go(memory, tmp_path, "best-of-n", SETTINGS | {"signal": "reward-model"})


def test_a_panel_outvotes_a_member_that_likes_the_wrong_ones(tmp_path: Path) -> None:
    def grade(role: str) -> Planted:
        """The third judge has it the wrong way round."""
        good, bad = ("Score: 1", "Score: 5") if role == "judge-3" else ("Score: 5", "Score: 1")
        return Planted(lambda ask: good if "right" in case_of(ask) else bad)

    where = replace(at(Planted()), policies=grade)
    one = group("right", "wrong", "wrong too")
    [signals] = scalar_source("panel").read(where, [one])
    judged = replace(one, signals=signals)
    assert [judged.mean_value("judge", i) for i in range(3)] == [
        pytest.approx(11 / 3),
        pytest.approx(7 / 3),
        pytest.approx(7 / 3),
    ]
    assert [s.fate for s in BestOfN("judge").pick(judged, 1)] == ["kept", "dropped", "dropped"]


def test_the_panel_asks_roles_that_the_recipe_declares(tmp_path: Path) -> None:
    for slug in ("best-of-n", "group-policy-gradient"):
        recipe = get_recipe(slug)
        composition = recipe.composition(recipe.configure({"signal": "panel"}))
        assert set(PANEL) <= composition.roles() <= {role.name for role in recipe.roles} | {"control"}
