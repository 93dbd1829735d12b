"""Is the last number of the answer the right one?"""

import math
import re

from experiments.alignment.errors import DataError
from experiments.alignment.types import Reference
from experiments.alignment.verifiers.verdict import Verdict, verdict_of

NUMBER = re.compile(
    r"(?:(?<![\w.)])[-+\u2212])?"  # a sign, unless something to its left makes it an operator or a hyphen
    r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+|\.[0-9]+)"
    r"(?:(?<=[0-9])\.[0-9]+)?"
    r"(?:[eE][-+]?[0-9]{1,3})?"
)
TOLERANCE = 1e-9


def last_number(text: str) -> float | None:
    """The last number in a text, None without one: `1,234.5`, `-3`, `\u22123`, `.5` and `2e3` are numbers.

    A comma separates thousands only before groups of three digits; `10-3` holds 10 and 3. The value may be infinite.
    """
    found = None
    for match in NUMBER.finditer(text):
        found = match.group()
    return None if found is None else float(found.replace(",", "").replace("\u2212", "-"))


def verify_number(answer_text: str, reference: Reference) -> Verdict:
    """1.0 when the last number equals the reference up to 1e-9, relative or absolute.

    An answer without a number is wrong, not unscored: leaving it out would flatter a model that says nothing.
    """
    read = last_number(answer_text)
    if read is None:
        return verdict_of(False, "", "no number found")
    if not math.isfinite(read):
        return verdict_of(False, "", "the last number is too large")
    right = math.isclose(read, expected_number(reference), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return verdict_of(
        right, f"{read:.12g}", "the last number is right" if right else "the last number is wrong"
    )


def expected_number(reference: Reference) -> float:
    """The reference answer as a number. Raises DataError when it is not one."""
    answer = reference.answer
    if isinstance(answer, int | float) and not isinstance(answer, bool) and math.isfinite(answer):
        return float(answer)
    match = NUMBER.fullmatch(answer.strip()) if isinstance(answer, str) else None
    value = last_number(match.group()) if match else None
    if value is None or not math.isfinite(value):
        raise DataError("The answer is not a number, which the verifier 'number' needs.", field="answer")
    return value
