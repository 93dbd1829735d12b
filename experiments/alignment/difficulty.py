"""How hard a task is, as its question alone tells: no reference is read here."""

from experiments.alignment.sums import terms_of


def difficulty(question: str) -> int:
    """The number of terms of the sum that is asked for; of a question without a sum the number of its words."""
    return len(terms_of(question)) or len(question.split())
