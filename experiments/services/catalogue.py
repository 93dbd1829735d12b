"""The catalogue of recipes as documents and as strips of plug-ins."""

import inspect
from dataclasses import dataclass
from typing import Any

from experiments.alignment.composition import Arm, Phase
from experiments.alignment.metrics_table import METRICS
from experiments.alignment.registry import Recipe, recipes
from experiments.models import Dataset, Preparation


@dataclass(frozen=True)
class Part:
    """One plug-in of a recipe's loop: the stage it serves, its name in words, and one sentence about it."""

    stage: str
    name: str
    help: str


@dataclass(frozen=True)
class ArmPart:
    """Something measured beside the policy: its name, when it answers, and what its accuracy means."""

    name: str
    when: str
    help: str


def described(recipe: Recipe) -> dict[str, Any]:
    """A recipe as scripts see it; `config` is its JSON schema."""
    return {
        "slug": recipe.slug,
        "title": recipe.title,
        "paradigm": recipe.paradigm,
        "leaf": recipe.leaf,
        "paper": recipe.paper,
        "trains": recipe.composition(recipe.config()).trains,
        "roles": [{"name": role.name, "required": role.required} for role in recipe.roles],
        "needs": list(recipe.needs),
        "makes": list(recipe.makes),
        "data": recipe.data,
        "config": recipe.config.model_json_schema(),
    }


def catalogue() -> list[dict[str, Any]]:
    """Every recipe, in the survey's order."""
    return [described(recipe) for recipe in recipes()]


def loop_of(recipe: Recipe) -> list[list[Part]]:
    """The plug-ins of each phase with the default settings, in the order in which they act."""
    return [_phase(phase) for phase in recipe.composition(recipe.config()).phases]


def control_of(recipe: Recipe) -> list[Part]:
    """The plug-ins of the control at equal samples; none where the recipe has no such control."""
    control = recipe.composition(recipe.config()).control
    return _phase(control) if control else []


def arms_of(recipe: Recipe) -> list[ArmPart]:
    """What is measured beside the policy with the default settings."""
    composition = recipe.composition(recipe.config())
    return [_arm(arm, composition.trained_roles) for arm in composition.all_arms]


def _arm(arm: Arm, trained: frozenset[str]) -> ArmPart:
    own = ", a checkpoint of its own" if trained.intersection(arm.answer.roles) - {"policy"} else ""
    when = "once, before training" if arm.once else "after every iteration"
    world = f", in {arm.world}" if arm.world else ""
    metric = METRICS.get(f"{arm.name}_accuracy")
    return ArmPart(arm.name, f"{when}{own}{world}", metric.help if metric else "")


def suited(recipe: Recipe) -> Dataset | None:
    """The data set that suits a recipe, where it is here and ready."""
    found: Dataset | None = Dataset.objects.filter(
        name=recipe.data, versions__status=Preparation.READY
    ).first()
    return found


def _phase(phase: Phase) -> list[Part]:
    parts = [_part("propose", phase.propose)]
    parts += [_part("signal", source) for source in phase.signals]
    for branch in phase.branches:
        parts.append(_part("select", branch.select, branch.role))
        if branch.learn:
            parts.append(_part("learn", branch.learn, branch.role))
    return parts


def _part(stage: str, plugin: object, role: str = "policy") -> Part:
    words = "".join(
        f" {letter.lower()}" if letter.isupper() else letter for letter in type(plugin).__name__
    ).strip()
    name = type(plugin).__name__ if type(plugin).__name__.isupper() else words.capitalize()
    about = (inspect.getdoc(type(plugin)) or "").split("\n\n")[0].replace("\n", " ")
    return Part(stage, name if role == "policy" else f"{name} ({role})", about)


def paragraphs(documentation: str) -> list[list[str]]:
    """A docstring as paragraphs; a paragraph of "- " lines has one entry a line, any other has one entry."""
    blocks = [block for block in inspect.cleandoc(documentation).split("\n\n") if block.strip()]
    return [_paragraph([line.strip() for line in block.splitlines()]) for block in blocks]


def _paragraph(lines: list[str]) -> list[str]:
    if not lines[0].startswith("- "):
        return [" ".join(lines)]
    items: list[str] = []
    for line in lines:
        if line.startswith("- "):
            items.append(line)
        else:
            items[-1] += f" {line}"
    return items
