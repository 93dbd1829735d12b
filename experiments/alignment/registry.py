"""The catalogue: `@recipe` registers a composition; each is checked when it is imported.

Recipes are found in `experiments.alignment.recipes` and in packages that name an entry point of the group
`plumbline.recipes`.
"""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any, Literal

from pydantic import ValidationError

from experiments.alignment.composition import Composition, check
from experiments.alignment.config import RecipeConfig
from experiments.alignment.errors import ConfigError
from experiments.alignment.evaluators.measures import measure_names
from experiments.alignment.settings_errors import problems_of
from experiments.alignment.survey import LEAVES

Paradigm = Literal["inductive-bias", "behaviour-imitation", "model-feedback", "environment-feedback"]
PARADIGM_OF: dict[str, Paradigm] = {
    "1": "inductive-bias",
    "2": "behaviour-imitation",
    "3": "model-feedback",
    "4": "environment-feedback",
}
"""By the first digit of a leaf."""


@dataclass(frozen=True)
class Role:
    """A part that a model plays. An optional role that nothing is bound to falls back to the policy."""

    name: str
    help: str
    required: bool = False


POLICY = Role("policy", "The model that answers and is trained.", required=True)


@dataclass(frozen=True)
class Recipe:
    """A named composition with its config, its place in the survey and its documentation.

    `needs` are the kinds of artefact that another run must lend, `takes` those that it may; `makes` are those that
    come out. `data` names a starter data set that suits it.
    """

    slug: str
    title: str
    leaf: str
    paper: str
    summary: str
    compose: Callable[[Any], Composition]
    config: type[RecipeConfig]
    roles: tuple[Role, ...]
    needs: tuple[str, ...] = ()
    makes: tuple[str, ...] = ("checkpoint",)
    takes: tuple[str, ...] = ()
    data: str = "arithmetic"
    version: int = 1

    @property
    def paradigm(self) -> Paradigm:
        return PARADIGM_OF[self.leaf.split(".")[0]]

    @property
    def alone(self) -> bool:
        """Whether one model is all that a run of it needs: nothing of another run, no second model."""
        return not self.needs and all(role.name == POLICY.name for role in self.roles if role.required)

    @property
    def documentation(self) -> str:
        return self.compose.__doc__ or ""

    def configure(self, settings: dict[str, Any]) -> RecipeConfig:
        """The validated config; raises ConfigError whose one sentence says what to give for the first field
        that is wrong.
        """
        try:
            return self.config.model_validate(settings)
        except ValidationError as error:
            first = problems_of(self.config, error)[0]
            raise ConfigError(f"{self.slug}: {first.message}", field=first.field) from None

    def composition(self, config: RecipeConfig) -> Composition:
        """The checked composition for a config; raises ConfigError where its parts do not fit."""
        composition = self.compose(config)
        check(composition, frozenset(role.name for role in self.roles), self.slug)
        known = measure_names()
        for name in composition.measures:
            if name not in known:
                raise ConfigError(
                    f"There are no metrics called {name!r}; there are {', '.join(known)}. "
                    "A family is a file of that name in evaluators/measures."
                )
        return composition


_recipes: dict[str, Recipe] = {}


def recipe(
    *,
    slug: str,
    title: str,
    leaf: str,
    paper: str,
    summary: str,
    config: type[RecipeConfig],
    roles: Sequence[Role] = (POLICY,),
    needs: Sequence[str] = (),
    makes: Sequence[str] = ("checkpoint",),
    takes: Sequence[str] = (),
    data: str = "arithmetic",
    version: int = 1,
) -> Callable[[Callable[[Any], Composition]], Recipe]:
    """Registers a function from config to composition; raises ConfigError if its default does not fit together."""

    def register(compose: Callable[[Any], Composition]) -> Recipe:
        made = Recipe(
            slug,
            title,
            leaf,
            paper,
            summary,
            compose,
            config,
            tuple(roles),
            tuple(needs),
            tuple(makes),
            tuple(takes),
            data,
            version,
        )
        if slug in _recipes:
            raise ConfigError(f"Two recipes are called {slug}.")
        if leaf not in LEAVES:
            places = ", ".join(f"{place} ({name})" for place, name in LEAVES.items())
            raise ConfigError(f"{slug}: {leaf!r} is no leaf of the survey; there are {places}.")
        made.composition(config())
        _recipes[slug] = made
        return made

    return register


@cache
def _discover() -> None:
    package = importlib.import_module("experiments.alignment.recipes")
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
    for entry in entry_points(group="plumbline.recipes"):
        entry.load()


def recipes() -> list[Recipe]:
    """Every recipe, in the survey's order."""
    _discover()
    return sorted(_recipes.values(), key=lambda r: (r.leaf, r.slug))


def get_recipe(slug: str) -> Recipe:
    """The recipe of that name; raises ConfigError that lists the known ones."""
    _discover()
    if slug not in _recipes:
        raise ConfigError(
            f"There is no recipe {slug!r}. Known recipes: {', '.join(sorted(_recipes))}.", field="recipe"
        )
    return _recipes[slug]
