"""The gold wall: held-out references are read here and nowhere else, and every read is logged.

The wall guards against accidents, not malice: outside `open_gold`, a query that reads the table of gold references is
refused by a wrapper around every connection.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from experiments.alignment.types import Prompt, Reference
from experiments.models import GoldRead, GoldReference, Row, Run

TABLE = GoldReference._meta.db_table
READS = ("SELECT", "WITH", "COPY")
_open: ContextVar[bool] = ContextVar("gold_open", default=False)


class GoldWall(Exception):
    """Something outside the evaluation asked for gold references."""


@contextmanager
def open_gold() -> Iterator[None]:
    """The door, for evaluation alone."""
    before = _open.set(True)
    try:
        yield
    finally:
        _open.reset(before)


def refuse(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """An execute wrapper that lets nobody read the gold references while the door is shut."""
    if TABLE in sql and sql.lstrip().upper().startswith(READS) and not _open.get():
        raise GoldWall(f"{TABLE} is read by evaluators alone")
    return execute(sql, params, many, context)


def build_wall(connection: Any, **kwargs: Any) -> None:
    """Receiver of `connection_created`: every connection of every process stands behind the wall."""
    if refuse not in connection.execute_wrappers:
        connection.execute_wrappers.append(refuse)


def to_reference(stored: dict[str, Any]) -> Reference:
    """A stored reference as the kernel's value."""
    return Reference(
        answer=stored.get("answer"),
        tests=tuple(stored.get("tests") or ()),
        hidden_tests=tuple(stored.get("hidden_tests") or ()),
        rule=stored.get("rule"),
        statements=tuple(stored.get("statements") or ()),
        votes={name: tuple(cast) for name, cast in (stored.get("votes") or {}).items()},
        chosen=stored.get("chosen"),
        rejected=stored.get("rejected"),
        steps=tuple(stored.get("steps") or ()),
        step_labels=tuple(stored.get("step_labels") or ()),
    )


class HeldOutKey:
    """The answer key of one run's evaluation: probe references from their rows, gold ones through the wall."""

    def __init__(self, run: Run, iteration: int) -> None:
        self.run = run
        self.iteration = iteration

    def references(self, prompts: Sequence[Prompt]) -> dict[str, Reference]:
        """References by prompt id for held-out prompts; the read of gold ones is logged with its size."""
        gold = [p.id for p in prompts if p.split == "gold"]
        other = [p.id for p in prompts if p.split != "gold"]
        found = dict(self._rows(other).values_list("key", "reference"))
        if gold:
            with open_gold():
                found |= dict(self._rows(gold).values_list("key", "gold__reference"))
            GoldRead.objects.create(run=self.run, iteration=self.iteration, rows=len(gold))
        return {key: to_reference(stored or {}) for key, stored in found.items()}

    def _rows(self, keys: list[str]) -> Any:
        return Row.objects.filter(version_id=self.run.dataset_version_id, key__in=keys)
