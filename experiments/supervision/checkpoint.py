"""Writes SQLite's log back into its database; the clock alone does so."""

from django.db.backends.base.base import BaseDatabaseWrapper

PATIENCE_MS = 200


def checkpoint_wal(connection: BaseDatabaseWrapper) -> None:
    """Empty the write-ahead log unless a reader or writer is in the way; nothing on other databases.

    A truncating checkpoint holds up writers while it waits for readers, hence the short patience.
    """
    if connection.vendor != "sqlite":
        return
    usual = int(connection.settings_dict["OPTIONS"].get("timeout", 5) * 1000)
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            cursor.execute(f"PRAGMA busy_timeout={usual}")
