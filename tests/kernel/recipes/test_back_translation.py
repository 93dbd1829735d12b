"""Back-translation: hidden instructions are recovered from their texts, and bad pairs are not learned."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from experiments.alignment.memory import Memory, remember
from experiments.alignment.ports import Lesson
from experiments.alignment.prompts.instructing import AUGMENTED_TAG, SEED_TAG, backward_messages
from experiments.alignment.proposers.back_translate import is_seed
from experiments.alignment.scripted import Script, ScriptedWorkshop
from experiments.alignment.types import Ask, Checkpoint, Message, Prompt, Reference, Trained
from tests.kernel.planted import Planted, case_of
from tests.kernel.runs import go, metric

SETTINGS = {
    "iterations": 1, "prompts": 40, "probe_prompts": 6, "gold_prompts": 6, "chunk_prompts": 40, "seed_share": 0.4,
    "keep_share": 1.0,
}  # fmt: skip
TOPICS = [f"topic{number}" for number in range(40)]
ASKED, TOLD = "Please tell me about {}.", "There is much to say of {} today."
JUNK = "Please name any other thing."


def topic_of(text: str) -> str:
    return next((word.strip(".") for word in text.split() if word.startswith("topic")), "nothing")


@dataclass(frozen=True)
class Studio(ScriptedWorkshop):
    """The backward model writes as its demonstrations do, with the topic of the new text; `blind` ones miss it.

    A judge gives a pair of one topic full marks and any other the fewest.
    """

    blind: frozenset[str] = frozenset()
    taught: dict[str, list[Any]] = field(default_factory=dict)
    judge: Planted = field(default_factory=lambda: Planted(weighs=weighed))
    backward: Planted = field(default_factory=Planted)

    def learn(self, lesson: Lesson, check: Any, progress: Any) -> Trained:
        self.taught.setdefault(lesson.spec.role, []).extend(lesson.samples)
        return super().learn(lesson, check, progress)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Any:
        if role == "backward":
            self.backward.says = self._written
            return self.backward
        return self.judge if role in ("policy", "judge") else super().policy(role, checkpoint)

    def _written(self, ask: Ask) -> str:
        shown = self.taught["backward"][0]
        topic = topic_of(case_of(ask))
        if topic in self.blind:
            return JUNK
        return shown.answer.replace(topic_of(shown.prompt[-1].content), topic)


def weighed(case: str, options: tuple[str, ...]) -> list[float]:
    question, _, answer = case.partition("\nAnswer: ")
    good = topic_of(question) == topic_of(answer) != "nothing"
    return [float(option == (options[-1] if good else options[0])) for option in options]


def prompts() -> list[Prompt]:
    return [
        Prompt(
            f"{split}-{number}",
            (Message("user", ASKED.format(topic if split == "train" else f"{split}-{number}")),),
            split,  # type: ignore[arg-type]
            Reference(answer=TOLD.format(topic) if split == "train" else number),
        )
        for split in ("train", "probe", "gold")
        for number, topic in enumerate(TOPICS)
    ]


def run(tmp_path: Path, studio: Studio, **settings: Any) -> Memory:
    memory = remember(prompts(), 0, Checkpoint("base", Script().save(tmp_path / "base")))
    return go(memory, tmp_path, "back-translation", SETTINGS | settings, workshop=studio)


def hidden_topics() -> list[str]:
    return [topic_of(p.text) for p in prompts() if p.split == "train" and not is_seed(p, 0.4)]


def test_hidden_instructions_are_recovered_from_the_texts(tmp_path):
    memory = run(tmp_path, Studio(tmp_path))
    assert metric(memory, 1, "instruction_recovery", "train").value == pytest.approx(1.0)
    assert metric(memory, 1, "instructions_kept", "train").value == 1.0


def test_pairs_of_two_topics_are_rated_last_and_not_learned(tmp_path):
    blind = frozenset(hidden_topics()[::2])
    share = 1 - len(blind) / len(hidden_topics())
    studio = Studio(tmp_path, blind=blind)
    memory = run(tmp_path, studio, keep_share=share)
    augmented = [s for s in studio.taught["policy"] if AUGMENTED_TAG in s.prompt[0].content]
    assert {topic_of(sample.answer) for sample in augmented} == set(hidden_topics()) - blind
    assert all(topic_of(s.prompt[-1].content) == topic_of(s.answer) for s in augmented)
    reasons = {
        s.reason
        for group in memory.groups[1, 1, "train"].values()
        for s in group.selections
        if s.role == "policy" and s.fate == "dropped"
    }
    assert len(reasons) == 1
    assert reasons.pop().startswith("curation 1.00, not among the best")


def test_seed_pairs_and_augmented_ones_are_told_apart_and_the_arm_learns_the_first_alone(tmp_path):
    studio = Studio(tmp_path)
    run(tmp_path, studio)
    tags = [sample.prompt[0].content for sample in studio.taught["policy"]]
    assert (tags.count(SEED_TAG), tags.count(AUGMENTED_TAG)) == (
        40 - len(hidden_topics()),
        len(hidden_topics()),
    )
    assert {sample.prompt[0].content for sample in studio.taught["seeded"]} == {SEED_TAG}
    assert len(studio.taught["seeded"]) == tags.count(SEED_TAG)


def test_nobody_is_shown_a_hidden_instruction(tmp_path):
    studio = Studio(tmp_path, blind=frozenset(TOPICS))
    run(tmp_path, studio)
    hidden = {ASKED.format(topic) for topic in hidden_topics()}
    seen = [m.content for ask in (*studio.backward.asked, *studio.judge.chosen) for m in ask.messages]
    taught = [m.content for samples in studio.taught.values() for s in samples for m in s.prompt]
    assert not [text for text in (*seen, *taught) for instruction in hidden if instruction in text]


def test_the_backward_model_learns_instructions_after_answers(tmp_path):
    studio = Studio(tmp_path)
    memory = run(tmp_path, studio)
    sample = studio.taught["backward"][0]
    topic = topic_of(sample.answer)
    assert (sample.answer, sample.prompt) == (ASKED.format(topic), backward_messages(TOLD.format(topic)))
    assert set(memory.checkpoints) == {"backward", "policy", "seeded"}


def test_instructions_that_are_the_text_again_are_dropped_for_that(tmp_path):
    memory = run(tmp_path, Echoing(tmp_path))
    dropped = metric(memory, 1, "dropped_by_no_information_gained", "train")
    assert dropped.value == 1.0
    assert metric(memory, 1, "instructions_kept", "train").value == 0.0


@dataclass(frozen=True)
class Echoing(Studio):
    """A backward model that writes the text itself."""

    def _written(self, ask: Ask) -> str:
        return case_of(ask)
