"""Form fields for a recipe's settings, derived from its config: one help line, one set of limits."""

import json
from dataclasses import dataclass
from typing import Any

from django import forms
from pydantic import ValidationError

from experiments.alignment.registry import Recipe
from experiments.alignment.settings_errors import problems_of

PREFIX = "set-"
LONG_TEXT = 60
"""Characters beyond which a default is a text of its own: a large field, and no default in the help line."""
UNCHECKED = ("", "off", "false", "False", "0")


@dataclass(frozen=True)
class Setting:
    """One setting of a recipe as pages show it. `limits` are words: "from 0 to 50"; `folded` ones stand back."""

    name: str
    kind: str
    help: str
    default: Any
    choices: tuple[str, ...]
    limits: str
    bounds: dict[str, Any]
    folded: bool

    @property
    def label(self) -> str:
        return self.name.replace("_", " ").capitalize()

    @property
    def shown_default(self) -> str:
        return plain(self.default)

    @property
    def is_long(self) -> bool:
        return isinstance(self.default, str) and len(self.default) > LONG_TEXT

    @property
    def help_line(self) -> str:
        """The help with limits and default, as it stands under the field."""
        if self.is_long:
            return self.help
        facts = [f"{self.limits[:1].upper()}{self.limits[1:]}"] if self.limits else []
        facts.append(f"default {self.shown_default}" if facts else f"Default {self.shown_default}")
        return f"{self.help} {', '.join(facts)}.".strip()

    def field(self) -> forms.Field:
        """A lenient field: the config itself checks, so that form, shell and schedules refuse alike."""
        known = {"label": self.label, "help_text": self.help_line, "required": False, "initial": self.initial}
        if self.kind == "boolean":
            return forms.BooleanField(**known)
        if self.choices:
            return forms.ChoiceField(choices=[(c, c) for c in self.choices], **known)
        if self.kind in ("integer", "number"):
            step = "1" if self.kind == "integer" else "any"
            return forms.CharField(widget=forms.NumberInput({"step": step, **self.bounds}), **known)
        large = self.is_long or self.kind in ("array", "object")
        widget = forms.Textarea({"rows": 6 if self.is_long else 3}) if large else forms.TextInput()
        return forms.CharField(widget=widget, **known)

    @property
    def initial(self) -> Any:
        return self.default if self.kind == "boolean" else plain(self.default)

    def read(self, typed: Any) -> Any:
        """What was typed, as the config takes it: lists and objects are JSON, and lines end as they do elsewhere."""
        if self.is_long and isinstance(typed, str):
            return typed.replace("\r\n", "\n")
        if self.kind not in ("array", "object") or not isinstance(typed, str):
            return typed
        try:
            return json.loads(typed)
        except ValueError:
            return typed


def plain(value: Any) -> str:
    """A setting's value in words: none as "", lists and objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict | tuple) else str(value)


def settings_of(recipe: Recipe) -> list[Setting]:
    """The settings of a recipe in the order of its config, important ones first."""
    schema = recipe.config.model_json_schema()
    found = [_setting(name, part, schema.get("$defs", {})) for name, part in schema["properties"].items()]
    return sorted(found, key=lambda setting: setting.folded)


def _setting(name: str, part: dict[str, Any], shared: dict[str, Any]) -> Setting:
    shape = _shape(part, shared)
    bounds = {"min": shape.get("minimum", shape.get("exclusiveMinimum"))}
    bounds["max"] = shape.get("maximum", shape.get("exclusiveMaximum"))
    return Setting(
        name=name,
        kind=shape.get("type", "string"),
        help=part.get("description", ""),
        default=part.get("default"),
        choices=tuple(str(choice) for choice in shape.get("enum", ())),
        limits=_limits(shape),
        bounds={key: value for key, value in bounds.items() if value is not None},
        folded=bool(part.get("folded")),
    )


def _shape(part: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    """The type behind a reference or an "or nothing"."""
    if "$ref" in part:
        return dict(shared.get(part["$ref"].rsplit("/", 1)[-1], {}))
    options = [option for option in part.get("anyOf", []) if option.get("type") != "null"]
    return _shape(options[0], shared) if options else part


def _limits(shape: dict[str, Any]) -> str:
    low, high = shape.get("minimum"), shape.get("maximum")
    above, below = shape.get("exclusiveMinimum"), shape.get("exclusiveMaximum")
    words = [f"from {plain(low)}"] if low is not None else []
    words += [f"above {plain(above)}"] if above is not None else []
    words += [f"to {plain(high)}"] if high is not None else []
    words += [f"below {plain(below)}"] if below is not None else []
    return " ".join(words)


def problems(recipe: Recipe, settings: dict[str, Any]) -> dict[str, str]:
    """What the config finds wrong, by setting; empty when it takes them."""
    try:
        recipe.config.model_validate(settings)
    except ValidationError as error:
        return {problem.field: problem.message for problem in problems_of(recipe.config, error)}
    return {}
