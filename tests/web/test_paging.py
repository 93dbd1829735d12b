"""Paging by key: walking the pages visits every row once, whatever the order, ties and missing values."""

import base64
import json
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from experiments.models import LanguageModel, Project, Run, Schedule
from experiments.paging import Page, decode, page_by_key
from experiments.services.run_list import with_gold
from tests.support.factories import make_dataset, make_metric, make_model, make_run, make_schedule

pytestmark = pytest.mark.django_db

SMALL = st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=9)


def walk(rows, order: str, size: int) -> list[Page]:
    """Every page from the first to the last."""
    pages = [page_by_key(rows, order, size=size)]
    while pages[-1].older:
        pages.append(page_by_key(rows, order, after=pages[-1].older, size=size))
        assert len(pages) < 50, "the pages never end"
    return pages


def add_models(values: list[int | None]) -> None:
    LanguageModel.objects.all().delete()
    project = Project.default()
    LanguageModel.objects.bulk_create(
        LanguageModel(project=project, name=f"model {index}", context_tokens=value)
        for index, value in enumerate(values)
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=SMALL, size=st.integers(1, 4), descending=st.booleans())
def test_walking_there_and_back_visits_every_row_once(values, size, descending):
    add_models(values)
    order = "-context_tokens" if descending else "context_tokens"
    pages = walk(LanguageModel.objects.all(), order, size)
    seen = [row.pk for page in pages for row in page.rows]
    assert sorted(seen) == sorted(LanguageModel.objects.values_list("pk", flat=True))
    present = [row.context_tokens for page in pages for row in page.rows if row.context_tokens is not None]
    assert present == sorted(present, reverse=descending)
    assert [row.context_tokens for page in pages for row in page.rows][len(present) :] == [None] * (
        len(values) - len(present)
    )
    for earlier, later in zip(reversed(pages[:-1]), reversed(pages[1:]), strict=True):
        back = page_by_key(LanguageModel.objects.all(), order, before=later.newer, size=size)
        assert [row.pk for row in back.rows] == [row.pk for row in earlier.rows]


def test_the_first_page_has_nothing_newer_and_the_last_nothing_older():
    add_models([1, 2, 3])
    pages = walk(LanguageModel.objects.all(), "-id", 2)
    assert (pages[0].newer, pages[-1].older) == ("", "")
    assert [len(page.rows) for page in pages] == [2, 1]


def test_a_row_added_at_the_front_does_not_shift_the_next_page():
    add_models([1, 2, 3, 4])
    first = page_by_key(LanguageModel.objects.all(), "-id", size=2)
    LanguageModel.objects.create(project=Project.default(), name="newcomer")
    second = page_by_key(LanguageModel.objects.all(), "-id", after=first.older, size=2)
    assert not {row.pk for row in first.rows} & {row.pk for row in second.rows}
    assert len(second.rows) == 2


def test_annotated_columns_of_other_tables_page_with_missing_values_last():
    version, model = make_dataset(), make_model()
    runs = [make_run(version=version, model=model, iterations=0, traces=False) for _ in range(5)]
    for run, value in zip(runs, (0.5, None, 0.25, 0.5, None), strict=True):
        if value is not None:
            make_metric(run, 0, "accuracy", "gold", value)
    pages = walk(with_gold(Run.objects.all()), "-gold_value", 2)
    values = [run.gold_value for page in pages for run in page.rows]
    assert values == [0.5, 0.5, 0.25, None, None]


def test_times_page_exactly_to_the_microsecond():
    now = timezone.now()
    for micro in (0, 1, 1, 2):
        make_schedule(next_at=now + timedelta(microseconds=micro))
    make_schedule(next_at=None)
    pages = walk(Schedule.objects.all(), "next_at", 1)
    assert len({row.pk for page in pages for row in page.rows}) == 5


@pytest.mark.parametrize(
    "key",
    [
        "x",
        "!!!",
        "a" * 5000,
        base64.urlsafe_b64encode(b"[1]").decode(),
        base64.urlsafe_b64encode(b"[[],1]").decode(),
    ]
    + [
        base64.urlsafe_b64encode(json.dumps(v).encode()).decode()
        for v in (["word", 1], [10**30, 1], [1, 10**30], ["\0", 1])
    ],
)
def test_a_key_that_is_none_shows_the_first_page(key):
    add_models([1, 2])
    assert len(page_by_key(LanguageModel.objects.all(), "context_tokens", after=key).rows) == 2


def test_a_key_names_its_row():
    add_models([7])
    page = page_by_key(LanguageModel.objects.all(), "context_tokens", before="", size=1)
    row = page.rows[0]
    add_models([7, 8])
    key = decode(page_by_key(LanguageModel.objects.all(), "context_tokens", size=1).older)
    assert key is not None
    assert (key.value, row.context_tokens) == (7, 7)
