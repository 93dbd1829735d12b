"""Keeps one-time links out of the logs."""

import logging
import re

TOKEN_IN_PATH = re.compile(r"(/link/)[A-Za-z0-9_\-:.~%]{8,}")


def redact(text: str) -> str:
    """`text` with the token of every one-time link replaced."""
    return TOKEN_IN_PATH.sub(r"\1[token]", text)


class RedactTokens(logging.Filter):
    """Logging filter that rewrites the finished message of each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record pass."""
        record.msg = redact(record.getMessage())
        record.args = None
        return True
