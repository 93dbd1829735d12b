"""What the tests of recipes with a teacher share: a run on scripted models, the teacher with a skill of its own."""

from pathlib import Path
from typing import Any

from experiments.alignment.memory import Memory
from experiments.alignment.scripted import Script, ScriptedWorkshop
from tests.kernel.runs import go, start

SETTINGS: dict[str, Any] = {
    "iterations": 1, "prompts": 80, "probe_prompts": 60, "gold_prompts": 60, "operator_prompts": 40,
}  # fmt: skip


def taught(tmp_path: Path, slug: str, student: float, teacher: float, **settings: Any) -> Memory:
    """A run in which student and teacher are scripted models of these skills."""
    bound = {"teacher": Script(skill=teacher).save(tmp_path / "teacher")}
    memory = start(tmp_path, 80, 60, skill=student)
    workshop = ScriptedWorkshop(tmp_path, bound)
    return go(memory, tmp_path, slug, SETTINGS | settings, workshop=workshop, bound=bound)
