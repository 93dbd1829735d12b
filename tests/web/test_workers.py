"""Rows of workers: which ones the page shows, and when one is forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from experiments.models import Work, Worker
from experiments.services import workers
from tests.support.factories import make_run, make_user

pytestmark = pytest.mark.django_db


def make_worker(name: str, hours: float = 0, **fields: Any) -> Worker:
    """A worker that was last heard of so many hours ago."""
    seen = timezone.now() - timedelta(hours=hours)
    return Worker.objects.create(name=name, pid=7, started_at=seen, seen_at=seen, **fields)


def running_work(holder: str) -> Work:
    run = make_run(status="running", traces=False, name="Night run")
    return Work.objects.create(run=run, iteration=1, stage="learn", status="running", worker=holder)


def names() -> set[str]:
    return set(Worker.objects.values_list("name", flat=True))


def test_workers_that_said_nothing_for_a_day_are_forgotten() -> None:
    make_worker("here")
    make_worker("yesterday evening", hours=23)
    make_worker("long gone", hours=25)
    assert workers.forget_quiet() == 1
    assert names() == {"here", "yesterday evening"}


def test_a_quiet_worker_that_holds_work_is_kept_until_the_work_is_done() -> None:
    work = running_work("holder")
    make_worker("holder", hours=25, work=work)
    make_worker("lost it to the holder", hours=25, work=work)
    assert workers.forget_quiet() == 1
    assert names() == {"holder"}
    Work.objects.filter(pk=work.pk).update(status="done")
    assert workers.forget_quiet() == 1


def test_the_page_shows_a_days_workers_and_says_what_their_silence_means(client: Client) -> None:
    client.force_login(make_user("reviewer"))
    make_worker("gpu-1")
    make_worker("gpu-2", hours=2)
    make_worker("gpu-3", hours=25)
    page = client.get(reverse("worker-list")).content.decode()
    assert "gpu-1" in page
    assert "gpu-2" in page
    assert "gpu-3" not in page
    assert page.count(">gone<") == 1
    assert "after a day it leaves this list" in page


def test_work_stands_beside_the_worker_that_holds_it_and_not_beside_one_that_lost_it(client: Client) -> None:
    client.force_login(make_user("reviewer"))
    work = running_work("holder")
    make_worker("lost it", hours=1, work=work)
    make_worker("holder", work=work)
    page = client.get(reverse("worker-list")).content.decode()
    rows = page[page.index('aria-label="Workers"') : page.index("</table>")].split("<tr>")
    assert [("Night run" in row) for row in rows[1:] if "<td>" in row] == [True, False]
