"""The commands about runs and schedules: shapes, exit codes, and one sentence for what is wrong."""

import json
import threading
import time

import pytest
from django.core.management import execute_from_command_line
from django.db import connection

from experiments.models import ArtefactUse, Run, RunStatus, Schedule
from tests.support.factories import make_dataset, make_iteration, make_model, make_run, make_schedule

pytestmark = pytest.mark.django_db
LAUNCH = ("launch", "rest-em", "--model", "tiny", "--dataset", "sums")


@pytest.fixture(autouse=True)
def _keep_the_connection(monkeypatch):
    """A command closes its connections when it ends; here they carry the test's transaction."""
    monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)


@pytest.fixture
def manage(capsys):
    """Calls a command as the shell does: (exit code, its JSON document, standard error)."""

    def call(*words: str):
        code = 0
        try:
            execute_from_command_line(["manage.py", *words, "--json"])
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return code, json.loads(out), err

    return call


def test_recipes_lists_the_catalogue(manage):
    code, found, _ = manage("recipes")
    assert code == 0
    assert {"rest-em", "self-rewarding"} <= {one["slug"] for one in found}


def test_launch_starts_a_run_with_everything_that_was_said(manage, library):
    make_model("judge-model")
    code, said, _ = manage(
        "launch",
        "self-rewarding",
        "--model",
        "tiny",
        "--dataset",
        "sums@1",
        "--role",
        "judge=judge-model",
        "--set",
        "iterations=2",
        "--set",
        "control=false",
        "--seed",
        "7",
        "--name",
        "From the shell",
    )
    run = Run.objects.get()
    assert (code, said) == (0, {"run": run.pk, "name": "From the shell", "status": "queued", "error": None})
    assert (run.seed, run.config["iterations"], run.config["control"], run.created_by) == (7, 2, False, None)
    assert dict(run.models.values_list("role", "model__name")) == {"policy": "tiny", "judge": "judge-model"}


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (("launch", "nothing", "--model", "tiny", "--dataset", "sums"), "recipe"),
        (("launch", "rest-em", "--model", "huge", "--dataset", "sums"), "model"),
        (("launch", "rest-em", "--model", "tiny", "--dataset", "sums@9"), "dataset"),
        ((*LAUNCH, "--set", "iterations=900"), "iterations"),
        ((*LAUNCH, "--set", "speed=1"), "speed"),
        ((*LAUNCH, "--set", "iterations"), "set"),
        ((*LAUNCH, "--seed", "-4"), "seed"),
        ((*LAUNCH, "--seeds", "0,x"), "seeds"),
        ((*LAUNCH, "--every", "often"), "every"),
        ((*LAUNCH, "--at", "tomorrow"), "at"),
        ((*LAUNCH, "--at", "2001-01-01T00:00"), "at"),
        ((*LAUNCH, "--cron", "nightly"), "cron"),
        ((*LAUNCH, "--every", "6h", "--timezone", "Mars"), "timezone"),
        ((*LAUNCH, "--after", "4711"), "after"),
        ((*LAUNCH, "--every", "6h", "--wait"), "at"),
        ((*LAUNCH, "--use", "reward-model=x"), "use"),
    ],
)
def test_what_is_wrong_is_one_sentence_exit_code_2_and_nothing_written(manage, library, words, field):
    code, said, err = manage(*words)
    assert code == 2
    assert said["error"]["field"] == field
    assert said["error"]["message"] in err
    assert "Traceback" not in err
    assert not Run.objects.exists()
    assert not Schedule.objects.exists()


def test_a_sweep_is_one_run_a_cell_under_one_name_or_nothing(manage, library):
    make_dataset("words", train=40, probe=20, gold=20)
    sweep = ("--seeds", "0,1", "--vary", "dataset=sums,words", "--vary", "epochs=1,2", "--name", "grid")
    code, said, _ = manage(*LAUNCH, *sweep)
    assert (code, said["sweep"], len(said["runs"])) == (0, "grid", 8)
    cells = {(r.dataset_version.dataset.name, r.config["epochs"], r.seed) for r in Run.objects.all()}
    assert len(cells) == 8
    assert manage("runs", "--sweep", "grid", "--limit", "3")[1][0]["sweep"] == "grid"
    code, said, _ = manage(*LAUNCH, "--vary", "epochs=1,900", "--name", "broken")
    assert (code, Run.objects.filter(sweep="broken").count()) == (2, 0)


@pytest.mark.parametrize(
    ("words", "kind"),
    [(("--every", "6h"), "every"), (("--cron", "0 3 * * *"), "cron"), (("--at", "2999-01-01T02:00"), "once")],
)
def test_launch_with_a_time_plans_instead(manage, library, words, kind):
    code, said, _ = manage(*LAUNCH, *words, "--timezone", "Europe/Berlin")
    schedule = Schedule.objects.get()
    assert (code, said["schedule"], schedule.kind, schedule.timezone) == (
        0,
        schedule.pk,
        kind,
        "Europe/Berlin",
    )
    assert said["next"].endswith("Z")
    assert not Run.objects.exists()


@pytest.mark.parametrize(("option", "any_end"), [("--after", False), ("--after-any", True)])
def test_launch_after_another_run(manage, library, option, any_end):
    first = make_run(status="running", traces=False)
    assert manage(*LAUNCH, option, str(first.pk))[0] == 0
    assert Schedule.objects.values_list("after", "after_any").get() == (first.pk, any_end)


def test_schedules_lists_and_steers(manage, library):
    launch = {"recipe": "rest-em", "model": "tiny", "dataset": "sums"}
    schedule = make_schedule(launch=launch)
    pk = str(schedule.pk)
    code, found, _ = manage("schedules")
    assert (code, found[0]["schedule"], found[0]["when"]) == (0, schedule.pk, "every 6 hours")
    assert manage("schedules", "pause", pk)[1]["state"] == "paused"
    assert manage("schedules", "resume", pk)[1]["state"] == "waiting"
    assert manage("schedules", "run-now", pk)[1]["run"] == Run.objects.get().pk
    assert manage("schedules", "cancel", pk)[1]["state"] == "ended"
    assert manage("schedules", "pause", pk)[0] == 2
    assert manage("schedules", "pause", "4711")[0] == 2
    assert manage("schedules", "pause")[0] == 2


def test_runs_lists_newest_first_and_filters(manage):
    first = make_run(recipe="rest-em", status="failed", traces=False)
    second = make_run(iterations=0, traces=False)
    rows = manage("runs")[1]
    assert [row["run"] for row in rows] == [second.pk, first.pk]
    assert [row["gold_accuracy"] for row in rows] == [None, 0.4]
    assert [row["run"] for row in manage("runs", "--status", "failed")[1]] == [first.pk]
    assert [row["run"] for row in manage("runs", "--recipe", "rest-em")[1]] == [first.pk]
    assert manage("runs", "--status", "nonsense")[0] == 2


def test_report_has_the_promised_shape(manage):
    run = make_run(status="failed", error_blame="data", error_message="A row is gone.", traces=False)
    code, said, _ = manage("report", str(run.pk))
    assert code == 0
    assert {
        "run",
        "name",
        "recipe",
        "status",
        "seed",
        "config",
        "models",
        "dataset",
        "iterations",
        "events",
        "alarms",
    } <= set(said)
    assert said["error"] == {"blame": "data", "message": "A row is gone."}
    assert [one["index"] for one in said["iterations"]] == [0, 1]
    assert {"name", "split", "value", "low", "high", "n", "n_unscored"} == set(
        said["iterations"][1]["metrics"][0]
    )
    assert manage("report", "4711")[0] == 2
    assert manage("report", "x")[0] == 2


def test_report_in_words_holds_the_figures(capsys):
    run = make_run(traces=False)
    execute_from_command_line(["manage.py", "report", str(run.pk)])
    assert "accuracy" in capsys.readouterr().out


def test_cancel_retry_and_approve_change_the_status(manage):
    run = make_run(status="queued", traces=False)
    assert manage("cancel", str(run.pk))[1]["status"] == "cancelled"
    assert manage("cancel", str(run.pk))[0] == 2
    assert manage("retry", str(run.pk))[1]["status"] == "queued"
    assert manage("approve", str(run.pk))[0] == 2
    paused = make_run(status="paused", traces=False)
    assert manage("approve", str(paused.pk))[1]["status"] == "queued"


def test_clone_takes_the_choices_over_and_changes_some(manage, library):
    manage(*LAUNCH, "--set", "prompts=8", "--seed", "5")
    origin = Run.objects.get()
    code, said, _ = manage("clone", str(origin.pk), "--set", "iterations=1", "--name", "Again")
    copy = Run.objects.get(pk=said["run"])
    assert (code, copy.cloned_from, copy.seed, copy.name) == (0, origin, 5, "Again")
    assert (copy.config["prompts"], copy.config["iterations"]) == (8, 1)


def test_delete_is_refused_while_another_run_uses_the_artefacts(manage):
    made, user = make_run(traces=False), make_run(traces=False)
    use = ArtefactUse.objects.create(run=user, name="checkpoint", artefact=made.artefacts.get())
    assert manage("delete", str(made.pk))[0] == 2
    use.delete()
    assert manage("delete", str(made.pk))[1]["deleted"] is True
    assert not Run.objects.filter(pk=made.pk).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("end", "code"),
    [("succeeded", 0), ("failed", 1), ("cancelled", 3), ("stopped", 4), ("paused", 4)],
)
def test_waiting_ends_with_the_code_that_tells_how_the_run_ended(manage, end, code):
    make_model("tiny")
    make_dataset("sums", train=40, probe=20, gold=20)
    threads = [threading.Thread(target=end_when_it_is_there, args=(end,))]
    threads[0].start()
    got, said, err = manage(*LAUNCH, "--wait")
    threads[0].join()
    assert (got, said["status"]) == (code, end)
    assert "queued" in err


def end_when_it_is_there(end: str) -> None:
    """Plays the worker: takes the run up and ends it."""
    try:
        while not Run.objects.exists():
            time.sleep(0.05)
        run = Run.objects.get()
        make_iteration(run, 1, traces=False)
        run.transition([RunStatus.QUEUED], RunStatus(end), f"became {end}")
    finally:
        connection.close()
