"""New instructions are kept and copies dropped; the pool stays varied; and what only they teach is learned."""

from pathlib import Path

from experiments.alignment.memory import Memory
from experiments.alignment.seeds import shuffled
from experiments.alignment.types import Ask
from experiments.starter.format_rules import TOPICS
from tests.kernel.planted import Planted
from tests.kernel.recipes.pupils import Pupils, reasons, schooled
from tests.kernel.runs import go, metric, start

SLUG = "self-instruct"
VERBS = "Describe Compare Explain Summarise Defend Question Imagine Sketch Rank Translate Praise Mock".split()


def asks_to_subtract(place: int) -> str:
    return f"Subtract {place + 1} from {900 + place}."


def subtractions(ask: Ask) -> str:
    """Every second one is a copy of an example."""
    shown = [m.content for m in ask.messages if m.role == "assistant"]
    return shown[0] if ask.seed % 2 else f"Subtract {ask.seed % 97} from {300 + ask.seed % 89}."


def lazy(ask: Ask) -> str:
    """One in four times a task of its own, else the last example with one word more."""
    drawn = shuffled(TOPICS, ask.seed)
    if ask.seed % 4 == 0:
        return f"{VERBS[ask.seed // 4 % len(VERBS)]} {' '.join(drawn[:6])}."
    last = next(m.content for m in reversed(ask.messages) if m.role == "assistant")
    return f"{last.rstrip('.?')} {drawn[0]}."


def lesson(tmp_path: Path, **settings: object) -> tuple[Memory, Pupils]:
    workshop = Pupils(Planted(), tmp_path, writes=subtractions)
    return schooled(tmp_path, SLUG, asks_to_subtract, workshop, **settings), workshop


def test_new_instructions_are_kept_and_copies_are_dropped_for_that_reason(tmp_path: Path) -> None:
    memory, _ = lesson(tmp_path)
    said = reasons(memory)
    assert said.count("passes every filter") >= 6
    copies = [reason for reason in said if reason.startswith("novelty: 1.00 like “What is")]
    assert len(copies) >= 6
    assert metric(memory, 1, "pool_size", "train").value == said.count("passes every filter")
    assert 0.2 < metric(memory, 1, "instructions_kept", "train").value < 0.8


def test_what_only_new_instructions_show_is_learned_and_the_control_does_not_know_it(tmp_path: Path) -> None:
    memory, workshop = lesson(tmp_path)
    assert metric(memory, 0, "accuracy", "gold").value == 0
    assert metric(memory, 1, "accuracy", "gold").value == 1
    assert metric(memory, 1, "control_accuracy", "gold").value == 0
    assert metric(memory, 1, "control_gain", "gold").low > 0.8
    assert all(task.startswith("Subtract") for task in workshop.shown("policy"))
    assert all(task.startswith("What is") for task in workshop.shown("control"))


def test_the_control_learns_from_as_many_answers(tmp_path: Path) -> None:
    _, workshop = lesson(tmp_path)
    assert len(workshop.shown("control")) == len(workshop.shown("policy")) > 0


def test_without_a_control_there_is_none(tmp_path: Path) -> None:
    memory, workshop = lesson(tmp_path, control=False)
    assert workshop.shown("control") == []
    assert "control_accuracy" not in {m.name for m in memory.metrics[1]}


def test_an_answer_to_a_new_instruction_is_unscored_by_the_check_of_the_data(tmp_path: Path) -> None:
    memory, _ = lesson(tmp_path)
    kinds = {s.kind for g in memory.groups[1, 1, "train"].values() for s in g.signals}
    assert kinds == {"filter"}


def test_a_bound_teacher_is_measured_where_that_is_asked_for(tmp_path: Path) -> None:
    memory, _ = lesson(tmp_path, compare=True)
    assert metric(memory, 0, "teacher_accuracy", "gold").value == 1
    assert metric(memory, 1, "teacher_gap_closed", "gold").value == 1
    plain, _ = lesson(tmp_path / "plain")
    assert "teacher_gap" not in {m.name for m in plain.metrics[1]}


def test_the_pool_stays_varied_under_the_filter_and_collapses_without_it(tmp_path: Path) -> None:
    def grown(novelty: float, folder: str) -> Memory:
        workshop = Pupils(Planted(), tmp_path / folder, writes=lazy)
        settings = {"iterations": 4, "prompts": 20, "per_prompt": 4, "novelty": novelty}
        return schooled(tmp_path / folder, SLUG, asks_to_subtract, workshop, **settings)

    kept, collapsed = grown(0.7, "filtered"), grown(1.0, "all")

    def last(memory: Memory, name: str) -> float:
        return float(metric(memory, 4, name, "train").value)

    assert last(kept, "pool_near_copies") == 0
    assert last(collapsed, "pool_near_copies") > 0.1
    assert last(kept, "distinct_openings") > 2 * last(collapsed, "distinct_openings")
    assert last(kept, "pool_distinct_2") > last(collapsed, "pool_distinct_2")
    assert metric(kept, 4, "pool_size", "train").value > metric(kept, 1, "pool_size", "train").value > 5


def test_held_out_questions_among_the_instructions_are_contamination(tmp_path: Path) -> None:
    workshop = Pupils(Planted(), tmp_path, writes=lambda ask: asks_to_subtract(ask.seed % 40))
    memory = schooled(tmp_path, SLUG, asks_to_subtract, workshop)
    assert metric(memory, 1, "contaminated_instructions", "train").value == 1
    clean, _ = lesson(tmp_path / "clean")
    assert metric(clean, 1, "contaminated_instructions", "train").value == 0


def test_a_scripted_model_writes_and_answers_by_itself(tmp_path: Path) -> None:
    memory = go(start(tmp_path, skill=0.6), tmp_path, SLUG)
    assert metric(memory, 2, "pool_size", "train").value > 0
    assert metric(memory, 2, "accuracy", "gold").n == 6
