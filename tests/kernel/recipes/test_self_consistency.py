"""Self-consistency: a vote beats one sample, and votes a systematic error in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.alignment.ports import Check
from experiments.alignment.scripted import ScriptedPolicy, ScriptedWorkshop, script_of
from experiments.alignment.scripted_answers import reference_of
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Ask, Checkpoint, Completion
from tests.kernel.runs import go, metric, start

SETTINGS = {
    "iterations": 1, "prompts": 80, "probe_prompts": 60, "gold_prompts": 60, "operator_prompts": 60, "samples": 9,
}  # fmt: skip


class Mistaken(ScriptedPolicy):
    """Sure of one and the same wrong result on every second question; likelier answers are no better."""

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        answers = super().generate(asks, check)
        return [self._mistaken(ask, answer) for ask, answer in zip(asks, answers, strict=True)]

    def _mistaken(self, ask: Ask, answer: Completion) -> Completion:
        question = ask.messages[-1].content
        known = reference_of(question)
        if known is None or seed_at("mistaken", question) % 2:
            return answer
        return Completion(f"{int(known[1].answer or 0) + 10}", 1, -1.0)


@dataclass(frozen=True)
class MistakenWorkshop(ScriptedWorkshop):
    def policy(self, role: str, checkpoint: Checkpoint | None) -> ScriptedPolicy:
        assert checkpoint is not None
        return Mistaken(script_of(checkpoint), name=role)


def test_a_vote_beats_a_plain_sample_and_training_keeps_it(tmp_path: Path) -> None:
    memory = go(start(tmp_path, 80, 60, skill=0.6), tmp_path, "self-consistency", SETTINGS)
    assert metric(memory, 0, "operator_gain").low > 0.2
    assert metric(memory, 1, "accuracy", "gold").value > metric(memory, 0, "accuracy", "gold").value + 0.1
    assert metric(memory, 1, "pseudo_label_precision", "train").value > 0.95
    assert metric(memory, 1, "answer_entropy_ratio").high < 1


def test_a_systematic_error_is_voted_in_and_the_share_is_no_longer_worth_what_it_says(tmp_path: Path) -> None:
    honest = go(start(tmp_path / "honest", 80, 60, skill=0.9), tmp_path, "self-consistency", SETTINGS)
    memory = go(
        start(tmp_path / "mistaken", 80, 60, skill=0.9), tmp_path, "self-consistency", SETTINGS,
        workshop=MistakenWorkshop(tmp_path),
    )  # fmt: skip
    assert metric(memory, 1, "pseudo_label_precision", "train").high < 0.7
    assert metric(memory, 1, "vote_calibration_error", "train").low > 0.3
    assert metric(honest, 1, "vote_calibration_error", "train").high < 0.2


def test_samples_that_come_to_agree_raise_the_alarm(tmp_path: Path) -> None:
    memory = go(
        start(tmp_path, 80, 60, skill=0.6), tmp_path, "self-consistency", SETTINGS | {"iterations": 3}
    )
    assert "entropy_collapse" in memory.alarms[3]
    assert metric(memory, 3, "distinct_answers").value < metric(memory, 0, "distinct_answers").value


def test_the_loop_reads_no_reference(tmp_path: Path) -> None:
    memory = go(start(tmp_path, 80, 60), tmp_path, "self-consistency", SETTINGS)
    kinds = {s.kind for group in memory.groups[1, 0, "train"].values() for s in group.signals}
    assert kinds == {"vote"}
    assert all(key.startswith(("probe", "gold")) for key in memory.reads)
