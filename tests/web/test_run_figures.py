"""What a run's page shows of its own recipe: figures beyond the standard ones, the control at equal samples, phases."""

import re

import pytest
from django.urls import reverse

from experiments.models import Iteration, Work
from tests.support.factories import make_metric, make_run

pytestmark = pytest.mark.django_db


def show(client, run) -> str:
    response = client.get(reverse("run-detail", args=[run.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_the_figures_of_the_recipe_stand_with_interval_n_and_first_value(client, owner):
    run = make_run(owner, traces=False)
    make_metric(run, 0, "weak_accuracy", "gold", 0.5, low=0.4, high=0.6, n=90)
    make_metric(run, 1, "weak_accuracy", "gold", 0.62, low=0.52, high=0.72, n=91)
    page = show(client, run)
    table = page.split('id="run-figures"')[1].split("</table>")[0]
    for words in ("Accuracy of the weak supervisor", "gold", "0.62", "0.52–0.72", ">91<", "0.50", "+0.12"):
        assert words in table
    assert "length_tokens" not in table


def test_a_ratio_without_a_gap_is_undefined_and_with_too_little_data_it_says_that(client, owner):
    run = make_run(owner, traces=False)
    make_metric(run, 1, "pgr", "gold", None, n=200)
    make_metric(run, 1, "pgr", "probe", None, n=3)
    make_metric(run, 1, "naive_accuracy", "gold", None, n=200)
    table = show(client, run).split('id="run-figures"')[1].split("</table>")[0]
    assert table.count("undefined: the gap is too small") == 1
    assert table.count("not enough data") == 2


def test_runs_of_recipes_without_figures_of_their_own_have_no_such_section(client, owner):
    assert "Figures of this recipe" not in show(client, make_run(owner, traces=False))


def test_the_procedure_stands_beside_its_control_at_equal_samples(client, owner):
    run = make_run(owner, traces=False)
    make_metric(run, 1, "operator_accuracy", "probe", 0.61)
    make_metric(run, 1, "operator_control_accuracy", "probe", 0.52)
    assert "At equal samples" not in show(client, run)
    make_metric(run, 1, "operator_against_control", "probe", 0.09, n=77)
    page = show(client, run)
    assert re.search(r"At equal samples.*0\.61.*0\.52.*\+0\.09.*n = 77, iteration 1", page, re.DOTALL)


def test_a_classifier_counts_as_the_policys_checkpoint(client, owner):
    run = make_run(owner, traces=False)
    run.artefacts.update(kind="classifier")
    assert run.artefacts.get().sha256[:8] in show(client, run)


def test_the_strip_follows_the_phases_of_a_round(client, owner):
    run = make_run(
        owner,
        recipe="constitutional-rl",
        status="running",
        iterations=1,
        traces=False,
        config={"iterations": 1},
    )
    Iteration.objects.create(run=run, index=1, status="running")
    for stage in ("propose", "signal", "select", "learn"):
        Work.objects.create(
            run=run, iteration=1, phase=0, stage=stage, status="done", items_done=8, items_total=8
        )
    second = Work.objects.create(
        run=run, iteration=1, phase=1, stage="propose", status="running", items_done=2, items_total=9
    )
    page = show(client, run)
    assert "phase 2 of 2" in page
    assert "iteration 1 of 1 · phase 2 · propose" in page
    assert "2 of 9" in page
    assert page.count('<li class="stage done"') == 0
    Work.objects.filter(pk=second.pk).update(status="done", items_done=9)
    Work.objects.create(
        run=run, iteration=1, phase=0, stage="evaluate", status="running", items_done=1, items_total=9
    )
    for stage in ("signal", "select", "learn"):
        Work.objects.create(
            run=run, iteration=1, phase=1, stage=stage, status="done", items_done=1, items_total=1
        )
    page = show(client, run)
    assert "every phase of the round is done" in page
    assert "iteration 1 of 1 · evaluate" in page


def test_a_recipe_of_one_phase_names_none(client, owner):
    run = make_run(owner, recipe="rest-em", status="running", iterations=1, traces=False)
    Iteration.objects.create(run=run, index=1, status="running")
    Work.objects.create(run=run, iteration=1, stage="propose", status="running", items_done=2, items_total=9)
    page = show(client, run)
    assert "2 of 9" in page
    assert "phase 1" not in page


@pytest.mark.parametrize(
    ("value", "low", "high", "words"),
    [
        (0.2, 0.1, 0.3, "better than plain samples"),
        (-0.2, -0.3, -0.1, "worse than plain samples"),
        (0.0, -0.1, 0.1, "covers 0"),
        (None, None, None, "not enough data"),
    ],
)
def test_the_operator_gain_is_explained(client, owner, value, low, high, words):
    run = make_run(owner, traces=False)
    make_metric(run, 1, "operator_gain", "probe", value, low=low, high=high, n=32)
    assert words in show(client, run)
