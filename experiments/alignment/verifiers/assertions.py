"""A test as data: one assert, split into what a sandbox computes and what must come out of it."""

import ast
from dataclasses import dataclass
from typing import Any

from experiments.alignment.errors import DataError


@dataclass(frozen=True, slots=True)
class Assertion:
    """`computes` is the statement that the sandbox is given, `expected` the value that must come back."""

    text: str
    computes: str
    expected: Any


def read_assertion(text: str, field: str = "tests") -> Assertion:
    """Splits `assert CALL == LITERAL`; of any other assert the outcome as a whole is computed, and must be true.

    Raises DataError, naming the field, for what is no single assert.
    """
    claim = _claim(text)
    if claim is None:
        raise DataError(f"A test must be one assert statement, not {text[:60]!r}.", field=field)
    if isinstance(claim, ast.Compare) and len(claim.ops) == 1 and isinstance(claim.ops[0], ast.Eq):
        for computed, literal in ((claim.left, claim.comparators[0]), (claim.comparators[0], claim.left)):
            known, value = literal_of(ast.unparse(literal))
            if known:
                return Assertion(text, f"outcome = {ast.unparse(computed)}", value)
    return Assertion(text, f"outcome = not not ({ast.unparse(claim)})", True)


def _claim(text: str) -> ast.expr | None:
    try:
        body = ast.parse(text.strip()).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return body[0].test if len(body) == 1 and isinstance(body[0], ast.Assert) else None


def is_assertion(text: str) -> bool:
    """Whether a line is one whole assert."""
    return _claim(text) is not None


def literal_of(text: str) -> tuple[bool, Any]:
    """Whether a text is a literal, and its value. Nothing is executed, and no text makes it fail."""
    try:
        return True, ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return False, None


def equal(value: Any, expected: Any) -> bool:
    """Python's own equality of two literals; values too deep to compare are not equal."""
    try:
        return bool(value == expected)
    except (RecursionError, TypeError, ValueError):
        return False
