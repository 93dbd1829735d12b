"""Parts are free words and rounds may have several phases: lists and pages name them, whatever the recipe."""

import re

import pytest
from django.urls import reverse

from experiments.models import Candidate, Trace
from experiments.services.parts import contents, in_order, part_words, role_words
from experiments.services.trace_pages import checkpoint_of
from tests.support.factories import (
    make_answer,
    make_checkpoint,
    make_row,
    make_run,
    make_selection,
    make_trace,
    make_user,
    recount,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    client.force_login(make_user("reviewer"))
    return client


@pytest.fixture
def run():
    """A run with two arms, a control of the operator, and a second phase in its first round."""
    run = make_run(make_user())
    probe = run.dataset_version.rows.filter(split="probe").first()
    for iteration in run.iterations.order_by("index"):
        for part in ("naive_probe", "naive_gold", "operator_control"):
            make_answer(iteration, probe, part)
    make_answer(run.iterations.get(index=0), probe, "random_gold")
    train = run.dataset_version.rows.filter(split="train").first()
    last = run.iterations.get(index=1)
    second = make_trace(last, train, "train", answers=["From the second phase"], value=0.25, phase=1)
    make_selection(second, [0], "kept", "score")
    recount(last)
    return run


def test_names_in_words():
    assert part_words("probe") == "probe answers"
    assert part_words("operator_control") == "control of the operator test"
    assert part_words("naive_gold") == "naive, gold"
    assert part_words("bag-of_probe") == "bag of, probe"
    assert part_words("something_else") == "something else"
    assert (role_words("policy"), role_words("side"), role_words("meta-judge")) == (
        "",
        "side of a debate",
        "meta judge",
    )


def test_parts_of_every_recipe_come_before_arms_and_probe_before_gold():
    found = in_order(["zeta_gold", "train", "alpha_gold", "alpha_probe", "gold", "probe", "probe"])
    assert found == ["probe", "gold", "train", "alpha_probe", "alpha_gold", "zeta_gold"]


def test_contents_take_one_query_and_know_the_phases_of_each_part(run, django_assert_num_queries):
    last = run.iterations.get(index=1)
    with django_assert_num_queries(1):
        found = contents(last)
    assert "operator_control" in found.parts
    assert found.phases_of("train") == [0, 1]
    assert found.phases_of("probe") == found.phases_of("gone") == []


def test_the_list_offers_every_part_and_the_phases_of_the_one_that_is_shown(reader, run):
    address = reverse("trace-list", args=[run.pk])
    page = reader.get(address, {"iteration": 1, "part": "naive_gold"})
    assert [trace.part for trace in page.context["traces"]] == ["naive_gold"]
    text = page.content.decode()
    assert "naive, probe" in text
    assert "control of the operator test" in text
    assert "phase 2" not in text
    both = reader.get(address, {"iteration": 1, "part": "train"})
    assert "phase 2" in both.content.decode()
    assert {trace.phase for trace in both.context["traces"]} == {0}
    second = reader.get(address, {"iteration": 1, "part": "train", "phase": 1})
    assert [trace.phase for trace in second.context["traces"]] == [1]


def test_what_was_kept_is_listed_from_every_phase_as_it_was_counted(reader, run):
    listed = reader.get(
        reverse("trace-list", args=[run.pk]), {"iteration": 1, "part": "train", "fate": "used"}
    )
    assert {trace.phase for trace in listed.context["traces"]} == {0, 1}
    assert len(listed.context["traces"]) == run.iterations.get(index=1).kept


def test_a_part_that_this_iteration_lacks_falls_back_to_one_that_it_has(reader, run):
    listed = reader.get(reverse("trace-list", args=[run.pk]), {"iteration": 1, "part": "random_gold"})
    assert {trace.part for trace in listed.context["traces"]} == {"probe"}


def test_the_iteration_page_compares_arms_and_each_phase_with_itself(reader, run):
    address = reverse("iteration-detail", args=[run.pk, 1])
    arm = reader.get(address, {"part": "naive_probe"})
    assert [move.trace.part for move in arm.context["moves"].better] == ["naive_probe"]
    second = reader.get(address, {"part": "train", "phase": 1})
    assert second.context["compared"] == 0
    text = second.content.decode()
    assert re.search(r'href="\?part=train&amp;phase=1" aria-current="true">phase 2', text)
    assert "phase=1" in second.context["better_list"]


def test_the_trace_says_its_phase_only_where_there_are_several(reader, run):
    for phase in (0, 1):
        trace = Trace.objects.filter(iteration__run=run, part="train", phase=phase).first()
        page = reader.get(reverse("trace-detail", args=[trace.pk])).content.decode()
        assert f"iteration 1, phase {phase + 1} of 2" in page
    probe = Trace.objects.filter(iteration__run=run, part="probe").first()
    assert ", phase" not in reader.get(reverse("trace-detail", args=[probe.pk])).content.decode()


def test_the_prompt_shows_each_phase_of_a_round_with_signals_of_its_own(reader, run):
    row = run.dataset_version.rows.filter(split="train").first()
    address = reverse("prompt-detail", args=[run.pk, row.pk])
    page = reader.get(address, {"part": "train", "at": "1.1"})
    text = page.content.decode()
    assert "Iteration 1, phase 1" in text
    assert "Iteration 1, phase 2" in text
    assert page.context["at"].phase == 1
    assert reader.get(address, {"part": "train", "at": "1"}).context["at"].phase == 0


def test_the_prompt_lists_arms_by_name(reader, run):
    row = run.dataset_version.rows.filter(split="probe").first()
    page = reader.get(reverse("prompt-detail", args=[run.pk, row.pk]), {"part": "naive_gold"})
    assert ("naive_gold", "naive, gold") in page.context["asked"]


def test_the_checkpoint_behind_a_trace_is_the_newest_of_its_role_by_then(run):
    first = run.artefacts.get(role="policy", iteration=1)
    early = make_checkpoint(run, 1, phase=1)
    naive = make_checkpoint(run, 1, role="naive", kind="classifier")
    by = {(t.part, t.phase): checkpoint_of(t) for t in Trace.objects.filter(iteration__index=1)}
    assert by["train", 0] is None
    assert by["train", 1] == first
    assert by["probe", 0] == early
    assert by["naive_gold", 0] == naive
    at_start = Trace.objects.get(part="random_gold")
    assert checkpoint_of(at_start) is None


def test_an_arm_without_a_checkpoint_is_not_called_the_base_model(reader, run):
    trace = Trace.objects.get(part="random_gold")
    text = reader.get(reverse("trace-detail", args=[trace.pk])).content.decode()
    assert "the arm random, which has no checkpoint of its own" in text


def test_a_search_offers_the_arms_that_answered_once(reader, run):
    text = reader.get(reverse("trace-list", args=[run.pk]), {"q": "rain falls"}).content.decode()
    assert "random, gold" in text


def test_hostile_parts_and_roles_are_text(reader, run):
    last = run.iterations.get(index=1)
    row = make_row(run.dataset_version, "probe")
    trace = make_trace(last, row, "<b>x_probe", answers=["answer"], value=1.0)
    Candidate.objects.filter(trace=trace).update(role="<i>role")
    for address in (
        reverse("trace-detail", args=[trace.pk]),
        reverse("iteration-detail", args=[run.pk, 1]),
        reverse("trace-list", args=[run.pk]) + "?iteration=1",
        reverse("prompt-detail", args=[run.pk, row.pk]),
    ):
        text = reader.get(address).content.decode()
        assert "<b>x" not in text
        assert "<i>role" not in text
