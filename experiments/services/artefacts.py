"""What runs lend each other: who has an artefact of a kind on disk, and which recipe makes one."""

from __future__ import annotations

from experiments.alignment.registry import Recipe, recipes
from experiments.models import Artefact, Run, User

MOST_LENDERS = 50
MAKE = "make:"
"""Stands before a recipe's name where a run that lends could be named: that recipe is to make it first."""


def lenders(kind: str, user: User | None = None) -> list[tuple[int, str]]:
    """Runs that have an artefact of this kind on disk, as (run, its words), newest first."""
    made = Artefact.objects.filter(kind=kind, state=Artefact.State.PRESENT)
    if user is not None:
        made = made.filter(run__in=Run.objects.visible_to(user))
    rows = made.order_by("-run_id").values_list("run_id", "run__name", "run__recipe").distinct()
    return [(pk, f"run {pk} · {name} · {recipe}") for pk, name, recipe in rows[:MOST_LENDERS]]


def makers(kind: str) -> list[Recipe]:
    """The recipes whose runs make artefacts of this kind."""
    return [recipe for recipe in recipes() if kind in recipe.makes]


def first_makers(kind: str) -> list[Recipe]:
    """Those of them that need nothing but the policy, so that they can be run first for somebody who lacks it."""
    return [maker for maker in makers(kind) if maker.alone]


def kind_words(kind: str) -> str:
    return kind.replace("-", " ").replace("_", " ")


def filled_by_run(recipe: Recipe) -> frozenset[str]:
    """The roles, beside the policy, that the run itself fills: with what it trains or what another run lends."""
    made = {*recipe.needs, *recipe.takes, *recipe.makes}
    return (recipe.composition(recipe.config()).trained_roles | made) - {"policy"}
