"""Does the answer name the expected class?

Models wrap a class in a phrase ("The sentiment is positive."), so the wrapping is taken off. An answer that goes on
in more words than a class has is not searched for it: "positive or negative" must not count as either.
"""

import re

from experiments.alignment.types import Reference
from experiments.alignment.verifiers.exact import expected_text, settled
from experiments.alignment.verifiers.verdict import Verdict, verdict_of

LONGEST_LABEL_WORDS = 4
WRAPPING = re.compile(
    r"^(?:the |this |my |it |that )?"
    r"(?:(?:final |correct )?(?:answer|label|class|category|sentiment|verdict|sentence|text|statement|review) ?)?"
    r"(?::|is(?: an?)?\b:?)\s*",
    re.IGNORECASE,
)
AROUND = " \t\"'`*_.!()[]{}<>\u201c\u201d\u2018\u2019"


def read_label(text: str) -> str:
    """The class named on the last line that holds anything, in lower case and without wrapping; "" without one."""
    lines = [line for line in text.splitlines() if line.strip(AROUND)]
    last = settled(lines[-1]).strip(AROUND) if lines else ""
    return WRAPPING.sub("", last, count=1).strip(AROUND).casefold()


def verify_label(answer_text: str, reference: Reference) -> Verdict:
    """1.0 when the label read is the reference, ignoring case; an answer that names no single label is wrong."""
    expected = expected_text(reference).strip(AROUND).casefold()
    read = read_label(answer_text)
    if not read or len(read.split()) > max(LONGEST_LABEL_WORDS, len(expected.split())):
        return verdict_of(False, "", "no single label found")
    right = read == expected
    return verdict_of(right, read[:80], "the right label" if right else "another label")
