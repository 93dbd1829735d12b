"""Every metric that a recipe can emit is documented, and nothing else is."""

from pathlib import Path

import pytest

from experiments.alignment.evaluators.record import Record, paired
from experiments.alignment.metrics_table import METRICS, role_of
from experiments.alignment.registry import Recipe, recipes
from tests.kernel.runs import try_out


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.slug)
def test_every_metric_of_a_recipe_stands_in_the_table_and_is_measured_once(
    recipe: Recipe, tmp_path: Path
) -> None:
    for measured in try_out(recipe, tmp_path).metrics.values():
        places = [(metric.name, metric.split) for metric in measured]
        assert {name for name, _ in places} <= METRICS.keys()
        assert len(set(places)) == len(places)


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_has_a_title_and_a_sentence_of_help(name: str) -> None:
    assert METRICS[name].title[0].isupper()
    assert METRICS[name].help.endswith(".")
    assert name == name.lower()
    assert len(name) <= 48


def test_accuracy_is_drawn_as_gold_on_gold_and_as_probe_on_probe() -> None:
    assert (role_of("accuracy", "gold"), role_of("accuracy", "probe")) == ("gold", "probe")
    assert role_of("length_tokens", "probe") == "guard"


def test_pairs_leave_out_prompts_that_either_side_did_not_score() -> None:
    assert paired({"a": 1.0, "b": None, "c": 0.0}, {"a": 0.0, "b": 1.0, "d": 1.0}) == ([1.0], [0.0])


def test_a_record_reads_each_part_once(tmp_path: Path) -> None:
    asked: list[tuple[str, int]] = []

    def load(part: str, iteration: int) -> list[object]:
        asked.append((part, iteration))
        return []

    recipe = recipes()[0]
    record = Record(1, recipe.composition(recipe.config()), load)  # type: ignore[arg-type]
    record.verdicts("probe")
    record.lengths("probe")
    record.verdicts("probe", 0)
    assert asked == [("probe", 1), ("probe", 0)]
