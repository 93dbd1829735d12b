"""A teacher behind an endpoint writes text and gives no probabilities: every recipe with one does with that."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from experiments.alignment.ports import Policy
from experiments.alignment.scripted import ScriptedWorkshop
from experiments.alignment.scripted_answers import right_answer
from experiments.alignment.types import Capability, Checkpoint
from tests.kernel.planted import Planted, case_of
from tests.kernel.recipes.teachers import SETTINGS
from tests.kernel.runs import go, metric, start

SLUGS = (
    "response-distillation", "scored-distillation", "refine-distillation", "source-ranking", "iterative-constitution",
)  # fmt: skip


@dataclass
class Writer(Planted):
    """Right in every answer; asked for anything but text it fails the test."""

    capabilities: frozenset[Capability] = frozenset({"generate"})

    def choose(self, *given: Any) -> Any:
        raise AssertionError("an endpoint has no probabilities")

    score = reward = choose


class WithWriter(ScriptedWorkshop):
    def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy:  # type: ignore[override]
        if role == "teacher":
            return Writer(lambda ask: right_answer(case_of(ask), 0))
        return super().policy(role, checkpoint)


@pytest.mark.parametrize("slug", SLUGS)
def test_it_runs_and_measures_the_teacher(slug: str, tmp_path: Path) -> None:
    memory = start(tmp_path, 20, 30, skill=0.4)
    given = SETTINGS | {"prompts": 12, "probe_prompts": 30, "gold_prompts": 30, "operator_prompts": 4}
    go(memory, tmp_path, slug, given, workshop=WithWriter(tmp_path), bound={"teacher": tmp_path})
    assert metric(memory, 0, "teacher_accuracy", "gold").value == 1
    assert metric(memory, 1, "teacher_gap", "gold").low > 0
