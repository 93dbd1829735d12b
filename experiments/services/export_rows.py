"""What a run learned from as rows of TRL's data set types, each with where it comes from.

Rows are built from train prompts alone; what was measured on held-out prompts never leaves this way. Prompts and
answers are lists of chat messages, as TRL's trainers read them; steps are text, as its stepwise type knows no chat.
The samples are those of the learn stage, made by the same functions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from experiments.alignment.sample_kinds import Demonstration
from experiments.alignment.types import Message
from experiments.models import Row, Run, Trace
from experiments.services.export_units import (
    BATCH,
    Record,
    Taught,
    by_role,
    kinds_of_roles,
    paired,
    paired_or_alone,
    provenance,
    roles_of_other_kinds,
    single,
    taught,
)


def pair_rows(run: Run, role: str = "") -> Iterator[Record]:
    """Preferences in the order made: prompt, chosen, rejected, p_chosen and provenance."""
    for one in taught(run, role, paired):
        for pair in one.samples("preference"):
            if pair.weight > 0:
                yield one.row(
                    {
                        "prompt": _messages(pair.prompt),
                        "chosen": _answer(pair.chosen),
                        "rejected": _answer(pair.rejected),
                        "p_chosen": pair.p_chosen,
                    }
                )


def demonstration_rows(run: Run, role: str = "") -> Iterator[Record]:
    """Kept answers in the order kept: prompt, completion and provenance. A weight of 0 or less is none to imitate."""
    for one, shown in _demonstrations(run, role):
        yield one.row({"prompt": _messages(shown.prompt), "completion": _answer(shown.answer)})


def conversation_rows(run: Run, role: str = "") -> Iterator[Record]:
    """The same as whole conversations, for language modelling: messages and provenance."""
    for one, shown in _demonstrations(run, role):
        yield one.row({"messages": [*_messages(shown.prompt), *_answer(shown.answer)]})


def unpaired_rows(run: Run, role: str = "") -> Iterator[Record]:
    """Answers labelled true where chosen and false where rejected, of pairs or alone; each once in a trace."""
    at, seen = 0, set[tuple[Any, ...]]()
    for one, prompt, answer, good in _judged(run, role):
        if one.trace != at:
            at, seen = one.trace, set()
        this = (one.selections[0].role, prompt, answer, good)
        if this not in seen:
            seen.add(this)
            yield one.row({"prompt": _messages(prompt), "completion": _answer(answer), "label": good})


def step_rows(run: Run, role: str = "") -> Iterator[Record]:
    """Solutions in steps: prompt, completions, labels and provenance. A label is true from 1/2 on.

    A step that nobody labelled is one with the next that has a label, as the type knows no missing ones.
    """
    learners = kinds_of_roles(run)
    for one in taught(run, role, by_role):
        if "steps" not in learners.get(one.selections[0].role, ()):
            continue
        kept = [
            selection for unit in single(one.selections) for selection in unit if selection.fate == "kept"
        ]
        solutions = [s for s in kept if one.group.candidates[s.about[0]].parent is None]
        for selection, sample in zip(solutions, one.samples("steps"), strict=True):
            steps, labels = _labelled(sample.steps, sample.labels)
            yield one.only(selection).row(
                {
                    "prompt": "\n".join(message.content for message in sample.prompt),
                    "completions": steps,
                    "labels": [label >= 0.5 for label in labels],
                    "label_values": labels,
                }
            )


def prompt_rows(run: Run, role: str = "") -> Iterator[Record]:
    """The train prompts that were asked, each once, with what a verifier needs to know, and provenance."""
    asked = Trace.objects.filter(iteration__run=run, part="train", row__split="train").values("row_id")
    common = provenance(run)
    for row in Row.objects.filter(pk__in=asked, split="train").order_by("position").iterator(BATCH):
        answer = row.reference.get("answer")
        yield {
            "prompt": row.messages,
            "answer": None if answer is None else str(answer),
            "rule": row.reference.get("rule"),
            "tests": list(row.reference.get("tests") or ()),
            "hidden_tests": list(row.reference.get("hidden_tests") or ()),
            "prompt_id": row.key,
            "split": "train",
            **common,
        }


def _demonstrations(run: Run, role: str) -> Iterator[tuple[Taught, Demonstration]]:
    others = roles_of_other_kinds(run)
    for one in taught(run, role, single):
        for shown in one.samples("demonstration"):
            if shown.weight > 0 and one.selections[0].role not in others:
                yield one, shown


def _judged(run: Run, role: str) -> Iterator[tuple[Taught, tuple[Message, ...], str, bool]]:
    """Both answers of every pair, and the answers that were judged alone."""
    for one in taught(run, role, paired_or_alone):
        if len(one.selections) == 1:
            for sample in one.samples("unpaired"):
                yield one, sample.prompt, sample.answer, sample.good
            continue
        chosen, rejected = map(one.only, one.selections)
        for pair in one.samples("preference"):
            yield chosen, pair.prompt, pair.chosen, True
            yield rejected, pair.prompt, pair.rejected, False


def _labelled(steps: Sequence[str], labels: Sequence[float | None]) -> tuple[list[str], list[float]]:
    joined: list[str] = []
    found: list[float] = []
    text = ""
    for step, label in zip(steps, labels, strict=True):
        text += step
        if label is not None:
            joined.append(text)
            found.append(float(label))
            text = ""
    return joined, found


def _messages(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"role": message.role, "content": message.content} for message in messages]


def _answer(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]
