"""The one gate for text and numbers from outside: files, models, remote endpoints.

PostgreSQL refuses NUL and lone surrogates, and SQLite stores NaN as NULL, so that a divergence would read as
"unscored". Text gets visible escapes, numbers a reason.
"""

import math
import re

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def admit_text(text: str) -> str:
    """The text with each NUL and lone surrogate as a visible escape (`\\u0000`); any other text unchanged."""
    return UNSTORABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def admit_number(value: object) -> tuple[float | None, str]:
    """(number, "") for a finite number, (None, reason) for everything else; truth values are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, f"{type(value).__name__} is not a number"
    try:
        number = float(value)
    except OverflowError:
        return None, "the number is too large"
    if math.isfinite(number):
        return number, ""
    return None, "the number is NaN" if math.isnan(number) else "the number is infinite"


def admit_json(value: object) -> object:
    """Admit every text inside a JSON value, keys included.

    Raises ValueError at what JSON cannot hold: NaN, infinity, dates, bytes.
    """
    if isinstance(value, str):
        return admit_text(value)
    if isinstance(value, list | tuple):
        return [admit_json(part) for part in value]
    if isinstance(value, dict):
        return {admit_text(str(key)): admit_json(part) for key, part in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(admit_number(value)[1])
    if value is None or isinstance(value, bool | int | float):
        return value
    raise ValueError(f"a {type(value).__name__} cannot be kept as JSON")
