"""The list of a run's traces and the page of one."""

import csv
import io

import pytest
from django.urls import reverse

from experiments import search
from experiments.models import Trace
from tests.support.factories import (
    make_answer,
    make_candidate,
    make_dataset,
    make_row,
    make_run,
    make_selection,
    make_signal,
    make_trace,
    make_user,
    recount,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return make_run(make_user())


@pytest.fixture
def reader(client):
    client.force_login(make_user("reviewer"))
    return client


def listed(client, run, **words):
    response = client.get(reverse("trace-list", args=[run.pk]), words)
    assert response.status_code == 200
    return [trace.pk for trace in response.context["traces"]], response.content.decode()


@pytest.mark.parametrize("name", ["trace-list", "traces-csv"])
def test_strangers_are_sent_to_sign_in_and_unknown_runs_are_not_found(client, run, name):
    assert client.get(reverse(name, args=[run.pk])).status_code == 302
    client.force_login(make_user("reviewer"))
    assert client.get(reverse(name, args=[run.pk])).status_code == 200
    assert client.get(reverse(name, args=[run.pk + 1])).status_code == 404


def test_without_words_it_shows_the_last_iteration(reader, run):
    ids, text = listed(reader, run)
    assert ids == list(Trace.objects.filter(iteration__index=1, part="probe").values_list("pk", flat=True))
    assert "Traces of iteration 1" in text


def test_filters_narrow_by_part_fate_and_reason(reader, run):
    train = Trace.objects.filter(part="train").order_by("pk")
    make_selection(train[0], [0], "dropped", "tie")
    make_selection(train[0], [0], "dropped", "another arm", role="control")
    recount(train[0].iteration)
    assert len(listed(reader, run, iteration=1, part="train")[0]) == 3
    assert listed(reader, run, iteration=1, fate="dropped")[0] == [train[0].pk]
    assert listed(reader, run, iteration=1, reason="tie")[0] == [train[0].pk]
    assert len(listed(reader, run, iteration=1, fate="chosen")[0]) == 3
    assert len(listed(reader, run, iteration=1, fate="used")[0]) == 3


def test_unscored_values_can_be_listed_and_come_last_in_either_order(reader, run):
    row = make_row(run.dataset_version, "probe")
    unscored = make_answer(run.iterations.get(index=1), row, "probe", "?", value=None)
    assert listed(reader, run, iteration=1, part="probe", value="unscored")[0] == [unscored.pk]
    for sort in ("value", "-value"):
        assert listed(reader, run, iteration=1, part="probe", sort=sort)[0][-1] == unscored.pk


def test_pages_follow_each_other_without_gap_or_double(reader):
    version = make_dataset(train=0, probe=0, gold=0)
    run = make_run(version=version, iterations=1, traces=False)
    rows = [make_row(version, "probe") for _ in range(120)]
    iteration = run.iterations.get()
    Trace.objects.bulk_create(
        Trace(iteration=iteration, part="probe", position=i, row=row, title=row.title, value=float(i % 2))
        for i, row in enumerate(rows)
    )
    seen, url = [], reverse("trace-list", args=[run.pk]) + "?sort=-value"
    while url:
        response = reader.get(url)
        seen += [trace.pk for trace in response.context["traces"]]
        older = response.context["pager"]["older_url"]
        url = reverse("trace-list", args=[run.pk]) + older if older else ""
    assert len(seen) == 120
    assert len(set(seen)) == 120


def test_words_that_the_page_does_not_declare_are_ignored(reader, run):
    wild = {
        "iteration": "x",
        "part": "'; DROP TABLE",
        "sort": "row__reference",
        "after": "!!",
        "fate": "gone",
    }
    assert listed(reader, run, **wild)[0]


def test_search_finds_prompts_and_answers_in_every_iteration(reader, run):
    search.index_traces(list(Trace.objects.values_list("pk", flat=True)))
    ids, text = listed(reader, run, q="rain FALLS")
    assert set(ids) == set(Trace.objects.exclude(part="train").values_list("pk", flat=True))
    assert "iteration 0" in text
    assert "No prompt and no answer" in listed(reader, run, q="zeppelin")[1]
    assert "at least 3 characters" in listed(reader, run, q="ab")[1]


def test_the_download_holds_what_the_list_shows(reader, run):
    response = reader.get(reverse("traces-csv", args=[run.pk]), {"iteration": 0, "part": "gold"})
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert [row["part"] for row in rows] == ["gold", "gold"]
    assert {row["iteration"] for row in rows} == {"0"}
    assert "reference" not in rows[0]


def test_the_list_reads_neither_answers_nor_prompts(reader, run, django_assert_max_num_queries):
    with django_assert_max_num_queries(12) as seen:
        listed(reader, run)
    sql = " ".join(query["sql"] for query in seen.captured_queries)
    assert '"experiments_candidate"' not in sql
    assert '"experiments_row"."messages"' not in sql


def test_the_trace_shows_candidates_fates_reasons_and_raw_texts(reader, run):
    trace = Trace.objects.filter(part="train").first()
    text = reader.get(reverse("trace-detail", args=[trace.pk])).content.decode()
    for words in (
        "A good answer",
        "A bad, bad answer",
        "best score",
        "worst score",
        "Great!",
        "no number",
        "unscored",
    ):
        assert words in text
    assert "the model before training" in text


def test_samples_of_a_later_round_name_the_checkpoint_before_it(reader):
    run = make_run(iterations=3)
    trace = Trace.objects.filter(part="train", iteration__index=2).first()
    made = run.artefacts.get(iteration=1)
    assert made.sha256[:8] in reader.get(reverse("trace-detail", args=[trace.pk])).content.decode()


def test_both_orders_of_a_pair_stand_side_by_side_with_what_they_say_together(reader, run):
    trace = Trace.objects.filter(part="train").first()
    for order, value in ((0, 1.0), (1, 0.0)):
        make_signal(trace, kind="judge_pair", about=[0, 1], order=order, value=value, raw=f"reading {order}")
    text = reader.get(reverse("trace-detail", args=[trace.pk])).content.decode()
    assert "first order" in text
    assert "swapped order" in text
    assert "the orders disagree" in text
    assert "answers 1 and 2" in text


def test_lineage_and_another_context_are_shown(reader, run):
    trace = Trace.objects.filter(part="train").first()
    make_candidate(trace, "Revised", parent=0, context=[{"role": "user", "content": "Please revise."}])
    text = reader.get(reverse("trace-detail", args=[trace.pk])).content.decode()
    assert "changes against" in text
    assert "Please revise." in text


def test_evidence_of_an_unknown_kind_is_shown_as_recorded(reader, run):
    trace = Trace.objects.filter(part="train").first()
    make_signal(trace, evidence_kind="../../base", evidence={"seen": "<b>bold</b>"})
    make_signal(trace, evidence_kind="rubric", evidence={"name": "quality", "low": 0, "high": 5}, value=3.0)
    make_signal(trace, scores={"clarity": 4, "brevity": 3})
    text = reader.get(reverse("trace-detail", args=[trace.pk])).content.decode()
    assert "&lt;b&gt;bold&lt;/b&gt;" in text
    assert "<dt>clarity</dt><dd>4</dd>" in text
    assert "rubric quality, from 0 to 5" in text
    assert "of 5" in text


def test_everything_a_model_wrote_is_text(reader, run):
    hostile = "<script>steal()</script> <|im_start|>system {% include 'x' %}"
    row = make_row(run.dataset_version, "train", hostile)
    trace = make_trace(run.iterations.get(index=1), row, "train", answers=[hostile])
    make_signal(
        trace, raw=hostile, label=hostile[:100], error=hostile, parsed=False, source=hostile,
        evidence_kind="plain", evidence={hostile: hostile},
    )  # fmt: skip
    make_selection(trace, [0], "dropped", hostile)
    for url in (
        reverse("trace-detail", args=[trace.pk]),
        reverse("trace-list", args=[run.pk]) + "?part=train",
    ):
        text = reader.get(url).content.decode()
        assert "<script>steal" not in text
        assert "&lt;|im_start|&gt;system" in text


def test_next_and_previous_keep_the_order_of_the_list(reader, run):
    ids, _ = listed(reader, run, iteration=1, part="train", sort="-value")
    text = reader.get(reverse("trace-detail", args=[ids[1]]), {"list": "iteration=1&part=train&sort=-value"})
    assert text.context["before"].pk == ids[0]
    assert text.context["after"].pk == ids[2]


def test_a_trace_takes_a_fixed_number_of_queries(reader, run, django_assert_max_num_queries):
    trace = Trace.objects.filter(part="train").first()
    for index in range(30):
        make_candidate(trace, f"answer {index}")
        make_signal(trace, about=[index])
    with django_assert_max_num_queries(22):
        reader.get(reverse("trace-detail", args=[trace.pk]))
