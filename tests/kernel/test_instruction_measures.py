"""Metrics of generated instructions, from planted groups and pools."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.evaluators.measures.instructions import measure
from experiments.alignment.evaluators.record import Record
from experiments.alignment.filters.screen import Ruling
from experiments.alignment.metrics_table import METRICS
from experiments.alignment.proposers.greedy import Greedy
from experiments.alignment.proposers.instructions import INSTRUCTION, described
from experiments.alignment.selectors.accept_all import AcceptAll
from experiments.alignment.types import Group, Message, Metric, Prompt
from tests.kernel.planted import group

NEW, COPY = "Explain how tides follow the moon.", "Name three rivers of Asia."
HELD = ("Name three rivers of Asia.", "Sing a song.")
COMPOSITION = Composition((Phase(Greedy(), (), (Branch(AcceptAll()),)),))


def made(number: int, *texts: str, turns: Sequence[int] = (), dropped: str = "") -> Group:
    """A group of instructions, of which those with the text `dropped` fail the novelty filter."""
    found = group(*texts, roles=[INSTRUCTION] * len(texts))
    said = []
    for index, text in enumerate(texts):
        rulings = [Ruling("novelty", 1.0, 0.7, text != dropped), Ruling("length", 5.0, 4.0, True)]
        said += described(index, text, text, rulings, HELD, HELD, "test")
    turned = tuple(
        replace(c, turn=turn) for c, turn in zip(found.candidates, turns or [0] * len(texts), strict=True)
    )
    prompt = replace(found.prompt, id=f"train-{number}")
    return replace(found, prompt=prompt, candidates=turned, signals=tuple(said))


def measured(
    groups: Sequence[Group], pool: Sequence[str] = (), held_out: Sequence[str] = ()
) -> dict[str, Metric]:
    asked = [
        Group(Prompt(f"gold-{n}", (Message("user", text),), "gold"), ()) for n, text in enumerate(held_out)
    ]

    def load(part: str, iteration: int) -> Iterator[Group]:
        return iter(asked if part == "gold" else ())

    record = Record(1, COMPOSITION, load, "none", lambda phase: groups, lambda role: tuple(pool))
    return {metric.name: metric for metric in measure(record)}


def test_kept_and_dropped_shares_are_told_by_filter():
    found = measured([made(n, NEW, COPY, dropped=COPY) for n in range(30)])
    assert found["instructions_kept"].value == 0.5
    assert found["dropped_by_novelty"].value == 0.5
    assert found["dropped_by_length"].value == 0.0
    assert "dropped_by_refusal" not in found


def test_likeness_is_that_of_kept_instructions_alone():
    both = measured([made(n, NEW, COPY) for n in range(30)])["instruction_similarity"].value
    kept = measured([made(n, NEW, COPY, dropped=COPY) for n in range(30)])["instruction_similarity"].value
    assert kept is not None
    assert both is not None
    assert kept < 0.3 < both


def test_depth_is_that_of_the_deepest_instruction_that_stays():
    groups = [made(n, NEW, COPY, turns=(1, 2), dropped=COPY if n % 2 else "") for n in range(30)]
    assert measured(groups)["evolution_depth"].value == pytest.approx(1.5)


def test_a_recipe_without_generations_has_no_depth():
    assert "evolution_depth" not in measured([made(n, NEW) for n in range(30)])


def test_a_collapsed_pool_shows_in_every_figure_and_a_varied_one_in_none():
    varied = ["Name an owl", "Draw a tree", "Count every bridge", "Explain rain", "Sing of the sea"]
    collapsed = [f"Name a river of land{n}" for n in range(4)] + ["River of land1: name a"]
    good, bad = measured([], varied), measured([], collapsed)
    assert (good["pool_size"].value, bad["pool_size"].value) == (5, 5)
    assert (good["distinct_openings"].value, bad["distinct_openings"].value) == (1.0, 2 / 5)
    assert good["pool_near_copies"].value == 0
    assert bad["pool_near_copies"].value == 1 / 5


def test_instructions_that_hold_a_held_out_prompt_are_contaminated():
    groups = [made(n, NEW if n % 2 else COPY) for n in range(30)]
    assert measured(groups, held_out=[NEW])["contaminated_instructions"].value == 0.5
    assert measured(groups, held_out=["Explain how tides turn."])["contaminated_instructions"].value == 0.0


def test_every_figure_has_its_line():
    groups = [made(n, NEW, COPY, turns=(1, 2), dropped=COPY) for n in range(30)]
    assert measured(groups, HELD).keys() <= METRICS.keys()


def test_nothing_is_measured_before_the_first_round():
    record = Record(0, COMPOSITION, lambda part, iteration: ())
    assert list(measure(record)) == []
