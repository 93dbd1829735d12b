"""The demonstration of a train prompt as a signal: which candidate is the reference text, and which is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from experiments.alignment.errors import DataError
from experiments.alignment.ports import Round
from experiments.alignment.types import Candidate, Capability, Group, Prompt, Signal
from experiments.alignment.verifiers.exact import settled


@dataclass(frozen=True)
class SameAsReference:
    """1 for a text that is the prompt's demonstration word for word, 0 for any other (arXiv 2401.01335).

    White space aside; nobody says whether the other text is right.
    """

    kind: ClassVar[str] = "reference"
    needs_reference: ClassVar[bool] = True
    needs: ClassVar[frozenset[Capability]] = frozenset()

    @property
    def roles(self) -> tuple[str, ...]:
        return ()

    def read(self, at: Round, groups: Sequence[Group]) -> list[tuple[Signal, ...]]:
        """One signal a candidate, in order. Raises DataError for a prompt without a demonstration."""
        return [tuple(_signal(group.prompt, candidate) for candidate in group.candidates) for group in groups]


def demonstration(prompt: Prompt) -> str:
    """The reference text of a train prompt. Raises DataError where there is none."""
    answer = None if prompt.reference is None else prompt.reference.answer
    text = "" if answer is None else str(answer).strip()
    if not text:
        raise DataError(
            f"Prompt {prompt.id} has no answer to learn from; add one or choose another data set.",
            field="answer",
        )
    return text


def _signal(prompt: Prompt, candidate: Candidate) -> Signal:
    same = settled(candidate.text) == settled(demonstration(prompt))
    label = "the demonstration" if same else "another text"
    return Signal("reference", "data set", (candidate.index,), float(same), label=label)
