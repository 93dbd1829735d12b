"""Runs that measured gold and spent something, for tests of comparisons: plain rows, no traces."""

from collections.abc import Sequence
from typing import Any

from experiments import models as m
from experiments.models.states import RunStatus
from tests.support.factories import make_metric, make_run

HALF = 0.05


def make_cost(
    run: m.Run, iteration: int, stage: str = "propose", purpose: str = "loop", **amounts: float
) -> m.Cost:
    """What one stage spent."""
    return m.Cost.objects.create(run=run, iteration=iteration, stage=stage, purpose=purpose, **amounts)


def make_spender(
    gold: Sequence[float],
    tokens: int = 1000,
    *,
    prompts: int = 100,
    counted: bool = True,
    labels: int = 0,
    bought: int = 0,
    half: float = HALF,
    **fields: Any,
) -> m.Run:
    """A run with this gold by iteration, which generates `tokens` and trains on half as many in every round.

    `half` is half the width of each interval.
    """
    run = make_run(iterations=0, traces=False, status=fields.pop("status", RunStatus.SUCCEEDED), **fields)
    for index, value in enumerate(gold):
        m.Iteration.objects.create(run=run, index=index, status="done")
        ends = {"low": value - half, "high": value + half, "n": prompts}
        make_metric(run, index, "accuracy", "gold", value, **ends)
        if index:
            change = value - gold[0]
            make_metric(run, index, "accuracy_gain", "gold", change, low=change - half, high=change + half)
        if counted:
            make_cost(run, index, "evaluate", "measurement", tokens_generated=10 * tokens, device_seconds=5)
        if counted and index:
            make_cost(run, index, tokens_generated=tokens, device_seconds=tokens / 10, bought=bought)
            make_cost(run, index, "signal", labels=labels if index == 1 else 0)
            make_cost(run, index, "learn", tokens_trained=tokens // 2, device_seconds=tokens / 20)
    return run
