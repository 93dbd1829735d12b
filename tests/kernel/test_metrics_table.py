"""Every metric that a recipe can emit is documented, and nothing else is."""

from pathlib import Path

import pytest

from experiments.alignment.evaluators.record import Record, paired
from experiments.alignment.metrics_table import METRICS, role_of
from experiments.alignment.registry import recipes
from tests.kernel.runs import go, start


@pytest.fixture(scope="module")
def emitted(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    found = set()
    for recipe in recipes():
        folder: Path = tmp_path_factory.mktemp(recipe.slug)
        memory = go(start(folder), folder, recipe.slug)
        found |= {metric.name for measured in memory.metrics.values() for metric in measured}
    return found


def test_the_table_holds_exactly_the_metrics_that_recipes_emit(emitted: set[str]) -> None:
    assert emitted == METRICS.keys()


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_has_a_title_and_a_sentence_of_help(name: str) -> None:
    assert METRICS[name].title[0].isupper()
    assert METRICS[name].help.endswith(".")
    assert name == name.lower()
    assert len(name) <= 48


def test_accuracy_is_drawn_as_gold_on_gold_and_as_probe_on_probe() -> None:
    assert (role_of("accuracy", "gold"), role_of("accuracy", "probe")) == ("gold", "probe")
    assert role_of("length_tokens", "probe") == "guard"


def test_no_metric_is_measured_twice_in_an_iteration(tmp_path: Path) -> None:
    for recipe in recipes():
        memory = go(start(tmp_path), tmp_path, recipe.slug)
        for measured in memory.metrics.values():
            places = [(metric.name, metric.split) for metric in measured]
            assert len(set(places)) == len(places)


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
