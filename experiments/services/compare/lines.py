"""Runs as lines of a comparison: those that differ by their seed alone are one line, with intervals over the seeds."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.alignment.errors import ConfigError
from experiments.alignment.registry import get_recipe
from experiments.deltas import HEADLINE
from experiments.models import Run
from experiments.services.compare.axes import AXES, Axis
from experiments.services.compare.material import Material
from experiments.services.standing.parts import Cell, over_seeds

LONGEST_NAME = 60
MOST_IN_NAME = 3
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Stop:
    """Where a line stood at the end of an iteration: gold and the gain over the start as means over its seeds, and
    the mean cost up to here by axis; without costs where they were not counted.
    """

    iteration: int
    gold: Cell
    gain: Cell
    prompts: int
    costs: Mapping[str, float]
    money: float = 0.0


@dataclass(frozen=True)
class Line:
    """Runs of one recipe with the same settings, a seed each, and their stops in order."""

    name: str
    runs: Sequence[Run]
    stops: Sequence[Stop]
    counted: bool
    settings: Settings

    @property
    def last(self) -> Stop:
        return self.stops[-1]

    @property
    def seeds(self) -> int:
        return len(self.runs)

    def end(self, axis: Axis) -> float | None:
        """What the line has spent at its last stop; None where it was not counted."""
        return self.last.costs.get(axis.name)


def lines_of(material: Material, runs: Sequence[Run]) -> list[Line]:
    """The lines in the order in which their first runs were named; those that measured nothing have none."""
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(json.dumps(_settings(material, run), sort_keys=True, default=str), []).append(run)
    found = [(own, stops) for own in groups.values() if (stops := _stops(material, own))]
    settings = [_settings(material, own[0]) for own, _ in found]
    names = _names([own[0] for own, _ in found], settings)
    return [
        Line(name, own, stops, all(material.counted(run) for run in own), one)
        for name, (own, stops), one in zip(names, found, settings, strict=True)
    ]


def _settings(material: Material, run: Run) -> dict[str, Any]:
    """All that is chosen at a launch but the seed. What a run left out is what its recipe has by default."""
    config = _defaults(run.recipe) | run.config
    bound = material.models.get(run.pk, {})
    models = {f"model of {role}": model.name for role, model in bound.items() if role != "policy"}
    taken = {f"takes {use.name}": use.artefact.run.recipe for use in material.uses.get(run.pk, [])}
    version = {} if run.recipe_version == 1 else {"recipe version": run.recipe_version}
    return {"recipe": run.recipe, **version, **models, **taken, **config}


def _defaults(recipe: str) -> dict[str, Any]:
    """What the recipe has where a run says nothing; nothing for a recipe that is gone."""
    try:
        return get_recipe(recipe).config().model_dump(mode="json")
    except ConfigError:
        return {}


def _stops(material: Material, runs: Sequence[Run]) -> list[Stop]:
    """The iterations that every seed has measured."""
    measured = [{m.iteration for m in material.metrics[run.pk].series(HEADLINE, "gold")} for run in runs]
    return [_stop(material, runs, index) for index in sorted(set.intersection(*measured))]


def _stop(material: Material, runs: Sequence[Run], index: int) -> Stop:
    gold = [material.metrics[run.pk].at(HEADLINE, "gold", index) for run in runs]
    gain = [material.metrics[run.pk].at("accuracy_gain", "gold", index) for run in runs]
    prompts = min((metric.n for metric in gold if metric), default=0)
    counted = all(material.counted(run) for run in runs)
    spent = [material.spent(run, index) for run in runs]
    costs = {
        axis.name: sum(axis.read(index, one) for one in spent) / len(spent)
        for axis in AXES
        if counted or axis.name == "iterations"
    }
    money = sum(one.money for one in spent) / len(spent)
    return Stop(index, over_seeds(gold), over_seeds(gain, signed=True), prompts, costs, money)


def _names(runs: Sequence[Run], settings: Sequence[Settings]) -> list[str]:
    """The recipe, with the settings that tell lines of one recipe apart; a run's number where that is not enough."""
    names = []
    for run, own in zip(runs, settings, strict=True):
        rivals = [other for other in settings if other["recipe"] == own["recipe"]]
        telling = [name for name in differing(rivals) if name in own][:MOST_IN_NAME]
        words = [f"{name} {own[name]}" for name in telling]
        names.append(", ".join([run.recipe, *words])[:LONGEST_NAME])
    return [
        f"{name} (run {run.pk})" if names.count(name) > 1 else name
        for name, run in zip(names, runs, strict=True)
    ]


def differing(settings: Sequence[Settings]) -> list[str]:
    """The names of settings in which they differ, in the order of the first that has them."""
    known = dict.fromkeys(name for one in settings for name in one)
    return [name for name in known if len({json.dumps(one.get(name), default=str) for one in settings}) > 1]
