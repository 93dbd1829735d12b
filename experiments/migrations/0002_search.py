"""The search index: a trigram table on either engine. Its rows are written by experiments/search.py."""

from typing import Any

from django.db import DatabaseError, migrations, transaction

TABLE = "experiments_search"
SQLITE = f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5(body, tokenize = 'trigram')"
POSTGRESQL = f"CREATE TABLE IF NOT EXISTS {TABLE} (trace_id bigint PRIMARY KEY, body text NOT NULL)"
EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
INDEX = f"CREATE INDEX IF NOT EXISTS {TABLE}_trigrams ON {TABLE} USING gin (body gin_trgm_ops)"


def create(apps: Any, schema_editor: Any) -> None:
    """Makes the table; on PostgreSQL also the trigram index, where the extension can be had."""
    connection = schema_editor.connection
    schema_editor.execute(SQLITE if connection.vendor == "sqlite" else POSTGRESQL)
    if connection.vendor == "postgresql":
        for statement in (EXTENSION, INDEX):
            _try(connection, statement)


def _try(connection: Any, statement: str) -> None:
    # Without the right to create the extension, or without its files, search reads the run's texts one by one.
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return


def drop(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(f"DROP TABLE IF EXISTS {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("experiments", "0001_initial")]
    operations = [migrations.RunPython(create, drop)]
