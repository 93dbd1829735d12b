"""A run survives its workers: nothing lost, nothing doubled, the same figures as without a crash."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from experiments import models as m
from experiments.alignment.errors import LeaseLost
from experiments.services import clock, runs
from experiments.services import work as works
from experiments.supervision import commands
from experiments.supervision.code import PACKAGES
from tasks.runner import execute, work_until_idle
from tests.support import loops
from tests.support.services import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def state_of(run: m.Run) -> str:
    return m.Run.objects.values_list("status", flat=True).get(pk=run.pk)


def chunks_of(run: m.Run, stage: str, iteration: int = 1) -> int:
    return m.Chunk.objects.filter(work__run=run, work__stage=stage, work__iteration=iteration).count()


def learning(run: m.Run) -> bool:
    return m.Work.objects.filter(run=run, stage="learn", status="running", items_done__gte=1).exists()


def finish(run: m.Run, environment: dict[str, str]) -> None:
    """A new worker takes over once the lost one's lease has run out."""
    loops.expire_leases()
    with loops.worker(environment):
        clock.tick()
        wait_for(lambda: state_of(run) not in ("queued", "running"), 90, "the end of the run")
    run.refresh_from_db()


@pytest.mark.parametrize("kind", ["scripted", "tiny"])
def test_a_worker_killed_in_sampling_and_again_in_training_changes_nothing(
    kind, broker, process_environment, tmp_path
):
    if kind == "scripted":
        recipe, model, verifier = "self-rewarding", loops.make_scripted(delay_seconds=0.05), "number"
    else:
        recipe, model, verifier = "rest-em", loops.make_tiny(tmp_path), "rule"
    version = loops.make_sums(verifier=verifier)
    tiny = {"batch_size": 1, "epochs": 30, "max_tokens": loops.NOISE_TOKENS}
    config = tiny if kind == "tiny" else {"batch_size": 1, "epochs": 4}
    undisturbed = loops.start(recipe, model, version, **config)
    crashed = loops.start(recipe, model, version, **config)
    environment = process_environment(DTYPE="float32", THREADS="1", DEVICE="cpu")

    with loops.worker(environment) as first:
        wait_for(lambda: state_of(undisturbed) == "succeeded", 120, "the end of the undisturbed run")
        wait_for(lambda: chunks_of(crashed, "propose") >= 2, 60, "two committed chunks of sampling")
        loops.kill(first)
    loops.expire_leases()
    with loops.worker(environment) as second:
        clock.tick()
        wait_for(lambda: learning(crashed), 90, "the training stage")
        loops.kill(second)
    finish(crashed, environment)

    assert (crashed.status, crashed.error_message) == ("succeeded", "")
    assert crashed.iterations.get(index=1).steps > 0
    assert loops.content(crashed) == loops.content(undisturbed)
    assert loops.figures(crashed) == loops.figures(undisturbed)


@pytest.mark.parametrize("stage", ["propose", "signal", "learn", "evaluate"])
def test_cancel_is_obeyed_within_seconds_in_every_stage(stage, broker, process_environment):
    version, model = loops.make_sums(), loops.make_scripted(delay_seconds=0.1)
    run = loops.start("self-rewarding", model, version, batch_size=1)

    def reached() -> bool:
        return m.Work.objects.filter(run=run, stage=stage, status="running").exists()

    with loops.worker(process_environment()):
        wait_for(reached, 90, f"the stage {stage}")
        runs.cancel(run, None)
        wait_for(lambda: state_of(run) == "cancelled", 5, "the cancelled state")
    assert not m.Work.objects.filter(run=run, status="running").exists()


def test_a_cancelled_run_that_is_retried_ends_like_one_that_was_not():
    version, model = loops.make_sums(), loops.make_scripted()
    plain, stopped = (loops.start("rest-em", model, version) for _ in range(2))
    execute(works.claim("first"))
    m.Run.objects.filter(pk=stopped.pk).update(cancel_requested_at="2026-01-01T00:00:00Z")
    clock.tick()
    stopped.refresh_from_db()
    assert stopped.status == "cancelled"
    runs.retry(stopped, None)
    work_until_idle()
    assert loops.content(stopped) == loops.content(plain)
    assert loops.figures(stopped) == loops.figures(plain)


def test_a_doubled_delivery_does_nothing():
    run = loops.start("rest-em", loops.make_scripted(), loops.make_sums())
    assert work_until_idle() > 0
    before = loops.content(run)
    assert work_until_idle() == 0
    assert loops.content(run) == before


def test_two_workers_never_hold_the_same_step():
    loops.start("rest-em", loops.make_scripted(), loops.make_sums())
    assert works.claim("first") is not None
    assert works.claim("second") is None


def test_a_stale_worker_writes_nothing_once_its_lease_is_another_s():
    run = loops.start("rest-em", loops.make_scripted(), loops.make_sums())
    stale = works.claim("stale")
    loops.expire_leases()
    fresh = works.claim("fresh")
    assert fresh is not None
    assert fresh.pk == stale.pk
    execute(stale)
    assert not m.Trace.objects.filter(iteration__run=run).exists()
    with pytest.raises(LeaseLost):
        works.complete(stale)
    execute(fresh)
    assert m.Work.objects.get(pk=fresh.pk).status == "done"


def test_a_worker_that_is_lost_again_and_again_fails_the_run_with_a_reason():
    run = loops.start("rest-em", loops.make_scripted(), loops.make_sums())
    for _ in range(works.ATTEMPTS):
        assert works.claim("dies at once") is not None
        loops.expire_leases()
    assert works.claim("one more") is None
    run.refresh_from_db()
    assert (run.status, run.error_blame) == ("failed", "infrastructure")
    assert "without progress" in run.error_message


def test_a_changed_data_set_is_refused():
    version = loops.make_sums()
    run = loops.start("rest-em", loops.make_scripted(), version)
    m.DatasetVersion.objects.filter(pk=version.pk).update(sha256="other")
    work_until_idle()
    run.refresh_from_db()
    assert (run.status, run.error_blame) == ("failed", "data")


def test_a_run_whose_bell_was_never_heard_is_taken_up_by_the_clock(broker, process_environment):
    run = loops.start("rest-em", loops.make_scripted(), loops.make_sums())
    m.Work.objects.update(created_at="2026-01-01T00:00:00Z")
    with loops.worker(process_environment()):
        clock.tick()
        wait_for(lambda: state_of(run) == "succeeded", 60, "the end of the run")


def test_an_alarm_pauses_a_run_that_asks_for_it_and_approval_lets_it_go_on():
    run = loops.start(
        "self-rewarding",
        loops.make_scripted(judge_unparsable=1.0),
        loops.make_sums(),
        iterations=2,
        on_alarm="pause",
    )
    work_until_idle()
    run.refresh_from_db()
    assert run.status == "paused"
    assert run.alarms.filter(name="no_samples", iteration=1).exists()
    assert not run.iterations.filter(index=2, status="done").exists()
    runs.approve(run, None)
    work_until_idle()
    run.refresh_from_db()
    assert run.status == "succeeded"


@pytest.mark.parametrize("platform", ["linux", "darwin"], ids=["with a pool", "without a pool"])
def test_a_worker_says_that_it_is_there_before_and_between_its_work(
    broker, process_environment, monkeypatch, platform
):
    monkeypatch.setattr(commands.sys, "platform", platform)
    with loops.worker(process_environment()):
        wait_for(m.Worker.objects.exists, 30, "the worker's row")
        first = m.Worker.objects.get().seen_at
        wait_for(lambda: m.Worker.objects.get().seen_at > first, 30, "a later sign of life")
    assert m.Worker.objects.get().work is None


def test_a_worker_ends_when_its_code_has_changed_and_leaves_the_run_to_the_next(
    broker, process_environment, tmp_path
):
    root = Path(settings.BASE_DIR)
    copy = tmp_path / "product"
    for package in PACKAGES:
        shutil.copytree(root / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    environment = process_environment(PYTHONPATH=str(copy))
    with loops.worker(environment, folder=copy) as old:
        wait_for(m.Worker.objects.exists, 30, "the worker's row")
        (copy / "experiments" / "alignment" / "recipes" / "fresh.py").write_text('"""A recipe to be."""\n')
        run = loops.start("rest-em", loops.make_scripted(), loops.make_sums())
        wait_for(lambda: old.poll() is not None, 30, "the end of the worker with the old code")
        assert old.returncode == 0
    assert state_of(run) == "queued"
    m.Work.objects.update(created_at="2026-01-01T00:00:00Z")
    with loops.worker(environment, folder=copy):
        clock.tick()
        wait_for(lambda: state_of(run) == "succeeded", 60, "the end of the run")


def test_a_worker_that_is_busy_for_long_is_still_seen(broker, process_environment):
    loops.start("rest-em", loops.make_scripted(delay_seconds=1.0), loops.make_sums())
    with loops.worker(process_environment()):
        wait_for(lambda: m.Worker.objects.exclude(work=None).exists(), 30, "a busy worker")
        first = m.Worker.objects.get().seen_at
        wait_for(lambda: m.Worker.objects.get().seen_at > first, 30, "a later sign of life")
        assert m.Work.objects.filter(status="running").count() == 1
