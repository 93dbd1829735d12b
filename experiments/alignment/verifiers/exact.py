"""Is the answer, white space aside, exactly the expected text?"""

import unicodedata

from experiments.alignment.errors import DataError
from experiments.alignment.types import Reference
from experiments.alignment.verifiers.verdict import Verdict, verdict_of


def verify_exact(answer_text: str, reference: Reference) -> Verdict:
    """1.0 when both texts are the same after Unicode composition (NFC) and folding of white space; case counts."""
    read = settled(answer_text)
    right = read == expected_text(reference)
    return verdict_of(
        right, read[:80], "the same text" if right else "another text" if read else "the answer is empty"
    )


def expected_text(reference: Reference) -> str:
    """The reference answer as text. Raises DataError when there is none."""
    text = "" if reference.answer is None else settled(str(reference.answer))
    if not text:
        raise DataError(
            "The answer is empty, which the verifiers 'exact' and 'label' cannot use.", field="answer"
        )
    return text


def settled(text: str) -> str:
    """Composed characters, single blanks, nothing around."""
    return " ".join(unicodedata.normalize("NFC", text).split())
