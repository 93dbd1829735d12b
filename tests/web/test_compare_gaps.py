"""Differences of lines on gold: prompt by prompt, over seeds, and without prompts."""

import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from experiments import models as m
from experiments.services.compare import compare, find_axis
from experiments.services.compare.gaps import Gaps, Place
from tests.support.cost_factories import make_spender
from tests.support.factories import make_dataset, make_model

pytestmark = pytest.mark.django_db
PROMPTS = 100
ITERATIONS = find_axis("iterations")
Start = Callable[..., m.Run]


@pytest.fixture
def start() -> Start:
    """Makes a run whose last round scored the gold prompts so; its own interval is wide."""
    shared = {"version": make_dataset("sums", gold=PROMPTS), "model": make_model("base")}
    rows = list(shared["version"].rows.filter(split="gold"))  # type: ignore[attr-defined]

    def started(verdicts: Sequence[float | None], **fields: Any) -> m.Run:
        known = [value for value in verdicts if value is not None]
        run = make_spender([0.2, sum(known) / len(known)], half=0.1, **shared, **fields)
        last = run.iterations.get(index=1)
        m.Trace.objects.bulk_create(
            m.Trace(iteration=last, part="gold", position=at, row=row, title="", value=value)
            for at, (row, value) in enumerate(zip(rows, verdicts, strict=True))
        )
        return run

    return started


def right(count: int) -> list[float]:
    return [1.0] * count + [0.0] * (PROMPTS - count)


def gap(*runs: m.Run) -> Any:
    return compare(runs, ITERATIONS).equal.standings[-1].against


def test_a_small_gain_on_the_same_prompts_is_told_from_chance(start: Start) -> None:
    base, better = start(right(50), recipe="rest-em"), start(right(58), recipe="self-consistency")
    found = gap(base, better)
    half = 1.98422 * (0.08 * 0.92 / 99) ** 0.5
    assert (found.value, found.low, found.high, found.n) == pytest.approx(
        (0.08, 0.08 - half, 0.08 + half, 100), rel=1e-4
    )
    assert found.low > 0
    said = compare([base, better], ITERATIONS).sentence
    assert "It is ahead of every other line by more than chance explains." in said


def test_the_same_gain_on_other_prompts_is_not(start: Start) -> None:
    shuffled = right(58)
    random.Random(0).shuffle(shuffled)
    found = gap(start(right(50), recipe="rest-em"), start(shuffled, recipe="self-consistency"))
    assert found.value == pytest.approx(0.08)
    assert found.low < 0 < found.high


def test_prompts_that_one_side_did_not_score_are_left_out_of_both(start: Start) -> None:
    partly: list[float | None] = [None] * 30 + right(58)[30:]  # type: ignore[list-item]
    found = gap(start(right(50), recipe="rest-em"), start(partly, recipe="self-consistency"))
    assert (found.value, found.n) == (pytest.approx(8 / 70), 70)


def test_seeds_that_differ_among_themselves_widen_the_interval(start: Start) -> None:
    def line(recipe: str, counts: Sequence[int]) -> list[m.Run]:
        return [start(right(count), recipe=recipe, seed=seed) for seed, count in enumerate(counts)]

    calm = gap(*line("rest-em", (50, 50, 50)), *line("self-consistency", (58, 58, 58)))
    wild = gap(*line("rag", (40, 50, 60)), *line("self-refine", (48, 58, 68)))
    assert calm.value == pytest.approx(wild.value) == pytest.approx(0.08)
    assert calm.low > 0
    assert wild.low < -0.2


def test_without_prompts_the_two_intervals_are_taken_for_independent(start: Start) -> None:
    base, better = start(right(50), recipe="rest-em"), start(right(58), recipe="self-consistency")
    m.Trace.objects.filter(iteration__run=base).delete()
    found = gap(base, better)
    assert (found.low, found.high) == pytest.approx((0.08 - 0.1 * 2**0.5, 0.08 + 0.1 * 2**0.5))


def test_verdicts_are_read_in_two_queries_however_many_lines_there_are(start: Start) -> None:
    runs = [start(right(50 + n), recipe="rest-em", config={"samples": 2 + n}) for n in range(6)]
    lines = compare(runs, ITERATIONS).lines
    with CaptureQueriesContext(connection) as seen:
        gaps = Gaps(Place(line, line.last) for line in lines)
        found = gaps.between(Place(lines[-1], lines[-1].last), Place(lines[0], lines[0].last))
    assert len(seen) == 2
    assert found.value == pytest.approx(0.05)
