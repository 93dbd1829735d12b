"""Verifiers: is an answer right? Decided by code, from the reference of its prompt.

A data set names its verifier once. `none` stands for data whose answers only people or judges can tell.
"""

from collections.abc import Callable, Sequence

from experiments.alignment.errors import ConfigError, DataError
from experiments.alignment.ports import Check, CodeRunner
from experiments.alignment.types import Reference
from experiments.alignment.verifiers.exact import expected_text, verify_exact
from experiments.alignment.verifiers.goal import goal_start, is_goal_rule, verify_goal
from experiments.alignment.verifiers.label import verify_label
from experiments.alignment.verifiers.number import expected_number, verify_number
from experiments.alignment.verifiers.programs import verify_programs
from experiments.alignment.verifiers.python_tests import check_tests
from experiments.alignment.verifiers.rules import find_rule, verify_rule
from experiments.alignment.verifiers.verdict import Verdict

Verifier = Callable[[str, Reference], Verdict]


def _verify_either_rule(answer_text: str, reference: Reference) -> Verdict:
    check = verify_goal if is_goal_rule(reference.rule) else verify_rule
    return check(answer_text, reference)


def _check_either_rule(reference: Reference) -> object:
    return (goal_start if is_goal_rule(reference.rule) else find_rule)(reference.rule)


VERIFIERS: dict[str, Verifier] = {
    "number": verify_number,
    "exact": verify_exact,
    "label": verify_label,
    "rule": _verify_either_rule,
}
PROGRAMS = "python-tests"
"""The verifier whose answers are programs: it runs them in a sandbox, many at a time."""
VERIFIER_NAMES = (*VERIFIERS, PROGRAMS, "none")

_REFERENCE_CHECKS: dict[str, Callable[[Reference], object]] = {
    "number": expected_number,
    "exact": expected_text,
    "label": expected_text,
    "rule": _check_either_rule,
    PROGRAMS: check_tests,
}

__all__ = [
    "PROGRAMS", "VERIFIERS", "VERIFIER_NAMES", "Verdict", "check_reference", "check_verifier", "verify", "verify_all",
]  # fmt: skip


def check_verifier(name: str) -> None:
    """Raises ConfigError for a name that is no verifier, or `none`, by which nothing can be verified."""
    usable = ", ".join((*VERIFIERS, PROGRAMS))
    if name == "none":
        raise ConfigError(f"This data set names no verifier; choose one of {usable} for it.", "verifier")
    if name not in VERIFIER_NAMES:
        raise ConfigError(
            f"There is no verifier {name!r}; the verifiers are {', '.join(VERIFIER_NAMES)}.", "verifier"
        )


def verify(verifier: str, answer_text: str, reference: Reference) -> Verdict:
    """Judge one answer that is no program. Raises ConfigError for the verifier's name, DataError for an unusable
    reference.
    """
    return verify_all(verifier, [(answer_text, reference)], None, lambda: None)[0]


def verify_all(
    verifier: str, cases: Sequence[tuple[str, Reference]], runner: CodeRunner | None, check: Check
) -> list[Verdict]:
    """One verdict an answer with its reference, in order; `runner` is asked by `python-tests` alone.

    Raises ConfigError for the verifier's name or where it lacks a sandbox, DataError for an unusable reference.
    """
    check_verifier(verifier)
    if verifier == PROGRAMS:
        return verify_programs(runner, cases, check)
    return [VERIFIERS[verifier](text, reference) for text, reference in cases]


def check_reference(verifier: str, reference: Reference) -> None:
    """Raise DataError, naming the field, when the verifier could never judge an answer by this reference."""
    if verifier == PROGRAMS and not (reference.tests or reference.hidden_tests):
        raise DataError("There are no tests, which the verifier 'python-tests' needs.", field="tests")
    if verifier in _REFERENCE_CHECKS:
        _REFERENCE_CHECKS[verifier](reference)
