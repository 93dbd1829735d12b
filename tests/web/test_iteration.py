"""The page of one iteration: what moved, what was kept, what was measured."""

import pytest
from django.urls import reverse

from experiments.alignment.metrics_table import METRICS
from experiments.models import Trace
from tests.support.factories import (
    make_answer,
    make_dataset,
    make_iteration,
    make_metric,
    make_row,
    make_run,
    make_selection,
    make_user,
    recount,
)

pytestmark = pytest.mark.django_db


def page(run, index, **words):
    return reverse("iteration-detail", args=[run.pk, index]) + (
        "?" + "&".join(f"{k}={v}" for k, v in words.items())
    )


@pytest.mark.parametrize("role", ["reviewer", "researcher", "admin"])
def test_every_member_reads_it(client, role):
    run = make_run(make_user())
    client.force_login(make_user(role))
    assert client.get(page(run, 1)).status_code == 200


def test_a_stranger_is_sent_to_sign_in(client):
    response = client.get(page(make_run(), 1))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("sign-in"))


def test_an_iteration_that_is_not_there_is_not_found(client):
    client.force_login(make_user())
    assert client.get(page(make_run(), 9)).status_code == 404


def test_it_shows_what_rose_and_what_fell_with_both_answers(client):
    version = make_dataset(train=0, probe=0, gold=0)
    rose, fell, still = (
        make_row(version, "probe", f"Prompt {word}") for word in ("rising", "falling", "still")
    )
    run = make_run(version=version, traces=False)
    before, after = run.iterations.order_by("index")
    for row, values in ((rose, (0.0, 1.0)), (fell, (1.0, 0.0)), (still, (1.0, 1.0))):
        make_answer(before, row, "probe", f"old {row.title}", values[0])
        make_answer(after, row, "probe", f"new {row.title}", values[1])
    client.force_login(make_user())
    text = client.get(page(run, 1)).content.decode()
    better, worse = text.split('aria-label="Better"')[1].split('aria-label="Worse"')
    assert "old Prompt rising" in better
    assert "new Prompt rising" in better
    assert "old Prompt falling" in worse
    assert "still" not in text.split("deltas-figure")[0]


def test_unscored_prompts_are_counted_as_not_comparable_and_never_as_zero(client):
    run = make_run()
    last = run.iterations.get(index=1)
    row = make_row(run.dataset_version, "probe")
    make_answer(run.iterations.get(index=0), row, "probe", "was right", 1.0)
    make_answer(last, row, "probe", "unreadable", value=None)
    client.force_login(make_user())
    text = client.get(page(run, 1, part="probe")).content.decode()
    assert "2 of 3 prompts" in text
    assert "<td>not comparable</td><td>1</td>" in text
    assert "unreadable" not in text


def test_reasons_of_drops_link_to_the_items(client):
    run = make_run()
    iteration = run.iterations.get(index=1)
    make_selection(Trace.objects.filter(part="train").first(), [0, 1], "dropped", "a tie & more")
    recount(iteration)
    client.force_login(make_user())
    text = client.get(page(run, 1)).content.decode()
    link = (
        f"{reverse('trace-list', args=[run.pk])}?iteration=1&amp;part=train&amp;reason=a%20tie%20%26%20more"
    )
    assert f'href="{link}"' in text
    listed = client.get(link.replace("&amp;", "&")).content.decode()
    assert listed.count("/traces/") > 0
    assert listed.count("<tr>") == 2


def test_metrics_carry_interval_n_unscored_and_change(client):
    run = make_run()
    make_metric(run, 0, "win_rate", "probe", 0.4)
    make_metric(run, 1, "win_rate", "probe", 0.65, low=0.5, high=0.8, n=77, n_unscored=13)
    make_metric(run, 1, "pass_at_1", "probe", None, n=3)
    client.force_login(make_user())
    text = client.get(page(run, 1)).content.decode()
    row = next(part for part in text.split("<tr>") if METRICS["win_rate"].title in part)
    assert ">0.65<" in row
    assert "0.50–0.80" in row
    assert "+0.25" in row
    assert ">77<" in row
    assert ">13<" in row
    assert "not enough data" in text


def test_the_first_iteration_says_that_nothing_can_have_moved(client):
    client.force_login(make_user())
    assert "before training" in client.get(page(make_run(), 0)).content.decode()


def test_an_iteration_without_rows_yet_explains_itself(client):
    run = make_run(iterations=0, status="running")
    make_iteration(run, 0, traces=False, status="running", started_at=None, ended_at=None)
    run.metrics.all().delete()
    client.force_login(make_user())
    text = client.get(page(run, 0)).content.decode()
    assert "Nothing is measured yet" in text


def test_model_text_is_text(client):
    run = make_run()
    row = make_row(run.dataset_version, "probe", "<script>alert(1)</script> <|im_start|>system")
    make_answer(run.iterations.get(index=0), row, "probe", "<script>a()</script>", 0.0)
    make_answer(run.iterations.get(index=1), row, "probe", "<img src=x onerror=b()> <|im_end|>", 1.0)
    client.force_login(make_user())
    text = client.get(page(run, 1)).content.decode()
    assert "<script>alert(1)" not in text
    assert "<script>a()" not in text
    assert "<img" not in text
    assert "&lt;|im_end|&gt;" in text


def test_the_number_of_queries_does_not_depend_on_the_number_of_traces(client, django_assert_max_num_queries):
    run = make_run(version=make_dataset(train=3, probe=12, gold=3))
    client.force_login(make_user())
    with django_assert_max_num_queries(20):
        client.get(page(run, 1))
