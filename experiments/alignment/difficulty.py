"""How hard a task is, as its question alone tells: no reference is read here."""

from experiments.alignment.sums import SUM, terms_of

WORDS_AROUND = 12
"""A question of more words than this, beside its sum, is no sum: it may hold a range of years."""


def difficulty(question: str) -> int:
    """The number of terms of the sum that is asked for; of a question that asks for no sum the number of its words."""
    around = len(SUM.sub(" ", question, count=1).split())
    return (len(terms_of(question)) if around <= WORDS_AROUND else 0) or len(question.split())
