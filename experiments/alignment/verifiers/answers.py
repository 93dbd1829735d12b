"""What an answer says, for comparing answers with each other: no reference is read here."""

import math
from collections.abc import Callable

from experiments.alignment.errors import ConfigError
from experiments.alignment.verifiers.exact import settled
from experiments.alignment.verifiers.label import LONGEST_LABEL_WORDS, read_label
from experiments.alignment.verifiers.number import last_number


def read_answer(verifier: str, text: str) -> str | None:
    """The answer that the verifier would read out of a text, in one form for all wordings; None without one.

    Raises ConfigError for a verifier whose answers have no form in common, such as sentences under a rule.
    """
    if verifier not in READERS:
        raise ConfigError(
            f"Answers under the verifier {verifier!r} cannot be counted as votes; "
            f"choose data with one of {', '.join(READERS)}.",
            "verifier",
        )
    return READERS[verifier](text)


def _number(text: str) -> str | None:
    found = last_number(text)
    return None if found is None or not math.isfinite(found) else f"{found + 0.0:.12g}"


def _label(text: str) -> str | None:
    read = read_label(text)
    return read if 0 < len(read.split()) <= LONGEST_LABEL_WORDS else None


READERS: dict[str, Callable[[str], str | None]] = {
    "number": _number,
    "exact": lambda text: settled(text) or None,
    "label": _label,
}
