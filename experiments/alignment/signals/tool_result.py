"""What running an answer's program against the tests in its prompt says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.ports import Round
from experiments.alignment.prompts.programs import visible_tests
from experiments.alignment.types import Candidate, Capability, Group, Prompt, Signal
from experiments.alignment.verifiers.programs import tool_evidence
from experiments.alignment.verifiers.python_tests import Case, ProgramRun, feedback, run_tests

TOOL = "tool"
NO_TESTS = "the prompt shows no tests"


@dataclass(frozen=True)
class ToolResult:
    """The share of visible tests that a program passes; None where the prompt shows none.

    The label is one of the outcomes of CodeRL (arXiv 2207.01780): passes, fails a test, runtime error, does not
    compile; or killed.
    """

    kind: ClassVar[str] = TOOL
    needs_reference: ClassVar[bool] = False
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a candidate, in order. Raises ConfigError where there is no sandbox."""
        answers = [(group.prompt, candidate) for group in groups for candidate in group.candidates]
        said = iter(run_answers(at, answers))
        return [tuple(next(said) for _ in group.candidates) for group in groups]


def run_answers(at: Round, answers: Sequence[tuple[Prompt, Candidate]]) -> list[Signal]:
    """One signal an answer, in order, from one batch of programs; `turn` of a candidate numbers its attempt."""
    shown = [visible_tests(prompt) for prompt, _ in answers]
    cases = [Case(made.text, tests) for (_, made), tests in zip(answers, shown, strict=True) if tests]
    runs = iter(run_tests(at.runner, cases, at.check))
    return [
        _signal(made, next(runs)) if tests else _untested(made)
        for (_, made), tests in zip(answers, shown, strict=True)
    ]


def _signal(made: Candidate, run: ProgramRun) -> Signal:
    share = sum(test.passed for test in run.visible) / len(run.visible)
    return Signal(
        TOOL,
        "sandbox",
        (made.index,),
        share,
        label=run.outcome,
        text=feedback(run),
        evidence=tool_evidence(run, made.turn + 1),
    )


def _untested(made: Candidate) -> Signal:
    return Signal(TOOL, "sandbox", (made.index,), None, parsed=False, error=NO_TESTS)
