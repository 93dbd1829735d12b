"""The words around programs: which tests a prompt shows, and how a failed attempt is answered."""

from experiments.alignment.types import Prompt
from experiments.alignment.verifiers.assertions import is_assertion

REPAIR = (
    "The code was run and it is not right yet.\n{feedback}\n"
    "Find the mistake, then write the whole corrected function in a ```python block."
)


def visible_tests(prompt: Prompt) -> tuple[str, ...]:
    """The lines of the question that are asserts. They stand in the prompt, so held-out prompts have them too."""
    lines = (line.strip() for line in prompt.text.splitlines())
    return tuple(line for line in lines if line.startswith("assert ") and is_assertion(line))
