"""The list of runs and what is done to them."""

import csv
import io

import pytest
from django.urls import reverse

from experiments.models import ArtefactUse, LatestMetric, Project, Run, RunStatus
from tests.support.factories import make_dataset, make_model, make_run, make_user
from tests.support.reading import reading_of

pytestmark = pytest.mark.django_db
URL = "/runs/"
VERBS = ("cancel", "retry", "approve", "archive", "delete")


def names(client, **words) -> list[str]:
    return [run.name for run in client.get(URL, words).context["runs"]]


def test_a_stranger_is_led_to_the_sign_in_page(client):
    assert client.get(URL).status_code == 302
    assert client.get("/runs/runs.csv").status_code == 302


def test_the_empty_list_says_what_it_is_for_and_who_may_fill_it(client, owner):
    assert "/runs/new/" in client.get(URL).content.decode()
    client.force_login(make_user("reviewer"))
    page = client.get(URL).content.decode()
    assert "a researcher can" in page
    assert "/runs/new/" not in page


def test_filters_text_and_archive_narrow_the_list(client, owner):
    version = make_dataset("sums")
    make_run(owner, name="Mine", version=version, recipe="rest-em", status="failed", traces=False)
    make_run(name="Theirs", sweep="big sweep", traces=False)
    make_run(name="Old", traces=False, archived_at="2026-01-01T00:00Z")
    assert names(client) == ["Theirs", "Mine"]
    assert names(client, status="failed") == ["Mine"]
    assert names(client, recipe="rest-em") == ["Mine"]
    assert names(client, dataset="sums") == ["Mine"]
    assert names(client, mine="yes") == ["Mine"]
    assert names(client, q="SWEEP") == ["Theirs"]
    assert names(client, archived="yes") == ["Old"]
    assert names(client, archived="all") == ["Old", "Theirs", "Mine"]
    assert names(client, status="nonsense", created_by__email="x") == ["Theirs", "Mine"]
    assert "No run matches" in client.get(URL, {"status": "paused"}).content.decode()


def test_gold_sorts_with_unmeasured_runs_last_and_shows_the_change(client, owner):
    make_run(name="Two rounds", iterations=2, traces=False)
    make_run(name="None", iterations=0, traces=False)
    make_run(name="Three rounds", iterations=3, traces=False)
    assert names(client, sort="-gold") == ["Three rounds", "Two rounds", "None"]
    assert names(client, sort="gold") == ["Two rounds", "Three rounds", "None"]
    assert names(client, sort="name") == ["None", "Three rounds", "Two rounds"]
    page = client.get(URL).content.decode()
    assert "+0.40" in page
    assert "not measured" in page


def test_pages_follow_each_other_by_key(client, owner):
    version, model = make_dataset(), make_model()
    for index in range(55):
        make_run(name=f"Run {index}", version=version, model=model, iterations=0, traces=False)
    first = client.get(URL)
    older = first.context["pager"]["older_url"]
    assert len(first.context["runs"]) == 50
    rest = client.get(URL + older)
    assert [run.name for run in rest.context["runs"]] == [f"Run {index}" for index in range(4, -1, -1)]
    assert rest.context["pager"]["older_url"] == ""


def test_the_file_holds_the_rows_that_the_list_shows(client, owner):
    make_run(name="=1+1", recipe="rest-em", traces=False)
    make_run(name="Other", recipe="self-rewarding", iterations=0, traces=False)
    text = b"".join(client.get("/runs/runs.csv", {"recipe": "rest-em"}).streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["name"], row["gold_accuracy"]) for row in rows] == [("'=1+1", "0.4")]
    text = b"".join(client.get("/runs/runs.csv", {"q": "Other"}).streaming_content).decode()
    assert next(csv.DictReader(io.StringIO(text)))["gold_accuracy"] == ""


def test_the_list_reads_a_fixed_number_of_queries(client, owner, django_assert_max_num_queries):
    for _ in range(12):
        make_run(make_user(), traces=False)
    with django_assert_max_num_queries(10):
        client.get(URL)


def fill(owner, version, count: int) -> None:
    """More runs, each with its newest metrics, as a year of use leaves them."""
    first = Run.objects.count()
    fields = {"recipe": "rest-em", "status": "succeeded", "dataset_version": version, "created_by": owner}
    rows = [
        Run(project=Project.default(), name=f"Run {n * 7919 % 1000}", dataset_sha256=version.sha256, **fields)
        for n in range(first, first + count)
    ]
    LatestMetric.objects.bulk_create(
        LatestMetric(run=run, name="accuracy", split=split, iteration=1, value=run.pk * 7919 % 1000 / 1000)
        for run in Run.objects.bulk_create(rows)
        for split in ("gold", "probe")
    )


@pytest.mark.parametrize(
    "words", ["", "sort=gold", "sort=-gold", "sort=name", "sort=-name", "status=succeeded"]
)
def test_a_page_of_the_list_reads_no_more_when_there_are_many_runs(client, owner, words):
    version = make_dataset()
    fill(owner, version, 60)
    client.get(f"{URL}?{words}")
    few = reading_of(lambda: client.get(f"{URL}?{words}"))
    fill(owner, version, 540)
    many = reading_of(lambda: client.get(f"{URL}?{words}"))
    assert 0 < many < 1.3 * few


def test_picked_runs_are_cancelled_and_ended_ones_are_named(client, owner):
    going, over = make_run(status="queued", traces=False), make_run(name="Over", traces=False)
    response = client.post("/runs/cancel/", {"pick": [going.pk, over.pk, "x"]}, follow=True)
    going.refresh_from_db()
    assert going.status == RunStatus.CANCELLED
    assert f"Run {over.pk} has succeeded already" in response.content.decode()
    assert "No run was picked" in client.post("/runs/cancel/", follow=True).content.decode()


@pytest.mark.parametrize("verb", VERBS)
def test_verbs_are_for_researchers_and_for_posts_alone(client, verb):
    run = make_run(traces=False)
    url = reverse(f"run-{verb}", args=[run.pk])
    assert client.post(url)["Location"].startswith("/sign-in/")
    client.force_login(make_user("reviewer"))
    assert client.post(url).status_code == 403
    client.force_login(make_user("researcher"))
    assert client.get(url).status_code == 405
    assert client.post(reverse(f"run-{verb}", args=[run.pk + 1])).status_code == 404
    assert Run.objects.get(pk=run.pk).status == RunStatus.SUCCEEDED


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [("cancel", "queued", "cancelled"), ("retry", "failed", "queued"), ("approve", "paused", "queued")],
)
def test_a_colleague_may_steer_a_run_and_the_event_says_who(client, verb, before, after):
    run = make_run(make_user("researcher"), status=before, traces=False)
    colleague = make_user("researcher")
    client.force_login(colleague)
    assert client.post(reverse(f"run-{verb}", args=[run.pk]))["Location"] == reverse(
        "run-detail", args=[run.pk]
    )
    run.refresh_from_db()
    assert run.status == after
    assert run.events.filter(by=colleague).exists()


@pytest.mark.parametrize("verb", ["cancel", "retry", "approve"])
def test_a_verb_that_does_not_fit_is_refused_in_words(client, owner, verb):
    run = make_run(traces=False)
    page = client.post(reverse(f"run-{verb}", args=[run.pk]), follow=True).content.decode()
    assert f"Run {run.pk} " in page
    assert Run.objects.get(pk=run.pk).status == RunStatus.SUCCEEDED


def test_archiving_can_be_undone(client, owner):
    run = make_run(traces=False)
    client.post(reverse("run-archive", args=[run.pk]))
    assert names(client) == []
    client.post(reverse("run-archive", args=[run.pk]))
    assert names(client) == [run.name]


def test_an_owner_deletes_a_colleague_may_not_and_an_admin_may(client):
    owner = make_user("researcher")
    first, second = make_run(owner), make_run(owner)
    client.force_login(make_user("researcher"))
    assert client.post(reverse("run-delete", args=[first.pk])).status_code == 403
    client.force_login(owner)
    assert client.post(reverse("run-delete", args=[first.pk]))["Location"] == URL
    client.force_login(make_user("admin"))
    client.post(reverse("run-delete", args=[second.pk]))
    assert not Run.objects.exists()


def test_a_run_that_others_need_or_that_still_goes_is_not_deleted(client, owner):
    made, user = make_run(owner), make_run(owner)
    ArtefactUse.objects.create(run=user, name="checkpoint", artefact=made.artefacts.get())
    going = make_run(owner, status="running", traces=False)
    for run, words in ((made, f"run {user.pk}"), (going, "cancel it before")):
        assert words in client.post(reverse("run-delete", args=[run.pk]), follow=True).content.decode()
    assert Run.objects.count() == 3
