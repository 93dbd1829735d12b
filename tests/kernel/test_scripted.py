"""The scripted model does what its script says, and is stored like any other checkpoint."""

import time
from pathlib import Path

import pytest

from experiments.alignment.errors import Cancelled, ModelError
from experiments.alignment.learners import DPO, SFT, Lesson
from experiments.alignment.prompts.red_team import finding_messages, read_violation
from experiments.alignment.sample_kinds import Demonstration, Preference
from experiments.alignment.scripted import (
    FILE,
    Script,
    ScriptedPolicy,
    ScriptedWorkshop,
    load_script,
    script_of,
)
from experiments.alignment.scripted_answers import is_right, reference_of, right_answer, wrong_answer
from experiments.alignment.types import Ask, Checkpoint, Message, Prompt
from experiments.starter.arithmetic import arithmetic_rows
from experiments.starter.format_rules import format_rule_rows

QUESTION = (Message("user", "What is 2 + 2?"),)


def nothing() -> None:
    """A check that never stops anything."""


@pytest.mark.parametrize(
    "row", [*list(arithmetic_rows())[:20], *list(format_rule_rows())[:40]], ids=lambda r: r["id"]
)
def test_a_script_knows_the_starter_tasks(row: dict[str, object]) -> None:
    question = row["prompt"][-1]["content"]  # type: ignore[index]
    known = reference_of(question)
    assert known is not None
    assert (known[1].answer, known[1].rule) == (row.get("answer"), row.get("rule"))
    assert all(is_right(question, right_answer(question, seed)) for seed in range(4))
    assert not any(is_right(question, wrong_answer(question, seed)) for seed in range(4))


def test_the_planted_skill_is_the_share_of_right_answers() -> None:
    policy = ScriptedPolicy(Script(skill=0.7))
    asks = [Ask(QUESTION, 20, temperature=1.0, seed=seed) for seed in range(600)]
    right = [is_right("What is 2 + 2?", c.text) for c in policy.generate(asks, nothing)]
    assert 0.65 < sum(right) / 600 < 0.75


def test_greedy_answers_do_not_depend_on_the_seed_and_only_get_better_with_skill() -> None:
    questions = [f"What is {i} + 3?" for i in range(60)]
    asks = [[Ask((Message("user", q),), 20, seed=seed) for q in questions] for seed in (1, 2)]
    weak, strong = (ScriptedPolicy(Script(skill=skill)) for skill in (0.3, 0.6))
    assert weak.generate(asks[0], nothing) == weak.generate(asks[1], nothing)
    answers = [[is_right(q, c.text) for q, c in zip(questions, p.generate(asks[0], nothing), strict=True)]
               for p in (weak, strong)]  # fmt: skip
    assert all(after for before, after in zip(*answers, strict=True) if before)
    assert sum(answers[1]) > sum(answers[0])


def test_answers_are_cut_at_the_token_limit() -> None:
    [short] = ScriptedPolicy(Script(skill=0)).generate([Ask(QUESTION, 2)], nothing)
    assert (short.n_tokens, short.stop, len(short.text.split())) == (2, "length", 2)


def test_a_checkpoint_is_one_json_file_that_comes_back(tmp_path: Path) -> None:
    script = Script(skill=0.42, delay_seconds=0.0)
    assert [path.name for path in script.save(tmp_path).iterdir()] == [FILE]
    assert load_script(tmp_path) == script


@pytest.mark.parametrize("content", [None, "not json", '{"skil": 1}', "[]"])
def test_a_directory_that_is_no_script_is_refused(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / FILE).write_text(content)
    with pytest.raises(ModelError, match="is not a scripted model"):
        load_script(tmp_path)


def test_training_writes_a_new_checkpoint_and_leaves_the_old_one(tmp_path: Path) -> None:
    base = Checkpoint("base", Script(skill=0.3).save(tmp_path / "base"))
    good = [Demonstration(QUESTION, "4")] * 40
    trained = ScriptedWorkshop(tmp_path).learn(
        Lesson(SFT(epochs=2), good, base, base, 0), nothing, lambda done, total: None
    )
    assert trained.steps == 6
    assert script_of(trained.checkpoint).skill > 0.3
    assert script_of(base).skill == 0.3
    assert trained.checkpoint.adapters[0].name == trained.checkpoint.sha256


def test_wrong_lessons_lower_the_skill_and_mixed_pairs_leave_it(tmp_path: Path) -> None:
    base = Checkpoint("base", Script(skill=0.5).save(tmp_path / "base"))

    def taught(samples: list[Preference]) -> float:
        learned = ScriptedWorkshop(tmp_path).learn(
            Lesson(DPO(), samples, base, base, 0), nothing, lambda done, total: None
        )
        return script_of(learned.checkpoint).skill

    right, wrong = Preference(QUESTION, "4", "5"), Preference(QUESTION, "5", "4")
    assert taught([right] * 20) > 0.5
    assert taught([wrong] * 20) < 0.5
    assert taught([right, wrong] * 10) == 0.5


def test_a_delayed_answer_can_be_stopped_in_its_middle() -> None:
    until = time.monotonic() + 0.15

    def stop() -> None:
        if time.monotonic() > until:
            raise Cancelled("Stopped by the test.")

    with pytest.raises(Cancelled):
        ScriptedPolicy(Script(delay_seconds=30)).generate([Ask(QUESTION, 5)], stop)
    assert time.monotonic() < until + 5


def test_a_role_that_nothing_is_bound_to_and_a_score_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No scripted model plays the role judge"):
        ScriptedWorkshop(tmp_path).policy("judge", None)
    with pytest.raises(ModelError, match="no log-probabilities"):
        ScriptedPolicy(Script()).score([], [], nothing)
    with pytest.raises(ModelError, match="names no directory"):
        script_of(Checkpoint("x"))


@pytest.mark.parametrize(
    ("question", "rule"),
    [
        ("What is 2 + 2?", "Give the number that the sum comes to."),
        ("Write one short sentence about cats with at most 8 words.",
         "When one is asked for, write one sentence with at most 8 words."),
        ("Who are you?", "Begin with the word Right."),
    ],
)  # fmt: skip
def test_asked_for_violations_it_names_a_rule_against_wrong_answers_alone(question: str, rule: str) -> None:
    def found(answer: str, skill: float = 1.0) -> str:
        ask = Ask(finding_messages(Prompt("a", (Message("user", question),), "train"), answer), 96)
        return ScriptedPolicy(Script(skill=skill)).generate([ask], nothing)[0].text

    wrong, right = (make(question, 0) for make in (wrong_answer, right_answer))
    assert read_violation(found(right)).value == 0
    assert read_violation(found(wrong, skill=0.0)).value == 0
    assert (read_violation(found(wrong)).value, read_violation(found(wrong)).rule) == (1.0, rule)
