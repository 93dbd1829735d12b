"""Home, notices and workers."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from experiments.models import Notice, Run, User, Work, Worker
from tests.support.factories import make_event, make_run, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> User:
    user = make_user("reviewer")
    client.force_login(user)
    return user


def make_work(run: Run, **fields: Any) -> Work:
    known = {
        "iteration": 2,
        "stage": "learn",
        "status": "running",
        "items_done": 31,
        "items_total": 52,
        "unit": "steps",
    }
    started = timezone.now() - timedelta(seconds=60)
    return Work.objects.create(run=run, **(known | {"started_at": started} | fields))


def make_worker(**fields: Any) -> Worker:
    now = timezone.now()
    return Worker.objects.create(**({"name": "cpu-1", "pid": 7, "started_at": now, "seen_at": now} | fields))


def test_a_stranger_is_led_to_sign_in(client: Client) -> None:
    for name in ("home", "notice-list", "worker-list"):
        assert client.get(reverse(name)).status_code == 302


def test_a_fresh_installation_says_what_is_empty(client: Client, reader: User) -> None:
    page = client.get(reverse("home")).content.decode()
    assert "Nothing runs." in page
    assert "Nothing waits for you." in page
    assert "Nothing changed" in page


def test_a_run_shows_its_stage_and_the_time_left(client: Client, reader: User) -> None:
    make_work(make_run(status="running", traces=False, name="Night run"))
    make_worker()
    page = client.get(reverse("home")).content.decode()
    assert "Night run" in page
    assert "iteration 2" in page
    assert "step 31 of 52" in page
    assert re.search(r">4\d s<", page)
    assert "no worker is there" not in page


def test_a_poll_says_nothing_until_a_run_moves(client: Client, reader: User) -> None:
    run = make_run(status="running", traces=False)
    cursor = client.get(reverse("home")).context["cursor"]
    poll = {"part": "live", "after": cursor}
    assert client.get(reverse("home"), poll).status_code == 204
    run.note("something happened")
    moved = client.get(reverse("home"), poll)
    assert moved.status_code == 200
    assert "<html" not in moved.content.decode()
    assert cursor not in moved.content.decode()


def test_runs_that_wait_without_a_worker_say_so(client: Client, reader: User) -> None:
    make_work(make_run(status="queued", traces=False), status="waiting")
    make_worker(seen_at=timezone.now() - timedelta(minutes=5))
    for name in ("home", "worker-list"):
        assert "no worker is there" in client.get(reverse(name)).content.decode()


def test_what_needs_the_reader_comes_with_its_reason(client: Client, reader: User) -> None:
    make_run(status="failed", traces=False, name="Broken", error_message="The disk is <full>.")
    paused = make_run(status="paused", traces=False, name="Gated")
    make_event(paused, "running", "paused", "length alarm: answers doubled")
    page = client.get(reverse("home")).content.decode()
    assert "The disk is &lt;full&gt;." in page
    assert "length alarm: answers doubled" in page


def test_verdicts_wait_for_those_who_have_not_answered(client: Client, reader: User) -> None:
    run = make_run(name="Judged")
    page = client.get(reverse("home")).content.decode()
    assert f"{reverse('review-list')}?run={run.pk}" in page


def test_changes_are_those_since_the_reader_marked_them_as_seen(client: Client, reader: User) -> None:
    run = make_run(status="succeeded", traces=False)
    page = client.get(reverse("home"))
    assert "became succeeded" in page.content.decode()
    client.post(reverse("home-seen"), {"until": page.context["now"]})
    assert "became succeeded" not in client.get(reverse("home")).content.decode()
    make_event(run, "succeeded", "queued", "retried later")
    assert "retried later" in client.get(reverse("home")).content.decode()


@pytest.mark.parametrize("until", ["", "soon", "2020-13-45T99:99", "2999-01-01T00:00:00"])
def test_a_strange_time_never_hides_what_is_to_come(client: Client, reader: User, until: str) -> None:
    client.post(reverse("home-seen"), {"until": until})
    reader.refresh_from_db()
    assert reader.looked_at is None or reader.looked_at <= timezone.now()


def test_home_takes_the_same_queries_for_many_runs(
    client: Client, reader: User, django_assert_max_num_queries: Any
) -> None:
    for status in ("running", "queued", "failed", "paused", "succeeded") * 3:
        make_work(make_run(status=status, traces=False))
    with django_assert_max_num_queries(20):
        client.get(reverse("home"))


def test_notices_are_the_readers_own_and_can_be_marked_as_read(client: Client, reader: User) -> None:
    run = make_run(traces=False)
    mine = Notice.objects.create(user=reader, run=run, text="Yours succeeded.")
    other = Notice.objects.create(user=make_user(), text="Not yours.")
    page = client.get(reverse("notice-list")).content.decode()
    assert "Yours succeeded." in page
    assert "Not yours." not in page
    client.post(reverse("notices-read"), {"newest": str(other.pk)})
    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.read_at is not None
    assert other.read_at is None
    assert "Yours" not in client.get(reverse("notice-list"), {"unread": "yes"}).content.decode()


def test_the_menu_counts_live_runs_and_unread_notices(client: Client, reader: User) -> None:
    make_run(status="running", traces=False)
    Notice.objects.create(user=reader, text="Look.")
    page = client.get(reverse("team")).content.decode()
    assert '<span class="menu-count">1 live</span>' in page
    assert '<span class="menu-count">1</span>' in page


def test_workers_show_what_they_hold_and_what_waits(client: Client, reader: User) -> None:
    work = make_work(make_run(status="running", traces=False, name="Held"), lease_until=timezone.now())
    make_work(make_run(status="queued", traces=False, name="Waits"), status="waiting", stage="propose")
    make_worker(name="gpu-3", work=work, device="cuda")
    make_worker(name="old", seen_at=timezone.now() - timedelta(hours=2))
    page = client.get(reverse("worker-list")).content.decode()
    for text in ("gpu-3", "cuda", "Held", "Waits", "there", "gone", "31 of 52"):
        assert text in page
