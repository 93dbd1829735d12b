"""What the tests of recipes with critics and judges share: sums as the task, and readers of a case."""

import re
from pathlib import Path
from typing import Any

from experiments.alignment.memory import Memory
from experiments.alignment.scripted_answers import right_answer, wrong_answer
from experiments.alignment.types import Ask
from tests.kernel.planted import Planted, PlantedWorkshop, case_of
from tests.kernel.runs import go, start

SETTINGS: dict[str, Any] = {
    "iterations": 1, "prompts": 24, "probe_prompts": 40, "gold_prompts": 10, "operator_prompts": 40,
}  # fmt: skip
QUESTION = re.compile(r"What is \d+ \+ \d+\?")
PAIR = re.compile(r"Answer A: (.*?)\n\nAnswer B: (.*?)\n\nWhich", re.DOTALL)


def question(text: str) -> str:
    """The sum that a text asks for."""
    found = QUESTION.findall(text)
    return str(found[-1])


def right(text: str) -> str:
    return right_answer(question(text), 0)


def wrong(text: str) -> str:
    return wrong_answer(question(text), 0)


def draft(ask: Ask) -> str:
    """Right or wrong with equal chance, by the ask's seed; greedy answers are wrong."""
    case = case_of(ask)
    return right(case) if ask.temperature and ask.seed % 2 else wrong(case)


def run(tmp_path: Path, slug: str, planted: Planted, **settings: Any) -> tuple[Memory, PlantedWorkshop]:
    """A run of a recipe on the planted model, and what it learned."""
    workshop = PlantedWorkshop(planted, tmp_path)
    memory = start(tmp_path, train=40, held_out=60)
    return go(memory, tmp_path, slug, {**SETTINGS, **settings}, workshop=workshop), workshop
