"""Answers that decline to answer, told by how they begin: an assistant's fixed phrases, not a judgement."""

import re

OPENING = 160
"""Characters in which a refusal says that it is one."""
REFUSALS = re.compile(
    r"\bI(?:['\u2019]m| am) (?:sorry|afraid|unable|not able)\b|\bI (?:can(?:not|['\u2019]t)|won['\u2019]t)\b"
    r"|\bI(?:['\u2019]m| am) (?:just )?an? (?:AI|language model)\b|\bas an? (?:AI|language model)\b",
    re.IGNORECASE,
)


def refuses(text: str) -> bool:
    """Whether an answer begins with an apology for not giving one."""
    return REFUSALS.search(text.strip()[:OPENING]) is not None
