"""Claim a step, do it, commit it, take the next: all that a worker does."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

import tasks.environments  # noqa: F401 - makes the environments that need a package known
from experiments.alignment.bench import Bench
from experiments.alignment.errors import Cancelled, DataError, LeaseLost, PlumblineError
from experiments.alignment.evaluators.task import TaskEvaluator
from experiments.alignment.loop import chunks, run_step
from experiments.alignment.registry import get_recipe
from experiments.alignment.spending import purpose_of, yardsticks
from experiments.models import Run, Work, Worker
from experiments.services import work as works
from experiments.services.costs import count_labels
from experiments.services.counters import count_stage
from experiments.services.gold import HeldOutKey
from experiments.supervision.alive import say_so, worker_name
from experiments.supervision.stopping import stop_requested
from tasks.journal import DatabaseJournal
from tasks.lease import GiveBack, Lease
from tasks.machine import adopt_run, machine_of
from tasks.memory import give_back_memory
from tasks.metering import Meter, MeteredWorkshop
from tasks.sandbox import code_runner
from tasks.workshops import RunWorkshop, scratch_directory

log = logging.getLogger(__name__)


def work_until_idle(stale: Callable[[], bool] = lambda: False) -> int:
    """Does whatever is runnable, one step after another; returns how many steps were done.

    Ends early where the worker is to stop, or where `stale` says that this process is not to begin another step.
    """
    done = 0
    while not stop_requested() and not stale():
        work = works.claim(worker_name())
        say_so(work=work)
        if work is None:
            break
        execute(work)
        done += 1
    return done


def execute(work: Work) -> None:
    """Does one leased step and turns every way in which it can end into the run's state."""
    scratch = scratch_directory(work.token)
    try:
        with Lease(work) as lease:
            run_step(works.step_of(work), _bench(work, lease, scratch))
            _commit(work)
    except LeaseLost:
        log.warning("The lease on %s of run %s was lost; another worker has it.", work.stage, work.run_id)
    except GiveBack:
        works.release(work)
    except Cancelled:
        works.finish_cancel(work.run)
    except PlumblineError as error:
        works.fail(work.run, error.blame, error.message)
    except Exception as error:
        _unexpected(work, error)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        give_back_memory()


def _bench(work: Work, lease: Lease, scratch: Path) -> Bench:
    run = work.run
    _refuse_changed_data(run)
    adopt_run(run)
    Worker.objects.filter(name=worker_name()).update(device=machine_of(run)[0], threads=machine_of(run)[2])
    recipe = get_recipe(run.recipe)
    config = recipe.configure(run.config)
    composition = recipe.composition(config)
    version = run.dataset_version
    workshop, meter = RunWorkshop(run, scratch), Meter(purpose_of(works.step_of(work)))
    lease.meter = meter
    runner = code_runner(Path(settings.DATA_DIR) / "downloads")
    todo = chunks(works.step_of(work), composition, config, version.counts)
    return Bench(
        composition=composition,
        config=config,
        seed=run.seed,
        journal=DatabaseJournal(lease, todo, meter),
        workshop=MeteredWorkshop(workshop, meter, yardsticks(composition)),
        answer_key=HeldOutKey(run, work.iteration),
        evaluator=TaskEvaluator(version.verifier, runner),
        counts=version.counts,
        verifier=version.verifier,
        bound=frozenset(workshop.models) - {"policy"},
        taken=frozenset(run.uses.values_list("name", flat=True)),
        runner=runner,
    )


def _refuse_changed_data(run: Run) -> None:
    if run.dataset_version.sha256 != run.dataset_sha256:
        raise DataError(
            f"{run.dataset_version} is not the data that this run began with "
            f"({run.dataset_version.sha256[:12]} instead of {run.dataset_sha256[:12]}). Launch a new run on it."
        )


def _commit(work: Work) -> None:
    with transaction.atomic():
        works.fence(work)
        count_stage(work.run.iterations.get(index=work.iteration), work.stage)
        count_labels(work)
        works.complete(work)


def _unexpected(work: Work, error: Exception) -> None:
    log.exception("Run %s broke in %s of iteration %s", work.run_id, work.stage, work.iteration)
    connection.close()
    run = Run.objects.get(pk=work.run_id)
    works.fail(
        run,
        "infrastructure",
        f"{type(error).__name__} in {work.stage} of iteration {work.iteration}: {str(error)[:300]} "
        "The worker's log has the details; retry goes on from the last committed chunk.",
    )
