"""Foreign text inside a judge's frame: marked line by line, so that no answer can pretend to be the frame."""

NOTE = 'Questions and answers are quoted: "> " stands before each of their lines and is no part of them.'
"""What a judge is told about the marks."""


def quoted(text: str) -> str:
    """The text with "> " before each of its lines; every kind of line break counts, and "" is one empty line."""
    return "\n".join(f"> {line}" for line in text.splitlines() or [""])
