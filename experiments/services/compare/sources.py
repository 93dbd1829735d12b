"""Which source of signal is worth what: the best of each recipe on the same data, model and gold, at equal cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet

from experiments.alignment.errors import ConfigError
from experiments.alignment.registry import Recipe, get_recipe
from experiments.alignment.survey import PARADIGMS
from experiments.deltas import HEADLINE
from experiments.models import DatasetVersion, LatestMetric, Run, RunStatus, User
from experiments.services.compare.axes import Axis
from experiments.services.compare.equal import Standing, within
from experiments.services.compare.lines import Line, lines_of
from experiments.services.compare.material import Alike, Material

MOST_VERSIONS = 12
MOST_RUNS = 200


@dataclass(frozen=True)
class Row:
    """One recipe: its best line within the budget, and of how many lines it is the best."""

    recipe: str
    title: str
    paradigm: str
    standing: Standing
    tried: int
    installed: bool = True


@dataclass(frozen=True)
class Arena:
    """Runs that are alike: what they share in words, and the recipes among them, best first."""

    model: str
    gold: int
    simulated: bool
    budget: float | None
    rows: Sequence[Row]


def measured_versions(user: User) -> list[DatasetVersion]:
    """Versions on which succeeded runs measured gold, those with most runs first, each with `runs_measured`."""
    counts = dict(
        _measured(user).values_list("dataset_version").annotate(n=Count("pk")).order_by("-n")[:MOST_VERSIONS]
    )
    versions = DatasetVersion.objects.filter(pk__in=counts).select_related("dataset")
    for version in versions:
        version.runs_measured = counts[version.pk]  # type: ignore[attr-defined]
    return sorted(versions, key=lambda version: (-counts[version.pk], -version.pk))


def _measured(user: User) -> QuerySet[Run]:
    gold = LatestMetric.objects.filter(run=OuterRef("pk"), name=HEADLINE, split="gold")
    rows: QuerySet[Run] = Run.objects.visible_to(user).filter(status=RunStatus.SUCCEEDED, archived_at=None)
    return rows.filter(Exists(gold)).order_by()


def arenas(user: User, version: DatasetVersion, axis: Axis, budget: float | None) -> list[Arena]:
    """The newest runs on a version by what they share; real ones first, then those with most recipes.

    Without a budget each arena has the largest one within which every recipe that spent anything has ended.
    """
    rows = _measured(user).filter(dataset_version=version).select_related("dataset_version__dataset")
    material = Material(list(rows.order_by("-id")[:MOST_RUNS]))
    groups: dict[Alike, list[Run]] = {}
    for run in material.runs:
        groups.setdefault(material.alike(run), []).append(run)
    found = [_arena(material, alike, runs, axis, budget) for alike, runs in groups.items()]
    return sorted(found, key=lambda arena: (arena.simulated, -len(arena.rows)))


def _arena(material: Material, alike: Alike, runs: Sequence[Run], axis: Axis, budget: float | None) -> Arena:
    by_recipe: dict[str, list[Line]] = {}
    for line in lines_of(material, runs):
        by_recipe.setdefault(line.runs[0].recipe, []).append(line)
    if budget is None:
        budget = min((end for lines in by_recipe.values() if (end := _furthest(lines, axis))), default=None)
    rows = [_row(slug, lines, axis, budget) for slug, lines in by_recipe.items()]
    rows.sort(key=lambda row: -_gold(row.standing))
    model = material.role(runs[0], "policy")
    return Arena(model.name if model else "", alike.gold, alike.simulated, budget, rows)


def _furthest(lines: Sequence[Line], axis: Axis) -> float:
    return max((line.end(axis) or 0.0 for line in lines), default=0.0)


def _row(slug: str, lines: Sequence[Line], axis: Axis, budget: float | None) -> Row:
    best = max(within(lines, axis, budget), key=_gold)
    recipe = _recipe(slug)
    if recipe is None:
        return Row(slug, slug, "not installed", best, len(lines), installed=False)
    return Row(slug, recipe.title, PARADIGMS[recipe.paradigm], best, len(lines))


def _gold(one: Standing) -> float:
    return -1.0 if one.stop is None or one.stop.gold.value is None else one.stop.gold.value


def _recipe(slug: str) -> Recipe | None:
    try:
        return get_recipe(slug)
    except ConfigError:
        return None
