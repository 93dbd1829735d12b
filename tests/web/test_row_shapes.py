"""TRL's data set types become rows as they are, or are refused in a sentence."""

from typing import Any

import pytest

from experiments.alignment.types import Reference
from experiments.rows import RowError, validate_row
from experiments.services.gold import to_reference
from experiments.services.row_writer import stored_reference

USER = {"role": "user", "content": "What is 2 + 2?"}
ASSISTANT = {"role": "assistant", "content": "4"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"prompt": "q", "completion": "4"}, {"answer": "4"}),
        ({"prompt": [USER], "completion": [ASSISTANT]}, {"answer": "4"}),
        ({"messages": [USER, ASSISTANT]}, {"answer": "4"}),
        ({"messages": [USER]}, {"answer": None}),
        ({"prompt": "q", "chosen": "4", "rejected": "5"}, {"chosen": "4", "rejected": "5"}),
        (
            {"prompt": [USER], "chosen": [ASSISTANT], "rejected": [ASSISTANT | {"content": "5"}]},
            {"chosen": "4", "rejected": "5"},
        ),
        (
            {"chosen": [USER, ASSISTANT], "rejected": [USER, ASSISTANT | {"content": "5"}]},
            {"chosen": "4", "rejected": "5"},
        ),
        (
            {"prompt": [USER], "chosen": [USER, ASSISTANT], "rejected": [USER, ASSISTANT | {"content": "5"}]},
            {"chosen": "4", "rejected": "5"},
        ),
        ({"chosen": "q: It is 42.", "rejected": "q: It is 45."}, {"chosen": "42.", "rejected": "45."}),
        ({"prompt": "q", "completion": "4", "label": True}, {"chosen": "4", "rejected": None}),
        (
            {"prompt": [USER], "completion": [ASSISTANT], "label": "False"},
            {"chosen": None, "rejected": "4", "meta": {}},
        ),
        (
            {"prompt": "q", "completions": ["2 + 2", "is 5"], "labels": [True, False]},
            {"steps": ("2 + 2", "is 5"), "step_labels": (1.0, 0.0)},
        ),
        ({"prompt": [USER]}, {"answer": None, "chosen": None, "steps": ()}),
    ],
)
def test_trl_formats_load_as_they_are(values: dict[str, Any], expected: dict[str, Any]) -> None:
    read = validate_row(1, values)
    assert read.messages()[-1]["content"] in ("q", "q: It is", USER["content"])
    assert {name: getattr(read, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": "a story"}, "prompt"),
        ({"prompt": "q", "messages": [USER]}, "messages"),
        ({"prompt": "q", "completion": "4", "answer": "4"}, "completion"),
        ({"prompt": "q", "completion": [USER, ASSISTANT]}, "completion"),
        ({"chosen": [ASSISTANT], "rejected": [ASSISTANT | {"content": "5"}]}, "prompt"),
        ({"chosen": "yes", "rejected": "no"}, "prompt"),
        ({"chosen": [USER, ASSISTANT], "rejected": "no"}, "rejected"),
        ({"prompt": "q", "rejected": "no"}, "chosen"),
        (
            {"prompt": "else", "chosen": [USER, ASSISTANT], "rejected": [USER, ASSISTANT | {"content": "5"}]},
            "prompt",
        ),
        ({"prompt": "q", "completion": "4", "label": "maybe"}, "label"),
        ({"prompt": "q", "completion": "4", "label": True, "chosen": "4", "rejected": "5"}, "completion"),
        ({"prompt": "q", "completions": [], "labels": []}, "completions"),
        ({"prompt": "q", "completions": ["a", "b"], "labels": [True]}, "labels"),
        ({"prompt": "q", "completions": ["a"], "labels": ["good"]}, "labels"),
        ({"prompt": "q", "completions": ["a"], "labels": [2.0]}, "step_labels"),
        ({"prompt": "q", "dataset": "d@1"}, "dataset"),
    ],
)
def test_shapes_that_do_not_go_together_are_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(RowError) as refused:
        validate_row(1, values)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"prompt": "q", "chosen": "4", "rejected": "5"}, Reference(chosen="4", rejected="5")),
        ({"prompt": "q", "completion": "4", "label": False}, Reference(rejected="4")),
        (
            {"prompt": "q", "completions": ["a", "b"], "labels": [1, 0.5]},
            Reference(steps=("a", "b"), step_labels=(1.0, 0.5)),
        ),
    ],
)
def test_what_a_row_judges_is_in_its_reference(values: dict[str, Any], expected: Reference) -> None:
    read = validate_row(1, values)
    assert read.reference() == expected == to_reference(stored_reference(read))
