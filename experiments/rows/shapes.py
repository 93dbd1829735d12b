"""TRL's data set types in our one shape.

| TRL type | becomes |
|---|---|
| language modelling (`text`), as nothing is asked in it | refused, with the way out |
| `messages` ending with the assistant's turn | the turns before it are the prompt, it is the `answer` |
| prompt-only (`prompt`), as text or as turns | the prompt |
| `prompt` + `completion`, as text or as turns | prompt and `answer`: the demonstration that the row carries |
| `prompt` + `chosen` + `rejected`, as text or as turns | the prompt with a pair, `chosen` and `rejected` |
| `chosen` + `rejected` that begin with the prompt | what both begin with is the prompt (of texts, whole words) |
| the same with a `prompt` as well | the same; the prompt must be what both begin with |
| `prompt` + `completion` + `label` (unpaired) | the completion is `chosen` alone, or labelled false `rejected` alone |
| `prompt` + `completions` + `labels` (stepwise supervision) | `steps` with `step_labels`, 1 for true and 0 for false |

A completion is one assistant turn. Conversations in which several turns follow the prompt are refused, not cut. Where a
row was exported by a run, the columns that say where it is from go to `meta`. All that judges or answers is part of the
row's reference, which stands behind the gold wall in held-out rows.
"""

from typing import Any

from experiments.rows.model import as_turns, from_cell

Values = dict[str, Any]
TURN_FIELDS = ("messages", "completion", "chosen", "rejected")
PROVENANCE = (
    "run", "recipe", "recipe_version", "iteration", "prompt_id", "trace", "candidates", "teaches", "weight", "p_chosen",
    "reason", "source", "signals", "model", "model_sha256", "base_model_sha256", "dataset", "dataset_sha256",
    "label_values",
)  # fmt: skip
"""Columns beside the samples that an export writes."""
MARKS = {"run", "dataset_sha256"}
"""Who has both is an export; in other rows these names are unknown fields."""


class ShapeError(ValueError):
    """The fields of a row do not go together."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def to_row_shape(values: Values) -> Values:
    """Return the same row under our field names. Raises ShapeError; fields of ours pass through untouched."""
    row = {name: as_turns(value) if name in TURN_FIELDS else value for name, value in values.items()}
    if row.keys() >= MARKS:
        row = _without_provenance(row)
    if "messages" in row:
        row = _from_messages(row)
    if "chosen" in row or "rejected" in row:
        row = _from_pair(row)
    if "completions" in row:
        row = _from_steps(row)
    if "completion" in row:
        row = _from_completion(row)
    if "prompt" not in row:
        raise ShapeError("prompt", "it is missing; name the column that holds it when it has another name")
    return row


def _without_provenance(row: Values) -> Values:
    origin = {name: row.pop(name) for name in PROVENANCE if name in row}
    return row | {"meta": {**_meta(row), **origin}}


def _meta(row: Values) -> Values:
    meta = from_cell(row.get("meta")) or {}
    if not isinstance(meta, dict):
        raise ShapeError("meta", "it must be an object with named values")
    return meta


def _from_messages(row: Values) -> Values:
    turns = row.pop("messages")
    if "prompt" in row:
        raise ShapeError("messages", "the row has a prompt as well; keep one of the two")
    if not isinstance(turns, list) or not turns:
        raise ShapeError("messages", "it must be a list of chat messages")
    if turns[-1].get("role") != "assistant":
        return row | {"prompt": turns}
    return _with_answer(row | {"prompt": turns[:-1]}, "messages", turns[-1].get("content"))


def _from_pair(row: Values) -> Values:
    if "chosen" not in row or "rejected" not in row:
        raise ShapeError(
            "rejected" if "chosen" in row else "chosen",
            "it is missing: 'chosen' and 'rejected' go together; a 'completion' with a 'label' stands alone",
        )
    turns = [isinstance(row[name], list) for name in ("chosen", "rejected")]
    if "prompt" not in row or (all(turns) and len(row["chosen"]) > 1):
        row = _from_implicit_prompt(row, turns)
    for name in ("chosen", "rejected"):
        if isinstance(row[name], list):
            row[name] = _single_turn(name, row[name])
    return row


def _from_implicit_prompt(row: Values, turns: list[bool]) -> Values:
    chosen, rejected = row["chosen"], row["rejected"]
    if turns[0] != turns[1]:
        raise ShapeError(
            "rejected", "'chosen' and 'rejected' must both be texts or both lists of chat messages"
        )
    shared = _shared(chosen, rejected) if turns[0] else _shared_words(str(chosen), str(rejected))
    if not chosen[:shared]:
        raise ShapeError(
            "prompt", "it is missing, and 'chosen' and 'rejected' begin with nothing that they share"
        )
    prompt = chosen[:shared] if turns[0] else chosen[:shared].strip()
    if not _says(row.get("prompt"), prompt):
        raise ShapeError(
            "prompt", "it is not what 'chosen' and 'rejected' begin with; drop it or their first turns"
        )
    return row | {"prompt": prompt, "chosen": chosen[shared:], "rejected": rejected[shared:]}


def _shared(chosen: list[Values], rejected: list[Values]) -> int:
    """How many turns both begin with; the last turn of either is an answer, never part of the prompt."""
    most = min(len(chosen), len(rejected)) - 1
    return next((i for i in range(most) if chosen[i] != rejected[i]), max(0, most))


def _shared_words(chosen: str, rejected: str) -> int:
    """How many characters both begin with, up to the end of a word: an answer's first word is never cut."""
    most = min(len(chosen), len(rejected))
    first = next((i for i in range(most) if chosen[i] != rejected[i]), most)
    return next((i for i in range(first, 0, -1) if chosen[i - 1].isspace()), 0)


def _says(prompt: Any, turns: Any) -> bool:
    """Whether a prompt beside an implicit one says the same: all of its turns, or what its last one says."""
    given = as_turns(prompt)
    return given is None or given == turns or (isinstance(turns, list) and given == turns[-1].get("content"))


def _from_steps(row: Values) -> Values:
    steps, labels = from_cell(row.pop("completions")), from_cell(row.pop("labels", None))
    if not isinstance(steps, list) or not all(isinstance(step, str) for step in steps) or not steps:
        raise ShapeError("completions", "it must be a list of texts, one for each step")
    if not isinstance(labels, list) or len(labels) != len(steps):
        raise ShapeError("labels", f"it must be a list with one label for each of the {len(steps)} steps")
    if not all(isinstance(label, bool | int | float) for label in labels):
        raise ShapeError("labels", "every label must be true or false, or a number from 0 to 1")
    return row | {"steps": steps, "step_labels": [float(label) for label in labels]}


def _from_completion(row: Values) -> Values:
    completion = row.pop("completion")
    text = _single_turn("completion", completion) if isinstance(completion, list) else completion
    if "label" not in row:
        return _with_answer(row, "completion", text)
    good = _truth(row.pop("label"))
    if "chosen" in row:
        raise ShapeError("completion", "the row has a pair as well; keep one of the two")
    return row | {"chosen" if good else "rejected": text}


def _truth(label: Any) -> bool:
    """A label as written by JSON and Parquet, or as the word that stands in a CSV cell."""
    word = str(label).strip().lower()
    if word not in ("true", "false"):
        raise ShapeError("label", "it must be true (a good completion) or false")
    return word == "true"


def _with_answer(row: Values, source: str, text: Any) -> Values:
    if row.get("answer") is not None:
        raise ShapeError(source, "the row has an answer as well; keep one of the two")
    return row | {"answer": text}


def _single_turn(name: str, turns: list[Values]) -> Any:
    if len(turns) != 1 or turns[0].get("role") != "assistant":
        raise ShapeError(name, "it must be one message of the assistant")
    return turns[0].get("content")
