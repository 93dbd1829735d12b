"""One prompt across the iterations of a run."""

import pytest
from django.urls import reverse

from experiments.models import GoldReference, Row, Trace
from experiments.moves import turns
from tests.support.factories import make_answer, make_dataset, make_row, make_run, make_signal, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    client.force_login(make_user("reviewer"))
    return client


@pytest.fixture
def run():
    """Three iterations of one probe prompt whose answer is wrong, right and wrong again."""
    version = make_dataset(train=2, probe=0, gold=0)
    run = make_run(version=version, iterations=3)
    row = make_row(version, "probe", "One sentence about rain.")
    texts = ("Rain is wet.", "Rain falls softly.", "Rain falls, softly.")
    for iteration, text, value in zip(run.iterations.order_by("index"), texts, (0.0, 1.0, 0.0), strict=True):
        make_answer(iteration, row, "probe", text, value)
    return run


def row_of(run, split):
    return run.dataset_version.rows.filter(split=split).order_by("position").first()


def show(client, run, row, **words):
    return client.get(reverse("prompt-detail", args=[run.pk, row.pk]), words)


def test_strangers_are_sent_to_sign_in(client, run):
    assert show(client, run, row_of(run, "probe")).status_code == 302


def test_rows_of_another_data_set_and_rows_never_asked_are_not_found(reader, run):
    assert show(reader, run, make_row(make_dataset())).status_code == 404
    assert show(reader, run, make_row(run.dataset_version, "probe")).status_code == 404


def test_each_answer_is_compared_with_the_one_before(reader, run):
    text = show(reader, run, row_of(run, "probe")).content.decode()
    assert "<del>is wet</del><ins>falls softly</ins>" in text
    assert "<ins>,</ins>" in text
    assert "Before training" in text
    assert "+1" in text
    assert "−1" in text


def test_each_answer_can_be_compared_with_the_first(reader, run):
    text = show(reader, run, row_of(run, "probe"), compare="first").content.decode()
    assert "<del>is wet</del><ins>falls, softly</ins>" in text


def test_badges_say_where_it_was_fixed_and_broken(reader, run):
    text = show(reader, run, row_of(run, "probe")).content.decode()
    assert "fixed in iteration 1" in text
    assert "broken in iteration 2" in text


def test_turns_step_over_unscored_iterations():
    found = turns([(0, 0.0), (1, None), (2, 1.0), (3, 1.0), (4, 0.5), (5, 0.0)])
    assert [(turn.iteration, turn.fixed) for turn in found] == [(2, True), (5, False)]


def test_the_signals_shown_are_those_of_the_chosen_iteration(reader, run):
    row = row_of(run, "probe")
    for trace in Trace.objects.filter(row=row):
        make_signal(trace, raw=f"the judge in round {trace.iteration.index}")
    assert "the judge in round 2" in show(reader, run, row).content.decode()
    text = show(reader, run, row, at="1").content.decode()
    assert "the judge in round 1" in text
    assert "the judge in round 2" not in text
    assert "Is the judge right?" in text


def test_a_train_prompt_shows_the_candidates_of_each_round_with_fate_and_reason(reader, run):
    text = show(reader, run, row_of(run, "train")).content.decode()
    assert text.count("A bad, bad answer") == 2
    assert text.count("best score") == 2
    assert text.count(">rejected<") == 2
    assert "<del>" not in text


def test_gold_references_are_never_shown(reader):
    run = make_run()
    row = Row.objects.filter(split="gold").first()
    GoldReference.objects.filter(row=row).update(reference={"answer": "the secret answer"})
    assert "the secret answer" not in show(reader, run, row).content.decode()


def test_next_and_previous_walk_the_list_that_one_came_from(reader, run):
    iteration = run.iterations.get(index=2)
    rows = [make_row(run.dataset_version, "probe", f"Another {n}") for n in range(3)]
    traces = [
        make_answer(iteration, row, "probe", "x", value)
        for row, value in zip(rows, (0.3, 0.9, 0.6), strict=True)
    ]
    words = "iteration=2&part=probe&sort=-value"
    page = show(reader, run, rows[2], part="probe", **{"from": traces[2].pk, "list": words})
    before, after = page.context["before_url"], page.context["after_url"]
    assert before.startswith(reverse("prompt-detail", args=[run.pk, rows[1].pk]))
    assert after.startswith(reverse("prompt-detail", args=[run.pk, rows[0].pk]))
    assert (
        reader.get(before)
        .context["after_url"]
        .startswith(reverse("prompt-detail", args=[run.pk, rows[2].pk]))
    )
    assert "data-key-next" in page.content.decode()


def test_hostile_text_stays_text_inside_a_diff(reader, run):
    row = make_row(run.dataset_version, "probe", "<script>p()</script>")
    for iteration, text in zip(
        run.iterations.order_by("index"), ("<b>a</b>", "<script>b()</script>", ""), strict=True
    ):
        make_answer(iteration, row, "probe", text or " <|eot|> ", 0.0)
    text = show(reader, run, row).content.decode()
    assert "<script>p" not in text
    assert "<script>b" not in text
    assert "<b>" not in text


def test_the_number_of_queries_does_not_depend_on_the_iterations(reader, run, django_assert_max_num_queries):
    with django_assert_max_num_queries(24):
        show(reader, run, row_of(run, "probe"))
