"""Verifiers: is an answer right? Decided by code, from the reference of its prompt.

A data set names its verifier once. `none` stands for data whose answers only people or judges can tell.
"""

from collections.abc import Callable

from experiments.alignment.errors import ConfigError, DataError
from experiments.alignment.types import Reference
from experiments.alignment.verifiers.exact import expected_text, verify_exact
from experiments.alignment.verifiers.label import verify_label
from experiments.alignment.verifiers.number import expected_number, verify_number
from experiments.alignment.verifiers.rules import find_rule, verify_rule
from experiments.alignment.verifiers.verdict import Verdict

Verifier = Callable[[str, Reference], Verdict]

VERIFIERS: dict[str, Verifier] = {
    "number": verify_number,
    "exact": verify_exact,
    "label": verify_label,
    "rule": verify_rule,
}
VERIFIER_NAMES = (*VERIFIERS, "python-tests", "none")

_REFERENCE_CHECKS: dict[str, Callable[[Reference], object]] = {
    "number": expected_number,
    "exact": expected_text,
    "label": expected_text,
    "rule": lambda reference: find_rule(reference.rule),
}

__all__ = ["VERIFIERS", "VERIFIER_NAMES", "Verdict", "check_reference", "find_verifier", "verify"]


def find_verifier(name: str) -> Verifier:
    """Look a verifier up. Raises ConfigError for a name that is not one, or not one that can be run here."""
    if name in VERIFIERS:
        return VERIFIERS[name]
    usable = ", ".join(VERIFIERS)
    if name == "python-tests":
        raise ConfigError(
            f"The verifier 'python-tests' needs a sandbox, which is not here; use {usable}.", "verifier"
        )
    if name == "none":
        raise ConfigError(f"This data set names no verifier; choose one of {usable} for it.", "verifier")
    raise ConfigError(
        f"There is no verifier {name!r}; the verifiers are {', '.join(VERIFIER_NAMES)}.", "verifier"
    )


def verify(verifier: str, answer_text: str, reference: Reference) -> Verdict:
    """Judge one answer. Raises ConfigError for the verifier's name, DataError for an unusable reference."""
    return find_verifier(verifier)(answer_text, reference)


def check_reference(verifier: str, reference: Reference) -> None:
    """Raise DataError, naming the field, when the verifier could never judge an answer by this reference."""
    if verifier == "python-tests" and not (reference.tests or reference.hidden_tests):
        raise DataError("There are no tests, which the verifier 'python-tests' needs.", field="tests")
    if verifier in _REFERENCE_CHECKS:
        _REFERENCE_CHECKS[verifier](reference)
