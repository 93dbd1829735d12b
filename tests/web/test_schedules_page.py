"""What will run, and steering it from the page."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from experiments.models import Run, Schedule, ScheduleFire
from experiments.services.schedule_list import words
from tests.support.factories import make_dataset, make_model, make_run, make_schedule, make_user

pytestmark = pytest.mark.django_db
URL = "/schedules/"
VERBS = ("pause", "resume", "run-now", "cancel")


@pytest.fixture
def launchable(owner):
    make_model("tiny")
    make_dataset("sums")
    return make_schedule(owner, launch={"recipe": "rest-em", "model": "tiny", "dataset": "sums"})


def post(client, verb: str, schedule: Schedule):
    return client.post(reverse(f"schedule-{verb}", args=[schedule.pk]), follow=True)


def test_strangers_sign_in_and_reviewers_read_but_do_not_steer(client):
    schedule = make_schedule()
    assert client.get(URL).status_code == 302
    client.force_login(make_user("reviewer"))
    page = client.get(URL).content.decode()
    assert schedule.name in page
    assert "Run now" not in page
    for verb in VERBS:
        assert client.post(reverse(f"schedule-{verb}", args=[schedule.pk])).status_code == 403
        assert client.get(reverse(f"schedule-{verb}", args=[schedule.pk])).status_code == 403


def test_the_list_shows_the_next_launch_first_and_in_its_own_zone(client, owner):
    due = timezone.now().replace(hour=20, minute=15) + timedelta(days=40)
    make_schedule(owner, name="Far", next_at=due, timezone="Asia/Tokyo", kind="cron", cron="15 5 * * *")
    make_schedule(owner, name="Near", next_at=timezone.now() + timedelta(hours=1))
    make_schedule(
        owner, name="Follower", next_at=None, kind="after", after=make_run(name="First", traces=False)
    )
    response = client.get(URL)
    assert [row.schedule.name for row in response.context["rows"]] == ["Near", "Far", "Follower"]
    page = response.content.decode()
    assert f"{due + timedelta(days=1):%Y-%m-%d} 05:15" in page
    assert "when that run ends" in page


def test_the_last_tick_shows_its_run_or_why_it_was_skipped(client, owner):
    run = make_run(traces=False)
    now = timezone.now()
    launched, skipped = make_schedule(), make_schedule()
    ScheduleFire.objects.create(schedule=launched, due_at=now - timedelta(hours=2), skipped="an older reason")
    ScheduleFire.objects.create(schedule=launched, due_at=now - timedelta(hours=1), run=run)
    ScheduleFire.objects.create(schedule=skipped, due_at=now, skipped="run 7 is still running")
    page = client.get(URL).content.decode()
    assert reverse("run-detail", args=[run.pk]) in page
    assert "run 7 is still running" in page
    assert "an older reason" not in page


def test_ended_schedules_are_behind_their_chip(client, owner):
    make_schedule(name="Over", ended_at=timezone.now(), ended_why="fired", next_at=None)
    assert "Plan a run" in client.get(URL).content.decode()
    assert [row.schedule.name for row in client.get(URL, {"state": "ended"}).context["rows"]] == ["Over"]


def test_a_schedule_is_paused_resumed_and_cancelled(client, owner, launchable):
    post(client, "pause", launchable)
    assert Schedule.objects.get().paused
    post(client, "resume", launchable)
    assert not Schedule.objects.get().paused
    post(client, "cancel", launchable)
    assert Schedule.objects.get().ended_at
    assert "has ended already" in post(client, "pause", launchable).content.decode()


def test_run_now_launches_once_and_leaves_the_ticks_alone(client, owner, launchable):
    response = client.post(reverse("schedule-run-now", args=[launchable.pk]))
    run = Run.objects.get()
    assert response["Location"] == reverse("run-detail", args=[run.pk])
    assert (run.schedule, run.created_by) == (launchable, owner)
    assert Schedule.objects.get().next_at == launchable.next_at


def test_run_now_of_what_cannot_start_says_why(client, owner):
    assert "There is no model" in post(client, "run-now", make_schedule(owner)).content.decode()
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"every_seconds": 6 * 3600}, "every 6 hours"),
        ({"every_seconds": 3600}, "every hour"),
        ({"every_seconds": 86400}, "every day"),
        ({"every_seconds": 5400}, "every 90 minutes"),
        ({"kind": "cron", "cron": "0 3 * * *", "timezone": "Europe/Berlin"}, "by 0 3 * * * (Europe/Berlin)"),
        ({"kind": "once"}, "once"),
    ],
)
def test_timings_read_as_words(fields, said):
    assert words(make_schedule(**fields)) == said


def test_the_file_holds_the_rows_that_the_list_shows(client, owner):
    schedule = make_schedule(owner, name="Nightly")
    ScheduleFire.objects.create(schedule=schedule, due_at=timezone.now(), skipped="run 7 is still running")
    make_schedule(name="Theirs")
    text = b"".join(client.get("/schedules/schedules.csv", {"mine": "yes"}).streaming_content).decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["name"], row["when"], row["state"]) == ("Nightly", "every 6 hours", "waiting")
    assert (row["last_run"], row["last_skipped"]) == ("", "run 7 is still running")


def test_the_list_reads_a_fixed_number_of_queries(client, owner, django_assert_max_num_queries):
    for _ in range(12):
        schedule = make_schedule(make_user())
        ScheduleFire.objects.create(
            schedule=schedule, due_at=timezone.now(), run=make_run(traces=False, iterations=0)
        )
    with django_assert_max_num_queries(9):
        client.get(URL)
