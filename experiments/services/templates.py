"""Experiments to start from: a recipe with starter data that suits it."""

from dataclasses import dataclass

from experiments.alignment.registry import Recipe, recipes
from experiments.models import Dataset

PAIRS = (
    (
        "rest-em",
        "arithmetic",
        "Learns sums and differences from its own checked answers: the quickest to show a gain.",
    ),
    (
        "rest-em",
        "format-rules",
        "Learns to obey a format rule from its own sentences that did; easy to read and compare.",
    ),
    ("self-rewarding", "format-rules", "The model judges its own sentences and learns from its verdicts."),
)


@dataclass(frozen=True)
class Template:
    """A pair with one sentence that says what to expect."""

    recipe: Recipe
    dataset: Dataset
    sentence: str


def offered() -> list[Template]:
    """The pairs whose recipe is installed and whose data set is here."""
    known = {recipe.slug: recipe for recipe in recipes()}
    here = {
        dataset.name: dataset for dataset in Dataset.objects.filter(name__in={name for _, name, _ in PAIRS})
    }
    return [
        Template(known[slug], here[name], said)
        for slug, name, said in PAIRS
        if slug in known and name in here
    ]
