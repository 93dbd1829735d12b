"""Does a program pass its tests? It runs in the sandbox, with every test on its own.

In `assert CALL == LITERAL` the call is computed inside and its value compared outside, so an answer cannot pass by
printing, by ending early, by an `__eq__` that is always true or by looking for what is expected. Any other assert
brings back one bit, which a program that walks its own interpreter could forge: prefer the first form for data that
models are rewarded by.
"""

import inspect
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from experiments.alignment.errors import ConfigError
from experiments.alignment.ports import Check, CodeRunner, Ran
from experiments.alignment.types import Reference
from experiments.alignment.verifiers import guest_tests
from experiments.alignment.verifiers.assertions import Assertion, equal, literal_of, read_assertion

FENCED = re.compile(
    r"```[ \t]*(?:(?:python3?|py)[ \t]*)?\n(?P<code>.*?)(?:\n[ \t]*```|\Z)", re.DOTALL | re.IGNORECASE
)
LOADING = -1
DOES_NOT_COMPILE = ("SyntaxError", "IndentationError", "TabError")
LIMITS = {
    "cpu": "it ran too long",
    "time": "it ran too long",
    "memory": "it used too much memory",
    "output": "it printed too much",
    "stack": "it recursed too deeply",
}
Report = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """An answer with the tests that its author sees and those that nobody shows it."""

    answer: str
    visible: tuple[str, ...]
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tested:
    """What became of one test. `problem` says what came back instead or what was raised; `raised` which it was."""

    test: str
    passed: bool
    problem: str = ""
    raised: bool = False


@dataclass(frozen=True, slots=True)
class ProgramRun:
    """An answer's program with all its tests. `failure` says why it did not get to their end; `printed` is its
    output up to the hidden tests.
    """

    ran: Ran
    visible: tuple[Tested, ...]
    hidden: tuple[Tested, ...]
    printed: str
    failure: str
    compiles: bool

    @property
    def tests(self) -> tuple[Tested, ...]:
        return (*self.visible, *self.hidden)

    @property
    def passes(self) -> bool:
        """Whether there are tests and every one of them passes."""
        return bool(self.tests) and all(test.passed for test in self.tests)

    @property
    def outcome(self) -> str:
        """The four outcomes of CodeRL (arXiv 2207.01780), and that of a program which a limit ended."""
        if self.passes:
            return "passes"
        if self.ran.killed:
            return "killed"
        if not self.compiles:
            return "does not compile"
        return "runtime error" if any(test.raised for test in self.tests) else "fails a test"


def program_of(answer: str) -> str:
    """The program of an answer: its first fenced block, else the whole text. An open fence reaches to the end."""
    found = FENCED.search(answer)
    return found["code"] if found else answer


def run_tests(runner: CodeRunner | None, cases: Sequence[Case], check: Check) -> list[ProgramRun]:
    """One result a case, in order; equal cases run once, since a program gives the same result every time.

    Raises DataError for a test that is no assert, and ConfigError where there is no sandbox: programs are then
    refused, never run unprotected.
    """
    if not cases:
        return []
    if runner is None:
        raise ConfigError(
            "The answers to this data set are programs, and this worker has no sandbox to run them in; "
            "install its requirements (the package wasmtime) and retry the run.",
            field="verifier",
        )
    different = list(dict.fromkeys(cases))
    tests = [_assertions(case) for case in different]
    nonces = [secrets.token_hex(16) for _ in different]
    programs = [_program(*parts) for parts in zip(different, tests, nonces, strict=True)]
    ran = runner.run(programs, check)
    runs = [_read(*parts) for parts in zip(different, tests, nonces, ran, strict=True)]
    by_case = dict(zip(different, runs, strict=True))
    return [by_case[case] for case in cases]


def check_tests(reference: Reference) -> None:
    """Raises DataError, naming the field, for a test that is no single assert."""
    _assertions(Case("", reference.tests, reference.hidden_tests))


def _assertions(case: Case) -> tuple[Assertion, ...]:
    hidden = [read_assertion(text, "hidden_tests") for text in case.hidden]
    return (*(read_assertion(text) for text in case.visible), *hidden)


@lru_cache(maxsize=1)
def _guest() -> str:
    return inspect.getsource(guest_tests)


def _program(case: Case, tests: Sequence[Assertion], nonce: str) -> str:
    computes = [test.computes for test in tests]
    split = len(case.visible)
    call = (program_of(case.answer), computes[:split], computes[split:], nonce)
    return f"{_guest()}\n\nmain{call!r}\n"


def _read(case: Case, tests: Sequence[Assertion], nonce: str, ran: Ran) -> ProgramRun:
    reports, printed = _reports(ran.stdout, nonce)
    lines = program_of(case.answer).splitlines()
    loaded = reports.get(LOADING)
    failure = _failure(ran, loaded, lines)
    tested = tuple(_tested(test, reports.get(n), failure, lines) for n, test in enumerate(tests))
    split = len(case.visible)
    compiles = loaded is None or loaded[1] not in DOES_NOT_COMPILE
    return ProgramRun(ran, tested[:split], tested[split:], printed, failure, compiles)


def _reports(stdout: str, nonce: str) -> tuple[dict[int | str, Report], str]:
    """The first report of each test, and what the program printed before the hidden ones."""
    reports: dict[int | str, Report] = {}
    printed: list[str] = []
    for line in stdout.split("\n"):
        if not line.startswith(nonce):
            printed += [line] if line and "hidden" not in reports else []
            continue
        _, fields = literal_of(line.removeprefix(nonce))
        if _is_report(fields):
            reports.setdefault(fields[0], fields[1:])
    return reports, "\n".join(printed)


def _is_report(fields: Any) -> bool:
    """A program that found the nonce could write anything: what has another shape says nothing."""
    shape = [type(field) for field in fields] if isinstance(fields, tuple) else []
    return fields == ("hidden",) or shape in ([int, str, str], [int, str, str, str, int])


def _failure(ran: Ran, loaded: Report | None, lines: Sequence[str]) -> str:
    if ran.killed:
        return f"The program was stopped: {LIMITS.get(ran.killed, ran.killed)}."
    if loaded is None:
        return "The program ended before its tests."
    return _raised(loaded, lines) if len(loaded) > 2 else ""


def _tested(test: Assertion, report: Report | None, failure: str, lines: Sequence[str]) -> Tested:
    if report is None:
        return Tested(test.text, False, failure or "The program ended before this test.", True)
    if len(report) > 2:
        return Tested(test.text, False, _raised(report, lines), True)
    known, value = literal_of(report[1])
    if known and equal(value, test.expected):
        return Tested(test.text, True)
    return Tested(test.text, False, f"it gave {report[1][:200]}")


def _raised(report: Report, lines: Sequence[str]) -> str:
    """`NameError: name 'x' is not defined (line 3: return x)`"""
    _, name, message, line = report
    if not 0 < line <= len(lines):
        return f"{name}: {message}"
    return f"{name}: {message} (line {line}: {lines[line - 1].strip()[:120]})"


def feedback(run: ProgramRun) -> str:
    """What the visible tests say: what an author may be shown. Nothing where they all pass."""
    if run.failure:
        return run.failure
    return "\n".join(f"{test.test} fails: {test.problem}"[:400] for test in run.visible if not test.passed)
