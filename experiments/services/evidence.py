"""What signals rest on, made fit for a page: one shape for each kind of evidence that has a template.

Evidence is JSON that a recipe wrote, perhaps one that is gone by now, with words of models inside. What does not
have the shape of its kind is shown as it was recorded.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from pydantic import ValidationError

from experiments.services.evidence_instructions import Filter, Instruction
from experiments.services.evidence_opinions import Aspects, Observers, Opinions
from experiments.services.evidence_shapes import (
    Critique,
    Episode,
    Pairwise,
    Principle,
    Reward,
    Rubric,
    Shape,
    Statements,
    Steps,
    Tool,
    Tree,
    Votes,
    Weak,
)

PLAIN = "plain"

SHAPES: dict[str, type[Shape]] = {
    "rubric": Rubric,
    "votes": Votes,
    "critique": Critique,
    "pairwise": Pairwise,
    "tree": Tree,
    "tool": Tool,
    "episode": Episode,
    "observers": Observers,
    "opinions": Opinions,
    "weak": Weak,
    "principle": Principle,
    "reward": Reward,
    "statements": Statements,
    "steps": Steps,
    "aspects": Aspects,
    "instruction": Instruction,
    "filter": Filter,
}


@cache
def evidence_kinds() -> frozenset[str]:
    """The kinds with a template of their own; a kind's name is looked up here and never becomes a path."""
    found = {path.stem for path in (settings.BASE_DIR / "templates" / "evidence").glob("*.html")}
    return frozenset(found & SHAPES.keys())


def shown(kind: str, data: Any) -> tuple[str, Any]:
    """The name of the template and what it is given: the kind's shape, or the data as recorded."""
    if kind in evidence_kinds():
        try:
            return kind, SHAPES[kind].model_validate(data)
        except ValidationError:
            return PLAIN, data
    return PLAIN, data
