"""A run that needs what no run has made yet: its maker starts now and the run is planned after it."""

import dataclasses
import json

import pytest
from django.core.management import call_command

from experiments.alignment.errors import ConfigError, DataError
from experiments.alignment.registry import get_recipe
from experiments.forms.new_run import NewRunForm
from experiments.management.following import answer_start
from experiments.models import Run, RunStatus, Schedule
from experiments.services.launch import LaunchRequest, check_launch
from experiments.services.pipelines import start
from experiments.services.schedules import fire_due
from tests.support.factories import make_checkpoint, make_dataset
from tests.web.test_new_run import URL, form

pytestmark = pytest.mark.django_db
CHOICE = "make:collective-constitution"


def request(**parts) -> LaunchRequest:
    known = {"recipe": "constitutional-critique", "model": "tiny", "dataset": "sums"}
    return LaunchRequest(**known | {"make": {"constitution": "collective-constitution"}} | parts)


def finish(run: Run, status: RunStatus = RunStatus.SUCCEEDED) -> None:
    Run.objects.filter(pk=run.pk).update(status=status)


def test_the_form_launches_the_maker_and_plans_the_run_after_it(client, owner, library):
    make_dataset("consultation")
    response = client.post(
        URL,
        form(recipe="constitutional-critique", name="Ruled", **{"use-constitution": CHOICE}),
        follow=True,
    )
    maker, plan = Run.objects.get(), Schedule.objects.get()
    assert (maker.recipe, maker.name) == ("collective-constitution", "Constitution for Ruled")
    assert maker.dataset_version.dataset.name == "consultation"
    assert response.redirect_chain[0][0].endswith(f"/runs/{maker.pk}/")
    assert "Ruled is planned after it" in response.content.decode()
    assert (plan.name, plan.after) == ("Ruled", maker)


def test_when_the_maker_is_done_the_run_takes_what_it_made(owner, library):
    make_dataset("consultation")
    started = start(request(), owner)
    assert fire_due() == 0
    make_checkpoint(started.run, 1, kind="constitution", role="constitution")
    finish(started.run)
    assert fire_due() == 1
    run = Run.objects.get(recipe="constitutional-critique")
    assert run.uses.get().artefact.run == started.run


def test_a_maker_that_fails_ends_the_plan_with_the_reason(owner, library):
    make_dataset("consultation")
    started = start(request(), owner)
    finish(started.run, RunStatus.FAILED)
    fire_due()
    started.planned.refresh_from_db()
    assert "failed" in started.planned.ended_why
    assert Run.objects.count() == 1


def test_without_the_makers_data_nothing_is_written(owner, library):
    with pytest.raises(DataError, match="There is no data set 'consultation'"):
        start(request(), owner)
    assert not Run.objects.exists()
    assert not Schedule.objects.exists()


@pytest.mark.parametrize("slug", ["rest-em", "no-such-recipe"])
def test_a_recipe_that_makes_no_such_thing_is_refused(slug, owner, library):
    with pytest.raises(ConfigError, match="makes no constitution; recipes that do: collective-constitution"):
        start(request(make={"constitution": slug}), owner)


def test_plans_and_sweeps_make_nothing_first(library):
    with pytest.raises(ConfigError, match="Only a single run that starts now"):
        check_launch(request())


def test_the_choice_to_make_it_first_stands_beside_runs_that_lend_it(owner, library):
    needy = dataclasses.replace(get_recipe("rest-em"), needs=("constitution",))
    bound = NewRunForm(needy, form(**{"use-constitution": CHOICE}))
    assert bound.is_valid()
    assert bound.launch_request().make == {"constitution": "collective-constitution"}
    assert not bound.launch_request().use


@pytest.mark.django_db(transaction=True)
def test_the_shell_waits_for_the_run_that_is_planned_after_its_maker(owner, library, monkeypatch):
    make_dataset("consultation")
    started = start(request(), owner)
    make_checkpoint(started.run, 1, kind="constitution", role="constitution")

    def time_passes(_: float) -> None:
        Run.objects.update(status=RunStatus.SUCCEEDED)
        fire_due()

    monkeypatch.setattr("experiments.management.following.time.sleep", time_passes)
    said: list[str] = []
    answer, code = answer_start(started, wait=True, tell=said.append)
    assert (code, Run.objects.get(pk=answer["run"]).recipe) == (0, "constitutional-critique")
    assert any("starts when the clock looks next" in line for line in said)


def test_the_shell_names_the_plan(library, capsys):
    make_dataset("consultation")
    call_command(
        "launch",
        "constitutional-critique",
        *(
            "--model",
            "tiny",
            "--dataset",
            "sums",
            "--use",
            "constitution=make:collective-constitution",
            "--json",
        ),
    )
    answer = json.loads(capsys.readouterr().out)
    assert answer["planned"] == Schedule.objects.get().pk
    assert answer["run"] == Run.objects.get().pk
