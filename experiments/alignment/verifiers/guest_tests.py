"""Runs an answer against its tests, within the sandbox: the text of this file is the program that is sent there.

Nothing of the product calls it. What a test expects never comes here: the values that the answer computes go out and
are compared outside. So an answer that reads its own interpreter finds the inputs of the tests and no outcomes.
(It imports next to nothing: every run pays for its imports.)
"""

import os
import sys
from types import TracebackType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ANSWER = "answer.py"
MOST_MESSAGE = 300


def plain(value: object) -> object:
    """A value as built-in types, whatever subclass it is. Raises TypeError for what has no literal."""
    if isinstance(value, dict):
        return {plain(key): plain(held) for key, held in value.items()}
    if isinstance(value, list):
        return [plain(held) for held in value]
    if isinstance(value, tuple):
        return tuple([plain(held) for held in value])
    if isinstance(value, set | frozenset):
        return {plain(held) for held in value}
    if value is None or isinstance(value, bool):
        return value
    kinds: tuple[type[Any], ...] = (int, float, complex, str, bytes)
    for kind in kinds:
        if isinstance(value, kind):
            return kind(value)
    raise TypeError(f"the result is a {type(value).__name__}, not a plain value")


def line_of(trace: TracebackType | None) -> int:
    """The innermost line of the answer that an error passed through, 0 where it passed through none."""
    line = 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == ANSWER:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def said(error: BaseException) -> tuple[str, str, int]:
    """An error's class, its message and the line of the answer."""
    try:
        message = str(error)[:MOST_MESSAGE]
    except Exception:
        message = "no message"
    written = error.lineno if isinstance(error, SyntaxError) else None
    return type(error).__name__, message, written or line_of(error.__traceback__)


def main(source: str, visible: list[str], hidden: list[str], nonce: str) -> None:
    """Loads the answer, then computes each test. Every report is one line that begins with the nonce."""
    run, tell, written = exec, os.write, repr
    space: dict[str, object] = {"__name__": "answer"}
    sys.orig_argv.clear()

    def report(*fields: object) -> None:
        tell(1, ("\n" + nonce + written(fields) + "\n").encode("utf-8", "backslashreplace"))

    def attempt(number: int, text: str, name: str, held: dict[str, object]) -> bool:
        try:
            run(compile(text, name, "exec"), space, held)
            report(number, "value", written(plain(held.get("outcome") if held is not space else None)))
        except MemoryError:
            raise
        except BaseException as error:
            report(number, "error", *said(error))
            return False
        return True

    if attempt(-1, source, ANSWER, space):
        for number, test in enumerate(visible):
            attempt(number, test, "test", {})
        report("hidden")
        for number, test in enumerate(hidden, len(visible)):
            attempt(number, test, "test", {})
