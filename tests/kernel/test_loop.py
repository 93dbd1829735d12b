"""The one loop, on scripted models: it improves, it can be interrupted anywhere, and it knows whose fault a
failure is.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from experiments.alignment.errors import Cancelled, EpisodeError
from experiments.alignment.memory import Memory, run_in_memory
from experiments.alignment.registry import get_recipe
from experiments.alignment.scripted import Script, ScriptedWorkshop
from tests.kernel.runs import SMALL, go, metric, start

TINY = {
    **SMALL,
    "prompts": 5,
    "probe_prompts": 2,
    "gold_prompts": 2,
    "operator_prompts": 2,
    "chunk_prompts": 3,
    "samples": 2,
}
MEDIUM = {"iterations": 2, "prompts": 60, "probe_prompts": 60, "gold_prompts": 60, "operator_prompts": 30}


@pytest.mark.parametrize("slug", ["rest-em", "self-rewarding"])
def test_a_model_that_can_learn_gets_better(slug: str, tmp_path: Path) -> None:
    memory = go(start(tmp_path, 80, 60), tmp_path, slug, MEDIUM)
    first, last = (metric(memory, at, "accuracy", "gold") for at in (0, 2))
    assert last.low > first.high
    assert metric(memory, 2, "accuracy_gain", "gold").low > 0.15


def test_the_random_control_learns_nothing_in_the_first_round(tmp_path: Path) -> None:
    memory = go(start(tmp_path, 80, 60), tmp_path, "self-rewarding", MEDIUM)
    assert metric(memory, 0, "control_accuracy") == replace(
        metric(memory, 0, "accuracy"), name="control_accuracy"
    )
    assert metric(memory, 1, "control_gain").low > 0
    assert abs(metric(memory, 1, "control_accuracy").value - metric(memory, 0, "accuracy").value) < 0.15


def test_the_control_starts_each_round_from_the_policy(tmp_path: Path) -> None:
    memory = go(start(tmp_path), tmp_path, "self-rewarding")
    begun = {
        role: [t.figures["skill_before"] for _, _, t in made] for role, made in memory.checkpoints.items()
    }
    assert begun["control"] == begun["policy"]


@pytest.mark.parametrize("slug", ["rest-em", "self-rewarding"])
def test_an_interrupted_run_ends_like_an_uninterrupted_one(slug: str, tmp_path: Path) -> None:
    looks = Looks()
    whole = go(start(tmp_path), tmp_path, slug, TINY, watch=looks)
    for stop_at in range(1, looks.count + 1, 2):
        memory = start(tmp_path)
        with pytest.raises(Cancelled):
            go(memory, tmp_path, slug, TINY, watch=Looks(stop_at))
        assert go(memory, tmp_path, slug, TINY) == replace(whole, reads=memory.reads)


class Looks:
    """Counts how often the loop looks up, and stops it at one of those looks."""

    def __init__(self, stop_at: int = 0) -> None:
        self.count = 0
        self.stop_at = stop_at

    def __call__(self) -> None:
        self.count += 1
        if self.count == self.stop_at:
            raise Cancelled("Stopped by the test.")


def test_work_that_is_done_is_not_done_again(tmp_path: Path) -> None:
    memory = go(start(tmp_path), tmp_path, "rest-em")
    reads = list(memory.reads)
    go(memory, tmp_path, "rest-em")
    assert memory.reads == reads


def test_another_seed_draws_other_prompts_and_answers(tmp_path: Path) -> None:
    first, again, other = (go(start(tmp_path, seed=seed), tmp_path, "rest-em") for seed in (0, 0, 1))
    assert _seeds(first) == _seeds(again)
    assert not set(_seeds(first)) & set(_seeds(other))


def _seeds(memory: Memory) -> list[int]:
    groups = [memory.groups[at, 0, "train"] for at in (1, 2)]
    return [c.seed for rows in groups for place in sorted(rows) for c in rows[place].candidates]


def test_every_draw_of_a_run_has_a_seed_of_its_own(tmp_path: Path) -> None:
    seeds = _seeds(go(start(tmp_path), tmp_path, "rest-em"))
    assert len(set(seeds)) == len(seeds) == 2 * 12 * 6


def test_samples_of_round_t_come_from_the_checkpoint_of_round_t_minus_1(tmp_path: Path) -> None:
    memory = go(start(tmp_path, 60, 60, skill=0.1), tmp_path, "rest-em", MEDIUM)
    by_checkpoint = [metric(memory, at, "pass_at_1").value for at in (0, 1)]
    by_round = [metric(memory, at, "sample_value", "train").value for at in (1, 2)]
    assert by_round == pytest.approx(by_checkpoint, abs=0.15)
    assert by_round[1] > by_round[0] + 0.15


def test_a_round_without_samples_takes_no_step_and_says_so(tmp_path: Path) -> None:
    memory = go(start(tmp_path, skill=0.0), tmp_path, "rest-em")
    assert [t.steps for _, _, t in memory.checkpoints["policy"]] == [0, 0]
    assert {t.checkpoint.sha256 for _, _, t in memory.checkpoints["policy"]} == {"base"}
    assert "no_samples" in memory.alarms[1]


def test_rest_em_trains_from_the_base_on_all_rounds(tmp_path: Path) -> None:
    memory = go(start(tmp_path, skill=0.4), tmp_path, "rest-em")
    trained = [t for _, _, t in memory.checkpoints["policy"]]
    assert [t.figures["skill_before"] for t in trained] == [0.4, 0.4]
    assert trained[1].figures["skill_after"] > trained[0].figures["skill_after"]


def test_a_model_that_says_nothing_fails_the_stage_with_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EpisodeError, match="72 of 72 responses in iteration 1, stage propose, were empty"):
        go(start(tmp_path, silent=1.0), tmp_path, "rest-em")


def test_a_silent_judge_fails_the_stage_but_an_unreadable_one_is_data(tmp_path: Path) -> None:
    silent = Script(silent=1.0).save(tmp_path / "silent")
    with pytest.raises(EpisodeError, match="stage signal"):
        go_judged(tmp_path, silent)
    memory = go_judged(tmp_path, Script(judge_unparsable=1.0).save(tmp_path / "vague"))
    assert metric(memory, 2, "parse_failure_rate", "train").value == 1
    assert "parse_failure" in memory.alarms[2]
    assert metric(memory, 2, "samples", "train").value == 0


def go_judged(tmp_path: Path, judge: Path) -> Memory:
    """A self-rewarding run with a judge of its own."""
    workshop = ScriptedWorkshop(tmp_path, {"judge": judge})
    return go(start(tmp_path), tmp_path, "self-rewarding", workshop=workshop, bound={"judge": judge})


def test_a_judge_that_nothing_plays_is_the_policy_itself(tmp_path: Path) -> None:
    alone = go(start(tmp_path, judge_unparsable=1.0), tmp_path, "self-rewarding")
    judged = go_judged(tmp_path, Script().save(tmp_path / "sharp"))
    assert (metric(alone, 0, "proxy").n, metric(alone, 0, "proxy").n_unscored) == (0, 6)
    assert (metric(judged, 0, "proxy").n, metric(judged, 0, "proxy").n_unscored) == (6, 0)


def test_unscored_is_neither_nought_nor_counted_in_the_mean(tmp_path: Path) -> None:
    settings = {**SMALL, "iterations": 0, "probe_prompts": 60}
    memory = go(
        start(tmp_path, 20, 60, judge_unparsable=0.4, judge_noise=0), tmp_path, "self-rewarding", settings
    )
    proxy = metric(memory, 0, "proxy")
    assert proxy.n + proxy.n_unscored == 60
    assert proxy.n_unscored > 10
    assert proxy.value >= 1


def test_held_out_data_without_a_check_is_asked_but_never_looked_up(tmp_path: Path) -> None:
    recipe = get_recipe("self-rewarding")
    config = recipe.configure(SMALL)
    memory = start(tmp_path)
    run_in_memory(recipe.composition(config), config, memory, ScriptedWorkshop(tmp_path), "none")
    assert memory.reads == []
    assert "accuracy" not in {m.name for m in memory.metrics[2]}
    assert metric(memory, 2, "length_tokens").n == 6
