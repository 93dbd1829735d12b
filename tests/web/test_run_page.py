"""A run's page: what it says in each state, and how it follows a run that goes."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from experiments.models import Iteration, Work, Worker
from tests.support.factories import (
    make_alarm,
    make_answer,
    make_iteration,
    make_metric,
    make_row,
    make_run,
    make_selection,
    make_user,
    recount,
)

pytestmark = pytest.mark.django_db


def show(client, run, **words) -> str:
    response = client.get(reverse("run-detail", args=[run.pk]), words)
    assert response.status_code == 200
    return response.content.decode()


def going(owner, **fields):
    """A run in its second round, in the middle of training."""
    run = make_run(owner, status="running", iterations=2, config={"iterations": 3}, **fields)
    Iteration.objects.create(
        run=run, index=2, status="running", kept=6, dropped={"tie": 4, "unscored": 1}, candidates=11
    )
    began = timezone.now() - timedelta(seconds=60)
    for stage, status, done, total in (
        ("propose", "done", 8, 8),
        ("signal", "done", 8, 8),
        ("select", "done", 8, 8),
    ):
        Work.objects.create(
            run=run, iteration=2, stage=stage, status=status, items_done=done, items_total=total
        )
    Work.objects.create(
        run=run,
        iteration=2,
        stage="learn",
        status="running",
        items_done=30,
        items_total=60,
        unit="steps",
        started_at=began,
        worker="cpu-1",
    )
    return run


def poll(client, url: str):
    return client.get(url.replace("&amp;", "&"))


def live_url(page: str) -> str:
    return re.search(r'id="live" hx-get="([^"]+)"', page)[1]


@pytest.mark.parametrize("name", ["run-detail", "metrics-csv"])
def test_strangers_sign_in_colleagues_read_and_unknown_runs_are_not_found(client, name):
    run = make_run(make_user())
    assert client.get(reverse(name, args=[run.pk])).status_code == 302
    client.force_login(make_user("reviewer"))
    assert client.get(reverse(name, args=[run.pk])).status_code == 200
    assert client.get(reverse(name, args=[run.pk + 1])).status_code == 404


def test_each_iteration_has_its_value_interval_change_and_counts(client, owner):
    run = make_run(owner, iterations=3)
    second = run.iterations.get(index=2)
    trace = second.trace_rows.filter(part="train").first()
    make_selection(trace, [0], "dropped", "tie & more")
    recount(second)
    page = show(client, run)
    assert "0 · before training" in page
    assert "0.60" in page
    assert "0.50–0.70" in page
    assert page.count("+0.20") == 2
    assert (
        reverse("trace-list", args=[run.pk])
        + "?iteration=2&amp;part=train&amp;fate=dropped&amp;reason=tie%20%26%20more"
        in page
    )
    assert run.artefacts.get(iteration=2).sha256[:8] in page


def test_not_measured_and_not_enough_are_said_and_are_not_zero(client, owner):
    run = make_run(owner, iterations=1, traces=False)
    make_iteration(run, 1, traces=False)
    run.metrics.filter(iteration=1, name="accuracy").update(value=None, low=None, high=None, n=4)
    page = show(client, run)
    assert page.count("not enough data (n = 4)") == 2
    assert "not measured yet" in page


def test_the_prompts_that_moved_most_stand_with_their_answers_before_and_after(client, owner):
    run = make_run(owner, iterations=1)
    first, second = run.iterations.get(index=0), make_iteration(run, 1, traces=False)
    row = make_row(run.dataset_version, "probe", "Say <b>rain</b>.")
    make_answer(first, row, "probe", text="It <i>rained</i>.", value=1.0)
    make_answer(second, row, "probe", text="No rain.", value=0.0)
    page = show(client, run)
    assert "Moved most, iteration 0 → 1" in page
    assert "It &lt;i&gt;rained&lt;/i&gt;." in page
    assert "<b>rain</b>" not in page
    assert "1.00 → 0.00" in page
    assert reverse("prompt-detail", args=[run.pk, row.pk]) in page


def test_before_training_the_model_is_not_compared_with_itself(client, owner):
    run = make_run(owner, status="running", iterations=1, traces=False)
    make_metric(run, 0, "control_gain", "gold", 0.0, low=0.0, high=0.0, n=77)
    page = show(client, run)
    assert "before training both are the same model" in page
    assert "n = 77" not in page
    make_metric(run, 1, "control_gain", "gold", 0.2, low=0.1, high=0.3, n=78)
    page = show(client, run)
    assert "before training both are the same model" not in page
    assert "n = 78, iteration 1" in page


def test_plots_say_that_there_is_not_enough_data_until_there_is(client, owner):
    run = make_run(owner, status="running", iterations=0, traces=False)
    page = show(client, run)
    assert page.count("Not enough data for this plot.") == 2
    assert re.findall(r'id="(\w+)-data" data-empty', page) == ["better", "guards"]
    make_iteration(run, 0, traces=False)
    run.note("measured")
    body = poll(client, live_url(page)).content.decode()
    assert 'id="better-data" hx-swap-oob="true"' in body
    assert "data-empty" not in body


def test_unreadable_verdicts_and_ties_are_counted(client, owner):
    run = make_run(owner, traces=False)
    make_metric(run, 1, "tie_rate", "train", 0.25, n=40)
    page = show(client, run)
    assert re.search(r"Unreadable verdicts.*10\s%.*ties on 25\s%", page, re.DOTALL)


def test_the_strip_shows_counts_and_the_time_left(client, owner):
    page = show(client, going(owner))
    assert "iteration 2 of 3 · train" in page
    assert "6 kept, 5 dropped" in page
    assert "step 30 of 60 · 1 min left" in page or "step 30 of 60 · 59 s left" in page
    assert "worker cpu-1" in page


def test_a_failed_run_says_whose_fault_and_what_to_do(client, owner):
    run = make_run(
        owner, status="failed", error_blame="infrastructure", error_message="The disk is full.", traces=False
    )
    page = show(client, run)
    assert "The disk is full." in page
    assert "Retry, and the run goes on where it stopped." in page
    assert reverse("run-retry", args=[run.pk]) in page


def test_a_paused_run_shows_the_gate_and_the_button_for_it(client, owner):
    run = make_run(owner, status="running", traces=False)
    run.transition(["running"], "paused", "length_drift: answers grew much longer.")
    page = show(client, run)
    assert "length_drift: answers grew much longer." in page
    assert reverse("run-approve", args=[run.pk]) in page
    client.force_login(make_user("reviewer"))
    assert reverse("run-approve", args=[run.pk]) not in show(client, run)


def test_simulated_runs_and_alarms_are_labelled(client, owner):
    run = make_run(owner, simulated=True, traces=False)
    make_alarm(run, message="Answers grew.")
    page = show(client, run)
    assert '<span class="simulated">' in page
    assert "Answers grew." in page


def test_settings_are_a_difference_from_the_recipes_defaults(client, owner):
    run = make_run(owner, recipe="rest-em", config={"iterations": 3, "prompts": 64}, traces=False)
    page = show(client, run)
    assert re.search(r"<code>prompts</code></th><td>64</td><td class=\"muted\">192", page)
    assert not re.search(r"<code>iterations</code></th>", page)


def test_a_run_of_a_recipe_that_is_gone_still_shows(client, owner):
    page = show(client, make_run(owner, recipe="long-gone", config={"knob": 1}))
    assert "this recipe is not installed" in page
    assert "<code>knob</code>" in page


def test_delete_is_offered_to_the_owner_and_to_admins(client, owner):
    run = make_run(owner, traces=False)
    assert reverse("run-delete", args=[run.pk]) in show(client, run)
    for role, offered in (("researcher", False), ("admin", True)):
        client.force_login(make_user(role))
        assert (reverse("run-delete", args=[run.pk]) in show(client, run)) == offered


def test_a_run_that_waits_says_that_no_worker_is_there(client, owner):
    run = make_run(owner, status="queued", iterations=0, traces=False)
    assert "No worker is there" in show(client, run)
    now = timezone.now()
    Worker.objects.create(name="cpu-1", pid=1, started_at=now, seen_at=now)
    assert "No worker is there" not in show(client, run)
    Worker.objects.update(seen_at=now - timedelta(minutes=5))
    assert "No worker is there" in show(client, run)


def test_a_poll_answers_nothing_until_something_changes_and_then_only_that(client, owner):
    run = going(owner)
    url = live_url(show(client, run))
    assert poll(client, url).status_code == 204
    Work.objects.filter(run=run, stage="learn").update(items_done=45)
    run.note("a step")
    response = poll(client, url)
    body = response.content.decode()
    assert response.status_code == 200
    assert "step 45 of 60" in body
    assert 'id="run-strip" hx-swap-oob="true"' in body
    assert 'id="run-iterations"' not in body
    assert 'id="better-data"' not in body
    assert poll(client, live_url(body)).status_code == 204


def test_a_poll_notices_that_the_worker_went_away(client, owner):
    run = make_run(owner, status="queued", iterations=0, traces=False)
    now = timezone.now()
    Worker.objects.create(name="cpu-1", pid=1, started_at=now, seen_at=now)
    url = live_url(show(client, run))
    assert poll(client, url).status_code == 204
    Worker.objects.all().delete()
    assert "No worker is there" in poll(client, url).content.decode()


def test_polling_stops_when_the_run_has_ended(client, owner):
    run = going(owner)
    url = live_url(show(client, run))
    run.transition(["running"], "succeeded", "every iteration is done")
    response = poll(client, url)
    body = response.content.decode()
    assert response.status_code == 286
    assert "succeeded" in body
    assert "hx-trigger" not in body
    assert 'id="live" hx-get' not in show(client, run)


def test_polls_need_no_sound_address_and_parts_are_allow_listed(client, owner):
    run = going(owner)
    url = reverse("run-detail", args=[run.pk])
    assert client.get(url, {"part": "live", "after": "x", "have": "%%.."}).status_code == 200
    assert client.get(url, {"part": "secrets"}).status_code == 404
    assert "length" in show(client, run, guard="<script>").lower()


def test_metrics_download_with_unscored_as_empty(client, owner):
    run = make_run(owner, iterations=1, traces=False)
    make_metric(run, 0, "operator_gain", "probe", None, n=3, n_unscored=2)
    response = client.get(reverse("metrics-csv", args=[run.pk]))
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    gain = next(row for row in rows if row["name"] == "operator_gain")
    assert (gain["value"], gain["n"], gain["n_unscored"]) == ("", "3", "2")
    assert len(rows) == run.metrics.count()


def test_the_page_reads_a_fixed_number_of_queries(client, owner, django_assert_max_num_queries):
    run = make_run(owner, status="running", iterations=9)
    with django_assert_max_num_queries(24):
        show(client, run)
    run.refresh_from_db()
    url = live_url(show(client, run))
    with django_assert_max_num_queries(8):
        assert poll(client, url).status_code == 204


def test_the_first_measurement_is_called_evaluate_and_not_propose(client, owner):
    run = make_run(owner, status="running", iterations=0)
    make_iteration(run, 0, traces=False)
    Work.objects.create(run=run, iteration=0, stage="evaluate", status="running", items_done=1, items_total=9)
    assert "· evaluate" in show(client, run)
