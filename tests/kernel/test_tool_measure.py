"""The figures of recipes on code, on programs of known fate."""

from collections.abc import Sequence

from experiments.alignment.evaluators.measures.tool import measure
from experiments.alignment.evaluators.record import Record
from experiments.alignment.recipes.tool_refine import tool_refine
from experiments.alignment.types import Candidate, Group, Message, Metric, Prompt, Signal

COMPOSITION = tool_refine.composition(tool_refine.config())


def group(number: int, labels: Sequence[str]) -> Group:
    """One program a label."""
    signals = tuple(Signal("tool", "s", (i,), 0.0, label=label) for i, label in enumerate(labels))
    candidates = tuple(Candidate(i, "def f(): pass", 3) for i in range(len(labels)))
    return Group(Prompt(f"p{number}", (Message("user", "q"),), "probe"), candidates, signals)


def measured(**parts: list[Group]) -> dict[str, Metric]:
    return {m.name: m for m in measure(Record(0, COMPOSITION, lambda part, _: parts.get(part, [])))}


def test_attempts_and_answer_of_a_prompt_are_one_prompt_in_the_shares_of_stopped_programs() -> None:
    attempts = [group(n, ["killed", "failed", "does not compile"]) for n in range(20)]
    found = measured(operator=attempts, probe=[group(n, ["killed"]) for n in range(30)])
    assert (found["killed_share"].n, found["uncompiled_share"].n) == (30, 30)
    assert found["killed_share"].value == (20 * 2 / 4 + 10) / 30
    assert found["uncompiled_share"].value == 20 / 4 / 30
