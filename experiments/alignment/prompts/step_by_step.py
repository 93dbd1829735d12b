"""Asking for solutions in steps, with worked examples.

The examples' numbers lie outside those of the starter data, so that no held-out answer stands in them.
"""

from experiments.alignment.types import Message

INSTRUCTION = "Work it out one step a line. The last line ends with the answer."
EXAMPLES = (
    ("What is 25 + 43?", "25 + 43 = 68"),
    ("What is 52 - 30 + 21 - 36?", "52 - 30 = 22\n22 + 21 = 43\n43 - 36 = 7"),
)


def step_by_step(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The messages after the instruction and the examples; their own system message, of another form, gives way."""
    shown = [
        Message(role, text)
        for example in EXAMPLES
        for role, text in zip(("user", "assistant"), example, strict=True)
    ]
    return (
        Message("system", INSTRUCTION),
        *shown,
        *(message for message in messages if message.role != "system"),
    )
