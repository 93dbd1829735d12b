"""Every recipe survives `kill -9` with the same rows and figures; by default one of each kind of stage and learner.

`make test-all` tries them all.
"""

from pathlib import Path
from typing import Any

import pytest

from experiments import models as m
from experiments.alignment.registry import Recipe, recipes
from experiments.services import clock
from tasks.runner import work_until_idle
from tests.support import loops
from tests.support.services import wait_for
from tests.worker.test_every_recipe import launch_trial, one_thread

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.django_db(transaction=True)]

ALWAYS = {
    "constitutional-rl",
    "weak-to-strong",
    "collective-constitution",
    "tool-preference",
    "trajectory-preference",
}
"""Reward model and policy gradient; a classifier; a context; the sandbox and DPO; episodes and SFT."""

__all__ = ["one_thread"]


def cases() -> list[Any]:
    return [
        pytest.param(recipe, id=recipe.slug, marks=[] if recipe.slug in ALWAYS else [pytest.mark.matrix])
        for recipe in recipes()
    ]


def in_the_middle(run: m.Run, trains: bool) -> bool:
    """Training where the recipe trains, else a part of what is proposed is committed."""
    if trains:
        return m.Work.objects.filter(run=run, iteration=1, stage="learn", status="running").exists()
    return m.Chunk.objects.filter(work__run=run, work__iteration=1, work__stage="propose").exists()


@pytest.mark.parametrize("recipe", cases())
def test_a_killed_worker_changes_nothing(
    recipe: Recipe, broker: Any, process_environment: Any, tmp_path: Path
) -> None:
    model = loops.make_tiny(tmp_path)
    undisturbed = launch_trial(recipe, model, tmp_path)
    work_until_idle()
    crashed = launch_trial(recipe, model, tmp_path)
    environment = process_environment(DTYPE="float32", THREADS="1", DEVICE="cpu")
    trains = recipe.composition(recipe.config()).trains
    with loops.worker(environment) as first:
        wait_for(lambda: in_the_middle(crashed, trains) or ended(crashed), 120, "the middle of the run")
        loops.kill(first)
    loops.expire_leases()
    with loops.worker(environment):
        clock.tick()
        wait_for(lambda: ended(crashed), 120, "the end of the run")
    for run in (undisturbed, crashed):
        run.refresh_from_db()
        assert (run.status, run.error_message) == ("succeeded", "")
    assert loops.content(crashed) == loops.content(undisturbed)
    assert loops.figures(crashed) == loops.figures(undisturbed)


def ended(run: m.Run) -> bool:
    return m.Run.objects.get(pk=run.pk).ended
