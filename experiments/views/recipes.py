"""The catalogue and one recipe of it."""

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from experiments.access import member, members
from experiments.alignment.errors import ConfigError
from experiments.alignment.registry import Recipe, get_recipe, recipes
from experiments.alignment.survey import LEAVES, PARADIGM_HELP, PARADIGMS
from experiments.forms.settings_fields import settings_of
from experiments.models import Run
from experiments.services.artefacts import filled_by_run, kind_words, lenders, makers
from experiments.services.catalogue import arms_of, control_of, loop_of, paragraphs, suited

RUNS_SHOWN = 10


@members
def recipe_list(request: HttpRequest) -> HttpResponse:
    """Every recipe by paradigm and leaf."""
    groups = [
        (
            PARADIGMS[paradigm],
            PARADIGM_HELP[paradigm],
            [(leaf, LEAVES.get(leaf, ""), list(rows)) for leaf, rows in _by_leaf(list(found))],
        )
        for paradigm, found in groupby(recipes(), lambda one: one.paradigm)
    ]
    return render(request, "recipes/list.html", {"groups": groups, "count": len(recipes())})


def _by_leaf(found: list[Recipe]) -> list[tuple[str, list[Recipe]]]:
    return [(leaf, list(rows)) for leaf, rows in groupby(found, lambda one: one.leaf)]


def _lends(recipe: Recipe) -> list[dict[str, object]]:
    """What another run must or may lend: the kind, who makes it and how many runs have one."""
    return [
        {
            "kind": kind_words(kind),
            "needed": kind in recipe.needs,
            "makers": makers(kind),
            "runs": lenders(kind),
        }
        for kind in (*recipe.needs, *recipe.takes)
    ]


@members
def recipe_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """What a recipe does, its loop, its settings and its runs."""
    try:
        recipe = get_recipe(slug)
    except ConfigError as error:
        raise Http404(error.message) from None
    runs = Run.objects.for_list().visible_to(member(request)).filter(recipe=slug, archived_at=None)
    context = {
        "recipe": recipe,
        "paradigm": PARADIGMS[recipe.paradigm],
        "leaf": LEAVES.get(recipe.leaf, ""),
        "paragraphs": paragraphs(recipe.documentation),
        "phases": loop_of(recipe),
        "main": recipe.composition(recipe.config()).main,
        "control": control_of(recipe),
        "arms": arms_of(recipe),
        "lends": _lends(recipe),
        "filled": filled_by_run(recipe),
        "makes": [kind_words(kind) for kind in recipe.makes],
        "suited": suited(recipe),
        "settings": settings_of(recipe),
        "runs": runs[:RUNS_SHOWN],
    }
    return render(request, "recipes/detail.html", context)
