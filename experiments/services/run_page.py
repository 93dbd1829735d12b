"""Everything a run's page shows, in a number of queries that does not grow with the run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from experiments.alignment.errors import ConfigError
from experiments.alignment.registry import Recipe, get_recipe
from experiments.deltas import IterationDelta, Metrics, iteration_deltas
from experiments.models import (
    Alarm,
    Artefact,
    Iteration,
    Metric,
    Run,
    RunEvent,
    RunModel,
    RunStatus,
    User,
    Work,
    Worker,
    WorkStatus,
)
from experiments.moves import Moves, moved_most
from experiments.services.run_costs import CostRow, cost_rows
from experiments.services.run_figures import RecipeFigure, recipe_figures
from experiments.services.runs import needed_by
from experiments.services.stage_strip import Strip, strip

MOVED = 5
EVENTS = 30
WORKER_SEEN = timedelta(seconds=30)
MEASURED = "probe"
OPERATOR_METRICS = ("operator_accuracy", "operator_control_accuracy", "operator_against_control")


@dataclass(frozen=True)
class SettingUsed:
    """One setting of the run beside the recipe's default, None where there is no such setting by now."""

    name: str
    value: Any
    default: Any

    @property
    def changed(self) -> bool:
        return bool(self.value != self.default)


@dataclass(frozen=True)
class OperatorControl:
    """What the loop's procedure ends with, what the simplest one of as many samples does, and the difference."""

    own: Metric
    control: Metric
    difference: Metric


class RunPage:
    """A run with what its page asks for; each part is read when it is first asked for."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @cached_property
    def recipe(self) -> Recipe | None:
        """None for a recipe that is gone: the page still shows what was recorded."""
        try:
            return get_recipe(self.run.recipe)
        except ConfigError:
            return None

    @cached_property
    def models(self) -> list[RunModel]:
        return list(self.run.models.select_related("model").order_by("id"))

    @cached_property
    def policy(self) -> RunModel | None:
        return next((bound for bound in self.models if bound.role == "policy"), None)

    @cached_property
    def iterations(self) -> list[Iteration]:
        return list(self.run.iterations.order_by("index"))

    @cached_property
    def metrics(self) -> Metrics:
        return Metrics.of(self.run.metrics.all())

    @cached_property
    def works(self) -> list[Work]:
        return list(self.run.works.order_by("id"))

    @cached_property
    def checkpoints(self) -> Mapping[int, Artefact]:
        """The policy's newest of each iteration, whatever kind of artefact it is."""
        made = self.run.artefacts.filter(role="policy").order_by("iteration", "phase")
        return {artefact.iteration: artefact for artefact in made}

    @cached_property
    def figures(self) -> list[RecipeFigure]:
        return recipe_figures(self.metrics)

    @cached_property
    def costs(self) -> list[CostRow]:
        return cost_rows(self.run, self.iterations)

    @property
    def operator_control(self) -> OperatorControl | None:
        """The procedure beside its control at equal samples; None where the recipe has no such control."""
        found = [self.metrics.latest(name, MEASURED) for name in OPERATOR_METRICS]
        own, control, difference = found
        return OperatorControl(own, control, difference) if own and control and difference else None

    @cached_property
    def deltas(self) -> list[IterationDelta]:
        hashes = {index: artefact.sha256 for index, artefact in self.checkpoints.items()}
        return iteration_deltas(self.iterations, self.metrics, hashes)

    @property
    def last_iteration(self) -> int:
        """The index that the run ends with, by its settings."""
        planned = self.run.config.get("iterations")
        return planned if isinstance(planned, int) else max((one.index for one in self.iterations), default=0)

    @cached_property
    def strip(self) -> Strip | None:
        newest = self.iterations[-1] if self.iterations else None
        return strip(self.run, self.works, newest, self.phases)

    @property
    def phases(self) -> int:
        """How many phases a round has: by the recipe's settings, else by what was begun."""
        begun = max((work.phase for work in self.works), default=0) + 1
        return max(begun, phases_of(self.recipe, self.run.config))

    @property
    def state_words(self) -> str:
        """The status, and where a live run is: iteration 3 of 3 · train."""
        if self.run.cancel_requested_at and not self.run.ended:
            return "cancelling"
        current = self.strip.current if self.strip else None
        if self.run.status != RunStatus.RUNNING or self.strip is None or current is None:
            return str(self.run.status)
        phased = self.strip.phases > 1 and current.name != "evaluate"
        phase = f" · phase {self.strip.phase + 1}" if phased else ""
        return f"iteration {self.strip.iteration} of {self.last_iteration}{phase} · {current.label.lower()}"

    @property
    def worker(self) -> str:
        """Who held the newest stage, "" before anybody did."""
        return next((work.worker for work in reversed(self.works) if work.worker), "")

    @cached_property
    def measured(self) -> int | None:
        """The newest iteration after the first whose answers can be compared with those before."""
        compared = [m.iteration for m in self.metrics.series("length_tokens", MEASURED) if m.iteration > 0]
        return max(compared, default=None)

    @cached_property
    def moved(self) -> Moves | None:
        """The prompts that moved most in the newest measured iteration; None before there is one."""
        now = next((one for one in self.iterations if one.index == self.measured), None)
        return moved_most(now, MEASURED, MOVED) if now else None

    @cached_property
    def alarms(self) -> list[Alarm]:
        return list(self.run.alarms.order_by("-iteration", "name"))

    @cached_property
    def events(self) -> list[RunEvent]:
        """The newest events, newest first."""
        return list(self.run.events.select_related("by").order_by("-sequence")[:EVENTS])

    @property
    def gate(self) -> RunEvent | None:
        """The event by which a gate paused the run, while it waits."""
        if self.run.status != RunStatus.PAUSED:
            return None
        return next((event for event in self.events if event.after == RunStatus.PAUSED), None)

    @cached_property
    def settings(self) -> list[SettingUsed]:
        """Every setting of the run, changed ones first."""
        defaults = self.recipe.config().model_dump(mode="json") if self.recipe else {}
        used = [SettingUsed(name, value, defaults.get(name)) for name, value in self.run.config.items()]
        return sorted(used, key=lambda one: not one.changed)

    @property
    def changed_settings(self) -> bool:
        return any(one.changed for one in self.settings)

    @cached_property
    def needed_by(self) -> list[Run]:
        return needed_by(self.run)

    @property
    def waiting(self) -> str:
        """Why nothing happens, where the run waits for a worker; "" otherwise."""
        return waiting(self.run)


def phases_of(recipe: Recipe | None, config: Mapping[str, Any]) -> int:
    """The phases of a round; 1 where the recipe is gone or takes these settings no more."""
    if recipe is None:
        return 1
    try:
        return len(recipe.composition(recipe.configure(dict(config))).phases)
    except ConfigError:
        return 1


def visible_run(user: User, pk: int) -> QuerySet[Run]:
    """The run with what its head shows."""
    rows: QuerySet[Run] = Run.objects.visible_to(user)
    return rows.filter(pk=pk).select_related(
        "dataset_version__dataset", "created_by", "cloned_from", "schedule"
    )


def waiting(run: Run) -> str:
    """One sentence when the run's work lies there and nobody does it; "" otherwise."""
    if not run.live or Work.objects.filter(run=run, status=WorkStatus.RUNNING).exists():
        return ""
    seen = Worker.objects.filter(seen_at__gte=timezone.now() - WORKER_SEEN).values_list("work_id", flat=True)
    workers = list(seen)
    if not workers:
        return "No worker is there, so this run waits. It starts by itself when a worker does."
    busy = sum(work is not None for work in workers)
    if busy == len(workers):
        who = "The worker is" if busy == 1 else f"All {busy} workers are"
        return f"{who} busy with another run. This one waits in line."
    return ""
