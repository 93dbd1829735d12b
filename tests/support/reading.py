"""How much a database reads to answer: a measure of work that does not depend on the machine's speed."""

import json
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

STEPS = 10


def reading_of(ask: Callable[[], Any]) -> int:
    """What the queries of `ask` read: steps of SQLite's machine, or rows that PostgreSQL's plans touch."""
    return _steps(ask) if connection.vendor == "sqlite" else _rows(ask)


def _steps(ask: Callable[[], Any]) -> int:
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += STEPS
        return 0

    connection.ensure_connection()
    connection.connection.set_progress_handler(count, STEPS)
    try:
        ask()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return counted


def _rows(ask: Callable[[], Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        # In a small table reading everything is cheapest; whether an index serves is what is asked.
        for way in ("seqscan", "sort", "bitmapscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        with CaptureQueriesContext(connection) as seen:
            ask()
        selects = [query["sql"] for query in seen.captured_queries if query["sql"].startswith("SELECT")]
        return sum(_touched(cursor, sql) for sql in selects)


def _touched(cursor: Any, sql: str) -> int:
    cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
    (answer,) = cursor.fetchone()
    plans = json.loads(answer) if isinstance(answer, str) else answer
    return _below(plans[0]["Plan"])


def _below(plan: dict[str, Any]) -> int:
    each = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
    return int(each * plan["Actual Loops"]) + sum(_below(part) for part in plan.get("Plans", []))
