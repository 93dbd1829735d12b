"""tool-preference: pairs of failing and passing programs teach a real model which to prefer."""

from pathlib import Path

import pytest

from experiments.alignment.learners import DPO, Lesson
from experiments.alignment.sample_kinds import Preference
from experiments.alignment.samples import samples
from experiments.alignment.types import Ask, Checkpoint
from tasks.workshop import LocalWorkshop
from tests.kernel.planted import Planted, PlantedWorkshop, case_of
from tests.kernel.runs import metric
from tests.support.tiny_model import build_tiny_model
from tests.worker.recipes_on_code import WRONG, go, number_of, right, special, start

pytestmark = pytest.mark.slow


def half_right(ask: Ask) -> str:
    """Sampled, right one time in two; greedy, written for the visible tests."""
    number = number_of(case_of(ask))
    if ask.temperature == 0:
        return special(number)
    return right(number) if ask.seed % 2 else WRONG


def carry_on() -> None:
    pass


def test_pairs_are_a_passing_program_against_a_failing_one_and_the_control_has_as_many(
    tmp_path: Path,
) -> None:
    workshop = PlantedWorkshop(Planted(half_right), tmp_path)
    memory = go(
        start(tmp_path),
        "tool-preference",
        workshop,
        prompts=6,
        samples=6,
        probe_prompts=20,
    )
    taught = {spec.role: pairs for spec, pairs in workshop.learned}
    assert len(taught["policy"]) == len(taught["control"]) > 3
    assert {pair.rejected for pair in taught["policy"]} == {WRONG}
    assert all(pair.chosen == right(number_of(pair.prompt[-1].content)) for pair in taught["policy"])
    assert metric(memory, 1, "visible_pass").value == 1.0
    assert metric(memory, 1, "accuracy").value == 0.0
    assert metric(memory, 1, "visible_gap").value == 1.0
    assert metric(memory, 1, "operator_gain").low > 0
    assert metric(memory, 1, "proxy").value == 1.0


def test_the_pairs_teach_the_pass_to_a_real_model(tmp_path: Path) -> None:
    planted = PlantedWorkshop(Planted(half_right), tmp_path)
    memory = go(start(tmp_path), "tool-preference", planted, samples=6, control=False)
    groups = memory.groups[1, 0, "train"].values()
    pairs = [pair for group in groups for pair in samples(group, "policy", "preference")]
    base = Checkpoint("tiny", build_tiny_model(tmp_path / "tiny"))
    workshop = LocalWorkshop(tmp_path / "adapters", "cpu", "float32", threads=1)
    spec = DPO(learning_rate=1e-2, epochs=6, batch_size=4)
    trained = workshop.learn(Lesson(spec, pairs, base, base, 1), carry_on, lambda step, total: None)
    assert trained.figures["reward_margin_last"] > 0.5
    assert _margin(workshop, trained.checkpoint, pairs) > _margin(workshop, base, pairs) + 1


def _margin(workshop: LocalWorkshop, checkpoint: Checkpoint, pairs: list[Preference]) -> float:
    """Mean log-probability of the passing programs less that of the failing ones, in nats."""
    policy = workshop.policy("policy", checkpoint)
    asks = [Ask(pair.prompt, 1) for pair in pairs]
    chosen = policy.score(asks, [pair.chosen for pair in pairs], carry_on)
    rejected = policy.score(asks, [pair.rejected for pair in pairs], carry_on)
    return sum(chosen) / len(chosen) - sum(rejected) / len(rejected)
