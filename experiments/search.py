"""Full-text search over a run's prompts and answers: SQLite's FTS5 trigrams, or PostgreSQL's pg_trgm.

Both find a piece of text anywhere, whatever its case. The index is written by `index_traces`, inside the
transaction that commits the traces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from experiments.alignment.errors import ConfigError
from experiments.models import Candidate, Iteration, Run, Trace

TABLE = "experiments_search"
SHORTEST = 3
BATCH = 400

INSERT = {
    "sqlite": f"INSERT OR REPLACE INTO {TABLE} (rowid, body) VALUES (%s, %s)",  # noqa: S608
    "postgresql": f"INSERT INTO {TABLE} (trace_id, body) VALUES (%s, %s) "  # noqa: S608
    "ON CONFLICT (trace_id) DO UPDATE SET body = excluded.body",
}
KEY = {"sqlite": "rowid", "postgresql": "trace_id"}


def index_traces(trace_ids: Sequence[int]) -> None:
    """Makes these traces findable by their prompt and their answers; indexing again replaces."""
    for start in range(0, len(trace_ids), BATCH):
        bodies = _bodies(trace_ids[start : start + BATCH])
        with connection.cursor() as cursor:
            cursor.executemany(INSERT[connection.vendor], list(bodies.items()))


def forget_run(run: Run) -> None:
    """Takes a run's traces out of the index; called before they are deleted."""
    mine, parameters = (
        Trace.objects.filter(iteration__run=run).order_by().values("pk").query.sql_with_params()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE {KEY[connection.vendor]} IN ({mine})", parameters)  # noqa: S608


def search(run: Run, text: str, after: int = 0, limit: int = 50) -> list[int]:
    """Ids of the run's traces that contain every term, in order, beyond the id `after`.

    Raises ConfigError when the text is too short to look for.
    """
    rows = Trace.objects.filter(iteration__run=run, pk__gt=after)
    return list(matching(rows, run, text).order_by("pk").values_list("pk", flat=True)[:limit])


def matching(rows: QuerySet[Any], run: Run, text: str) -> QuerySet[Any]:
    """Those of the run's traces that contain every term. Raises ConfigError when the text is too short."""
    found = terms(text)
    sql, parameters = _in_sqlite(found, run) if connection.vendor == "sqlite" else _in_postgresql(found)
    return rows.filter(pk__in=RawSQL(sql, parameters))  # noqa: S611


def terms(text: str) -> list[str]:
    """The words of a search; one that is too short for an index turns the whole text into one phrase."""
    words = text.replace("\0", "").split()
    if all(len(word) >= SHORTEST for word in words) and words:
        return words
    phrase = " ".join(words)
    if len(phrase) < SHORTEST:
        raise ConfigError(f"Search for at least {SHORTEST} characters.", "q")
    return [phrase]


def _in_sqlite(found: list[str], run: Run) -> tuple[str, list[Any]]:
    # The range of ids keeps a frequent word from being looked up in every other run's part of the index.
    quoted = ['"' + term.replace('"', '""') + '"' for term in found]
    sql = f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s AND rowid BETWEEN %s AND %s"  # noqa: S608
    return sql, [" AND ".join(quoted), *_id_range(run)]


def _in_postgresql(found: list[str]) -> tuple[str, list[Any]]:
    # The planner itself chooses between the trigrams (rare words) and the run's own traces (frequent ones).
    condition = " AND ".join(["body ILIKE %s"] * len(found))
    return f"SELECT trace_id FROM {TABLE} WHERE {condition}", [f"%{_escaped(term)}%" for term in found]  # noqa: S608


def _escaped(term: str) -> str:
    return term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _id_range(run: Run) -> tuple[int, int]:
    """The first and the last trace id of a run; (0, 0) for none."""
    ids = Trace.objects.filter(iteration=OuterRef("pk")).values("pk")
    ends = Iteration.objects.filter(run=run).annotate(
        first_id=Subquery(ids.order_by("pk")[:1]), last_id=Subquery(ids.order_by("-pk")[:1])
    )
    pairs = [pair for pair in ends.values_list("first_id", "last_id") if pair[0] is not None]
    return (min(first for first, _ in pairs), max(last for _, last in pairs)) if pairs else (0, 0)


def _bodies(trace_ids: Sequence[int]) -> dict[int, str]:
    texts: dict[int, list[str]] = {}
    for pk, messages in Trace.objects.filter(pk__in=trace_ids).values_list("pk", "row__messages"):
        texts[pk] = [message["content"] for message in messages]
    answers = Candidate.objects.filter(trace__in=trace_ids).order_by("trace_id", "index")
    for pk, text in answers.values_list("trace_id", "text"):
        texts[pk].append(text)
    return {pk: "\n".join(parts) for pk, parts in texts.items()}
