"""The form that starts a run: model, data set, roles, artefacts, seed and the recipe's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet

from experiments.alignment.errors import PlumblineError
from experiments.alignment.registry import Recipe
from experiments.forms.settings_fields import PREFIX, Setting, problems, settings_of
from experiments.models import DatasetVersion, LanguageModel, Preparation
from experiments.services.artefacts import MAKE, filled_by_run, first_makers, kind_words, lenders, makers
from experiments.services.launch import LaunchRequest

MOST_CHOICES = 200
ROLE, USE = "role-", "use-"


@dataclass(frozen=True)
class UseField:
    """A choice among runs that lend something and recipes that make it first.

    Where there are neither, `makers` are the recipes that make it once they are lent something themselves; else None.
    """

    field: forms.BoundField
    makers: list[Recipe] | None


class NewRunForm(forms.Form):
    """Everything a launch needs but its recipe, which decides which fields there are."""

    model = forms.ChoiceField(
        label="Model", help_text="The model that answers and, where the recipe trains, learns."
    )
    dataset = forms.ChoiceField(
        label="Data set", help_text="Its train rows are learned from; probe and gold rows only measure."
    )
    name = forms.CharField(
        label="Name",
        required=False,
        max_length=200,
        help_text="How the run is called in lists. Left empty, it is made from the choices.",
    )
    seed = forms.IntegerField(
        label="Seed",
        initial=0,
        min_value=0,
        max_value=2**31 - 1,
        help_text="The same seed, settings, model and data give the same run. From 0, default 0.",
    )

    def __init__(self, recipe: Recipe, data: Any = None, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.recipe = recipe
        self.settings = settings_of(recipe)
        self._choices("model").choices = self.model_choices = _model_choices()
        self._choices("dataset").choices = _dataset_choices()
        self.makers: dict[str, list[Recipe]] = {}
        self._suit_data()
        self._initial_version()
        self._add_roles()
        self._add_uses()
        for setting in self.settings:
            self.fields[PREFIX + setting.name] = setting.field()

    def _choices(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def _initial_version(self) -> None:
        """A data set named without a version means its newest, which is the first one listed."""
        wanted = self.initial.get("dataset", "")
        if wanted and "@" not in wanted:
            options = [value for value, _ in _flat(self._choices("dataset").choices)]
            self.initial["dataset"] = next((v for v in options if v.rpartition("@")[0] == wanted), wanted)

    def _suit_data(self) -> None:
        """Names the data that suits the recipe, and chooses it where nothing is chosen and it is there."""
        data = self.recipe.data
        field = self._choices("dataset")
        here = any(value.rpartition("@")[0] == data for value, _ in _flat(field.choices))
        if here:
            self.initial.setdefault("dataset", data)
        field.help_text += f" {data} suits this recipe{'' if here else '; it is not here yet'}."

    def _add_roles(self) -> None:
        """A field for each role that a model has to be bound to: not those that the run itself fills."""
        filled = filled_by_run(self.recipe)
        for role in self.recipe.roles:
            if role.name != "policy" and (role.required or role.name not in filled):
                empty = ("", "Choose a model") if role.required else ("", "The policy itself")
                self.fields[ROLE + role.name] = forms.ChoiceField(
                    label=kind_words(role.name).capitalize(),
                    help_text=role.help,
                    required=role.required,
                    choices=[empty, *self.model_choices],
                )

    def _add_uses(self) -> None:
        """A field for each kind of artefact that another run must or may lend."""
        for kind in (*self.recipe.needs, *self.recipe.takes):
            needed, offered = kind in self.recipe.needs, lenders(kind)
            words = kind_words(kind)
            first = first_makers(kind)
            empty = ("", "Choose a run") if needed else ("", "None: the recipe does without")
            self.fields[USE + kind] = forms.ChoiceField(
                label=words.capitalize(),
                required=needed,
                choices=[
                    empty,
                    *((str(run), label) for run, label in offered),
                    *((MAKE + maker.slug, f"Make it first: {maker.title}") for maker in first),
                ],
                help_text=f"The run whose newest {words} is taken, or the recipe to make one first.",
                error_messages={
                    "required": f"This recipe needs the {words} of another run.",
                    "invalid_choice": f"That run has no {words} on disk.",
                },
            )
            if not offered and not first:
                self.makers[kind] = makers(kind)

    def clean(self) -> dict[str, Any]:
        """Lets the recipe's config check every setting at once."""
        cleaned = super().clean() or {}
        for name, message in problems(self.recipe, self._typed(cleaned)).items():
            self.add_error(PREFIX + name if PREFIX + name in self.fields else None, message)
        return cleaned

    def _typed(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        """The settings that were filled in; an empty one keeps its default."""
        typed = {one.name: one.read(cleaned.get(PREFIX + one.name)) for one in self.settings}
        return {name: value for name, value in typed.items() if value not in (None, "")}

    def launch_request(self) -> LaunchRequest:
        """What was asked for. Call it on a valid form."""
        data = self.cleaned_data
        return LaunchRequest(
            recipe=self.recipe.slug,
            model=data["model"],
            dataset=data["dataset"],
            seed=data["seed"],
            name=data["name"],
            settings=self._typed(data),
            roles={k.removeprefix(ROLE): v for k, v in data.items() if k.startswith(ROLE) and v},
            use={kind: int(v) for kind, v in self._uses() if v.isdecimal()},
            make={kind: v.removeprefix(MAKE) for kind, v in self._uses() if v.startswith(MAKE)},
        )

    def _uses(self) -> list[tuple[str, str]]:
        return [(k.removeprefix(USE), v) for k, v in self.cleaned_data.items() if k.startswith(USE) and v]

    def refuse(self, error: PlumblineError) -> None:
        """Puts a refused launch beside the field it is about."""
        name = error.field or ""
        places = [place for place in (name, PREFIX + name, ROLE + name, USE + name) if place in self.fields]
        if name == "use":
            # The launch names no kind; its sentence does.
            places = [
                place for place in self.fields if place.startswith(USE) and place[len(USE) :] in error.message
            ]
        self.add_error(places[0] if places else None, error.message)

    def role_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(ROLE)]

    def use_fields(self) -> list[UseField]:
        names = [name for name in self.fields if name.startswith(USE)]
        return [UseField(self[name], self.makers.get(name[len(USE) :])) for name in names]

    def first_settings(self) -> list[forms.BoundField]:
        return self._bound([one for one in self.settings if not one.folded])

    def folded_settings(self) -> list[forms.BoundField]:
        return self._bound([one for one in self.settings if one.folded])

    def folded_wrong(self) -> bool:
        """Whether a folded setting was refused, so that the fold must stand open."""
        return any(field.errors for field in self.folded_settings())

    def _bound(self, settings: list[Setting]) -> list[forms.BoundField]:
        return [self[PREFIX + one.name] for one in settings]


def initial_of(request: LaunchRequest) -> dict[str, Any]:
    """The form's fields for a request, such as the one behind a run that is cloned."""
    known = {"model": request.model, "dataset": request.dataset, "seed": request.seed, "name": request.name}
    known |= {ROLE + role: model for role, model in request.roles.items()}
    known |= {USE + kind: str(run) for kind, run in request.use.items()}
    return known | {PREFIX + name: value for name, value in request.settings.items()}


def typed_so_far(params: Mapping[str, str], recipe: Recipe) -> dict[str, Any]:
    """What was typed before the recipe was changed, from the address. An unticked box sends nothing."""
    typed: dict[str, Any] = {name: value for name, value in params.items() if value != ""}
    if "seed" in params:
        typed |= {
            PREFIX + s.name: PREFIX + s.name in params for s in settings_of(recipe) if s.kind == "boolean"
        }
    return typed


def _flat(choices: Any) -> list[tuple[str, str]]:
    return [(str(value), str(label)) for value, label in choices]


def _model_choices() -> list[tuple[str, str]]:
    ready = LanguageModel.objects.filter(status=Preparation.READY).order_by("name")
    return [(name, name) for name in ready.values_list("name", flat=True)[:MOST_CHOICES]]


def _dataset_choices() -> list[tuple[str, str]]:
    ready: QuerySet[DatasetVersion] = DatasetVersion.objects.filter(status=Preparation.READY)
    ready = ready.select_related("dataset").order_by("dataset__name", "-number")[:MOST_CHOICES]
    return [(f"{v.dataset.name}@{v.number}", f"{v}{_counts(v)}") for v in ready]


def _counts(version: DatasetVersion) -> str:
    parts = [
        f"{version.counts[split]:,} {split}"
        for split in ("train", "probe", "gold")
        if version.counts.get(split)
    ]
    return f" · {', '.join(parts)}" if parts else ""
