"""One row of a data set: one task, in one shape whatever the file looked like."""

import hashlib
import json
import math
from dataclasses import fields
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from experiments.alignment.types import Reference

Role = Literal["system", "user", "assistant", "tool"]


class ChatMessage(BaseModel):
    """One turn. Fields beside role and content (tool calls) are refused, not dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role
    content: str


def from_cell(value: Any) -> Any:
    """A list or an object that stands as JSON text in a CSV cell."""
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def as_turns(value: Any) -> Any:
    """Chat messages as a list, absent fields left out; everything else as it is.

    Text stays text unless it is the JSON of chat messages: a prompt may well begin with a bracket.
    """
    parsed = from_cell(value)
    if not isinstance(parsed, list) or not parsed:
        return value
    if not all(isinstance(turn, dict) and "role" in turn for turn in parsed):
        return value
    return [{name: part for name, part in turn.items() if part is not None} for turn in parsed]


def _as_answer(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("is not a finite number; leave it out when it is unknown")
    return value


def _or_empty(value: Any) -> Any:
    return () if value is None else from_cell(value)


Tests = Annotated[tuple[str, ...], BeforeValidator(_or_empty)]
Text = Annotated[str, Field(min_length=1)]


def _or_no_votes(value: Any) -> Any:
    return {} if value is None else from_cell(value)


Votes = Annotated[dict[str, tuple[Literal[-1, 0, 1] | None, ...]], BeforeValidator(_or_no_votes)]


Label = Annotated[float, Field(ge=0, le=1)]
Labels = Annotated[tuple[Label, ...], BeforeValidator(_or_empty)]
UNHASHED_IF_EMPTY = ("statements", "votes", "steps", "step_labels")
"""Fields that came later: a row without them keeps the hash that it had before."""


class DatasetRow(BaseModel):
    """`prompt` is text or chat messages ending with the user's; the rest is what verifier and pairs need.

    `statements` are what people proposed, `votes` what each of them (a pseudonym) said to every statement: 1 for, -1
    against, 0 passed, null where not asked. `chosen` and `rejected` are a pair, or one of them alone is an answer that
    was judged on its own. `steps` is an answer in steps, each with its `step_labels`. `split` is empty until
    `assign_splits` fills it. `meta` is shown to people and never sent to a model.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(max_length=200)] = ""
    prompt: Annotated[Text | tuple[ChatMessage, ...], BeforeValidator(as_turns)]
    answer: Annotated[str | int | float | None, BeforeValidator(_as_answer)] = None
    tests: Tests = ()
    hidden_tests: Tests = ()
    rule: Text | None = None
    statements: Tests = ()
    votes: Votes = {}
    chosen: Text | None = None
    rejected: Text | None = None
    steps: Tests = ()
    step_labels: Labels = ()
    split: Literal["train", "probe", "gold"] | None = None
    meta: Annotated[
        dict[str, Any], BeforeValidator(lambda value: {} if value is None else from_cell(value))
    ] = {}

    @model_validator(mode="after")
    def _check(self) -> "DatasetRow":
        if len(self.steps) != len(self.step_labels):
            raise ValueError("'steps' and 'step_labels' need one label for each step")
        if any(len(cast) != len(self.statements) for cast in self.votes.values()):
            raise ValueError(
                "every person in 'votes' needs one vote for each of the 'statements', null where not asked"
            )
        if not isinstance(self.prompt, str) and (not self.prompt or self.prompt[-1].role != "user"):
            raise ValueError("the prompt must end with a message of the user")
        if not any(message["content"].strip() for message in self.messages()):
            raise ValueError("the prompt is blank")
        return self

    def messages(self) -> list[dict[str, str]]:
        """The prompt as chat messages, whichever way it was written."""
        if isinstance(self.prompt, str):
            return [{"role": "user", "content": self.prompt}]
        return [{"role": message.role, "content": message.content} for message in self.prompt]

    def reference(self) -> Reference:
        """What a verifier gets to know."""
        named = {field.name: getattr(self, field.name) for field in fields(Reference)}
        return Reference(**named | {"votes": dict(self.votes)})

    def prompt_hash(self) -> str:
        """SHA-256 in hex of the messages alone: the same question has the same hash in every version."""
        return _digest(self.messages())

    def content_hash(self) -> str:
        """SHA-256 in hex of everything but `id` and `split`: the id of a row that brings none."""
        left_out = {"id", "split"} | {name for name in UNHASHED_IF_EMPTY if not getattr(self, name)}
        return _digest(self.model_dump(mode="json", exclude=left_out) | {"prompt": self.messages()})


def _digest(value: Any) -> str:
    packed = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(packed.encode()).hexdigest()
