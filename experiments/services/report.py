"""A run as one document, in the shape that scripts rely on."""

from typing import Any

from experiments.models import Artefact, Iteration, Metric, Run
from experiments.models.states import ENDED
from experiments.services.costs import costs_of


def report(run: Run) -> dict[str, Any]:
    """The whole report; unknown is None."""
    version = run.dataset_version
    rounds = list(run.iterations.all())
    costs = costs_of(run, rounds)
    return {
        "run": run.pk,
        "name": run.name,
        "recipe": run.recipe,
        "recipe_version": run.recipe_version,
        "status": run.status,
        "seed": run.seed,
        "config": run.config,
        "models": _models(run),
        "dataset": {"name": version.dataset.name, "version": version.number, "sha256": run.dataset_sha256},
        "created": run.created_at,
        "started": run.started_at,
        "ended": run.ended_at,
        "wall_seconds": _wall_seconds(run),
        "simulated": run.simulated,
        "device": run.device or None,
        "dtype": run.dtype or None,
        "threads": run.threads,
        "code_commit": run.code_commit or None,
        "costs": costs["total"],
        "iterations": _iterations(run, rounds, costs["iterations"]),
        "events": [
            {"at": e.at, "from": e.before or None, "to": e.after, "why": e.why} for e in run.events.all()
        ],
        "alarms": [
            {
                "name": a.name,
                "iteration": a.iteration,
                "observed": a.observed,
                "threshold": a.threshold,
                "state": a.state,
            }
            for a in run.alarms.all()
        ],
        "error": {"blame": run.error_blame, "message": run.error_message} if run.error_message else None,
    }


def _models(run: Run) -> dict[str, Any]:
    bound = run.models.select_related("model")
    return {one.role: {"name": one.model.name, "sha256": one.model.sha256 or None} for one in bound}


def _wall_seconds(run: Run) -> float | None:
    if not run.started_at or not run.ended_at or run.status not in ENDED:
        return None
    return (run.ended_at - run.started_at).total_seconds()


def _iterations(run: Run, rounds: list[Iteration], costs: Any) -> list[dict[str, Any]]:
    metrics: dict[int, list[dict[str, Any]]] = {}
    for metric in run.metrics.all():
        metrics.setdefault(metric.iteration, []).append(_metric(metric))
    checkpoints = dict(Artefact.objects.filter(run=run, role="policy").values_list("iteration", "sha256"))
    return [
        _iteration(one, metrics.get(one.index, []), checkpoints.get(one.index)) | {"costs": costs[one.index]}
        for one in rounds
    ]


def _metric(metric: Metric) -> dict[str, Any]:
    names = ("name", "split", "value", "low", "high", "n", "n_unscored")
    return {name: getattr(metric, name) for name in names}


def _iteration(one: Iteration, metrics: list[dict[str, Any]], checkpoint: str | None) -> dict[str, Any]:
    return {
        "index": one.index,
        "status": one.status,
        "traces": one.traces,
        "candidates": one.candidates,
        "kept": one.kept,
        "dropped": one.dropped,
        "samples": one.samples,
        "checkpoint": {"sha256": checkpoint} if checkpoint else None,
        "order_sha256": one.order_sha256 or None,
        "seeds_sha256": one.seeds_sha256 or None,
        "steps": one.steps,
        "metrics": metrics,
    }
