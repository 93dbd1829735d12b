"""The verifier `python-tests`, and a run of tests as evidence."""

from collections.abc import Sequence

from experiments.alignment.ports import Check, CodeRunner
from experiments.alignment.types import Evidence, Reference
from experiments.alignment.verifiers.python_tests import Case, ProgramRun, Tested, feedback, run_tests
from experiments.alignment.verifiers.verdict import Verdict

MOST_SHOWN = 2000


def verify_programs(
    runner: CodeRunner | None, cases: Sequence[tuple[str, Reference]], check: Check
) -> list[Verdict]:
    """1.0 for an answer whose program passes every visible and every hidden test, 0.0 for any other."""
    runs = run_tests(runner, [Case(text, of.tests, of.hidden_tests) for text, of in cases], check)
    return [Verdict(float(run.passes), run.outcome, _counts(run), tool_evidence(run)) for run in runs]


def _counts(run: ProgramRun) -> str:
    return f"{_passed(run.visible)} visible and {_passed(run.hidden)} hidden tests pass"


def _passed(tests: Sequence[Tested]) -> str:
    return f"{sum(test.passed for test in tests)} of {len(tests)}"


def tool_evidence(run: ProgramRun, attempt: int = 1) -> Evidence:
    """What happened, for the page. Hidden tests are numbered, never quoted, and nothing that they say is told."""
    visible = [{"test": test.test, "passed": test.passed, "hidden": False} for test in run.visible]
    hidden = [
        {"test": f"hidden test {number}", "passed": test.passed, "hidden": True}
        for number, test in enumerate(run.hidden, 1)
    ]
    failed = bool(run.failure) or not all(test.passed for test in run.visible)
    return Evidence(
        "tool",
        {
            "attempt": attempt,
            "exit_code": run.ran.exit_code or int(failed),
            "stdout": run.printed[:MOST_SHOWN],
            "stderr": feedback(run)[:MOST_SHOWN],
            "killed": run.ran.killed,
            "tests": [*visible, *hidden],
        },
    )
