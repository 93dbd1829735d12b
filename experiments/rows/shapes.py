"""TRL's data set formats in our one shape.

| TRL format | becomes |
|---|---|
| language modelling (`text`), as nothing is asked in it | refused, with the way out |
| `messages` ending with the assistant's turn | the turns before it are the prompt, it is the `answer` |
| `prompt` + `completion`, as text or as turns | prompt and `answer`: the demonstration that the row carries |
| `prompt` + `chosen` + `rejected`, as text or as turns | a pair |
| `chosen` + `rejected` with the prompt inside both (implicit prompt) | the turns that both share are the prompt |
| unpaired preference (`completion` + `label` true or false) | prompt; completion and label go to `meta` |

A completion is one assistant turn. Conversations in which several turns follow the prompt are refused, not cut.
"""

from typing import Any

from experiments.rows.model import as_turns, from_cell

Values = dict[str, Any]
TURN_FIELDS = ("messages", "completion", "chosen", "rejected")


class ShapeError(ValueError):
    """The fields of a row do not go together."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def to_row_shape(values: Values) -> Values:
    """Return the same row under our field names. Raises ShapeError; fields of ours pass through untouched."""
    row = {name: as_turns(value) if name in TURN_FIELDS else value for name, value in values.items()}
    if "messages" in row:
        row = _from_messages(row)
    if "prompt" not in row and isinstance(row.get("chosen"), list):
        row = _from_implicit_prompt(row)
    if "completion" in row:
        row = _from_completion(row)
    for name in ("chosen", "rejected"):
        if isinstance(row.get(name), list):
            row[name] = _single_turn(name, row[name])
    if "prompt" not in row:
        raise ShapeError("prompt", "it is missing; name the column that holds it when it has another name")
    return row


def _from_messages(row: Values) -> Values:
    turns = row.pop("messages")
    if "prompt" in row:
        raise ShapeError("messages", "the row has a prompt as well; keep one of the two")
    if not isinstance(turns, list) or not turns:
        raise ShapeError("messages", "it must be a list of chat messages")
    if turns[-1].get("role") != "assistant":
        return row | {"prompt": turns}
    return _with_answer(row | {"prompt": turns[:-1]}, "messages", turns[-1].get("content"))


def _from_implicit_prompt(row: Values) -> Values:
    chosen, rejected = row["chosen"], row.get("rejected")
    if not isinstance(rejected, list):
        raise ShapeError("rejected", "it must be a list of chat messages like 'chosen'")
    shared = next((i for i, pair in enumerate(zip(chosen, rejected, strict=False)) if pair[0] != pair[1]), 0)
    if shared == 0:
        raise ShapeError("prompt", "it is missing, and 'chosen' and 'rejected' share no first messages")
    return row | {"prompt": chosen[:shared], "chosen": chosen[shared:], "rejected": rejected[shared:]}


def _from_completion(row: Values) -> Values:
    completion = row.pop("completion")
    text = _single_turn("completion", completion) if isinstance(completion, list) else completion
    if isinstance(row.get("label"), bool):
        meta = from_cell(row.get("meta")) or {}
        return row | {"meta": {**meta, "completion": text, "label": row.pop("label")}}
    return _with_answer(row, "completion", text)


def _with_answer(row: Values, source: str, text: Any) -> Values:
    if row.get("answer") is not None:
        raise ShapeError(source, "the row has an answer as well; keep one of the two")
    return row | {"answer": text}


def _single_turn(name: str, turns: list[Values]) -> Any:
    if len(turns) != 1 or turns[0].get("role") != "assistant":
        raise ShapeError(name, "it must be one message of the assistant")
    return turns[0].get("content")
