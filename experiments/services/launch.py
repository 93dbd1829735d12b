"""Starting runs: one request, one validation, whoever asks (a form, the shell, a schedule or a script)."""

import itertools
import os
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field

from experiments import queue
from experiments.alignment.composition import Composition
from experiments.alignment.config import RecipeConfig
from experiments.alignment.errors import ConfigError, DataError, ModelError
from experiments.alignment.loop import plan
from experiments.alignment.registry import Recipe, get_recipe
from experiments.models import (
    Artefact,
    ArtefactUse,
    Dataset,
    DatasetVersion,
    LanguageModel,
    Preparation,
    Project,
    Run,
    RunEvent,
    RunModel,
    RunStatus,
    Schedule,
    User,
)
from experiments.services.context_length import check_prompts_fit
from experiments.services.endpoint_roles import check_endpoints
from experiments.services.work import open_step

NEEDED_SPLITS = ("train", "probe", "gold")


class LaunchRequest(BaseModel):
    """What a person asks for. Names are registered names, never paths."""

    model_config = ConfigDict(extra="forbid")

    recipe: str
    model: str
    dataset: str = Field(description='A data set\'s name for its newest version, or "name@3".')
    roles: dict[str, str] = {}
    settings: dict[str, Any] = {}
    seed: int = Field(0, ge=0, lt=2**31)
    name: str = Field("", max_length=200)
    use: dict[str, int] = {}
    make: dict[str, str] = Field({}, description="Kinds that a run of this recipe makes first.")


@dataclass(frozen=True)
class Checked:
    """A request whose every part was found and fits."""

    recipe: Recipe
    config: RecipeConfig
    composition: Composition
    models: dict[str, LanguageModel]
    version: DatasetVersion
    artefacts: dict[str, Artefact]


def check_launch(request: LaunchRequest, expected: Collection[str] = ()) -> Checked:
    """Everything a launch needs, or the first thing that is wrong; writes nothing.

    Artefacts of the kinds that are `expected` need not be there yet.

    Raises:
        ConfigError, DataError, ModelError: `field` names the part of the request, `message` says what to do.
    """
    recipe = get_recipe(request.recipe)
    config = recipe.configure(request.settings)
    composition = recipe.composition(config)
    models = _models(recipe, request)
    check_endpoints(composition, models)
    version = find_version(request.dataset)
    _check_dataset(version, composition)
    check_prompts_fit(models["policy"], version, composition.answer_tokens)
    return Checked(
        recipe=recipe,
        config=config,
        composition=composition,
        models=models,
        version=version,
        artefacts=_artefacts(recipe, request, expected),
    )


def _models(recipe: Recipe, request: LaunchRequest) -> dict[str, LanguageModel]:
    known = {role.name for role in recipe.roles}
    for role in request.roles:
        if role not in known:
            raise ConfigError(
                f"{recipe.slug} has no role {role!r}. Its roles: {', '.join(sorted(known))}.", field="roles"
            )
    for needed in recipe.roles:
        if needed.required and needed.name != "policy" and not request.roles.get(needed.name):
            raise ConfigError(
                f"{recipe.slug} needs a model for the role {needed.name}: name one with --role {needed.name}=MODEL.",
                field="roles",
            )
    return {
        role: find_model(name) for role, name in {"policy": request.model, **request.roles}.items() if name
    }


def find_model(name: str) -> LanguageModel:
    """The ready model of that name."""
    model = LanguageModel.objects.filter(name=name).first()
    if model is None:
        names = ", ".join(LanguageModel.objects.order_by("name").values_list("name", flat=True)[:10])
        raise ModelError(
            f"There is no model {name!r}. Registered models: {names or 'none yet'}.", field="model"
        )
    if model.status != Preparation.READY:
        raise ModelError(f"The model {name!r} is not ready: {model.error or model.status}.", field="model")
    return model


def find_version(name: str) -> DatasetVersion:
    """The version that "name" or "name@number" means."""
    base, _, number = name.partition("@")
    dataset = Dataset.objects.filter(name=base).first()
    if dataset is None:
        names = ", ".join(Dataset.objects.order_by("name").values_list("name", flat=True)[:10])
        raise DataError(
            f"There is no data set {base!r}. Registered data sets: {names or 'none yet'}; "
            "`manage.py datasets starter NAME` registers one that comes with Plumbline.",
            field="dataset",
        )
    if number and not number.isdecimal():
        raise DataError(f"{name!r}: after @ stands a version number, as in {base}@1.", field="dataset")
    ready = dataset.versions.filter(status=Preparation.READY)
    version = ready.filter(number=int(number)).first() if number else dataset.latest()
    if version is None:
        raise DataError(f"{name!r} has no such version that is ready.", field="dataset")
    return version


def _check_dataset(version: DatasetVersion, composition: Composition) -> None:
    for split in NEEDED_SPLITS:
        if not version.counts.get(split):
            raise DataError(
                f"{version} has no {split} rows, which this recipe needs. Import it again with a split, such as "
                "--split train=0.8,probe=0.1,gold=0.1; rows that name their split keep it, and those that a run "
                "exported are train: add rows of others, or take the split column away.",
                field="dataset",
            )
    if composition.needs_reference and version.verifier == "none":
        raise DataError(
            f"{version} names no verifier, but this recipe checks answers. Import it with --verifier.",
            field="dataset",
        )


def _artefacts(recipe: Recipe, request: LaunchRequest, expected: Collection[str]) -> dict[str, Artefact]:
    if request.make.keys() - expected:
        raise ConfigError("Only a single run that starts now can have something made first.", field="use")
    for kind in request.use.keys() - {*recipe.needs, *recipe.takes}:
        known = ", ".join((*recipe.needs, *recipe.takes)) or "none"
        raise ConfigError(f"{recipe.slug} takes no {kind} of another run; it takes: {known}.", field="use")
    for kind in recipe.needs:
        if kind not in request.use and kind not in expected:
            raise ConfigError(
                f"{recipe.slug} needs a {kind} of another run: name one with --use {kind}=RUN, or have it "
                f"made first with --use {kind}=make:RECIPE.",
                field="use",
            )
    present = {kind: run_id for kind, run_id in request.use.items() if kind not in expected}
    return {kind: _artefact(kind, run_id) for kind, run_id in present.items()}


def _artefact(kind: str, run_id: int) -> Artefact:
    made = (
        Artefact.objects.filter(run_id=run_id, kind=kind, state=Artefact.State.PRESENT)
        .order_by("-iteration")
        .first()
    )
    if made is None:
        raise ConfigError(f"Run {run_id} has no {kind} on disk.", field="use")
    return made


@transaction.atomic
def launch(
    request: LaunchRequest,
    by: User | None,
    schedule: Schedule | None = None,
    cloned_from: Run | None = None,
    sweep: str = "",
) -> Run:
    """Checks the request, writes the run with its first step and rings for a worker."""
    found = check_launch(request)
    run = Run.objects.create(
        project=Project.default(),
        name=request.name or _name(request, found),
        recipe=found.recipe.slug,
        recipe_version=found.recipe.version,
        config=found.config.model_dump(mode="json"),
        seed=request.seed,
        status=RunStatus.QUEUED,
        dataset_version=found.version,
        dataset_sha256=found.version.sha256,
        sweep=sweep,
        cloned_from=cloned_from,
        schedule=schedule,
        created_by=by,
        code_commit=code_commit(),
        simulated=any(m.kind == LanguageModel.Kind.SCRIPTED for m in found.models.values()),
    )
    RunModel.objects.bulk_create(RunModel(run=run, role=role, model=m) for role, m in found.models.items())
    ArtefactUse.objects.bulk_create(
        ArtefactUse(run=run, name=k, artefact=a) for k, a in found.artefacts.items()
    )
    RunEvent.objects.create(run=run, sequence=0, after=run.status, why=_why(schedule, cloned_from), by=by)
    open_step(run, plan(found.composition, found.config.iterations)[0])
    queue.ring(run.pk)
    return run


def _name(request: LaunchRequest, found: Checked) -> str:
    return f"{found.recipe.title} on {found.version.dataset.title or found.version.dataset.name}"


def _why(schedule: Schedule | None, cloned_from: Run | None) -> str:
    if schedule:
        return f"launched by the schedule {schedule.name}"[:500]
    return f"cloned from run {cloned_from.pk}" if cloned_from else "launched"


def launch_sweep(
    request: LaunchRequest, seeds: list[int], vary: dict[str, list[str]], by: User | None
) -> list[Run]:
    """One run a cell, all or none: every seed with every combination of the varied fields."""
    name = request.name or f"{request.recipe} sweep"
    cells = [dict(zip(vary, values, strict=True)) for values in itertools.product(*vary.values())]
    requests = [_cell(request, name, seed, cell) for cell in cells for seed in seeds or [request.seed]]
    with transaction.atomic():
        return [launch(one, by, sweep=name) for one in requests]


def _cell(request: LaunchRequest, name: str, seed: int, cell: dict[str, str]) -> LaunchRequest:
    label = ", ".join([*(f"{key} {value}" for key, value in cell.items()), f"seed {seed}"])
    top = {key: value for key, value in cell.items() if key in ("dataset", "model", "recipe")}
    rest = {key: value for key, value in cell.items() if key not in top}
    return request.model_copy(
        update={
            **top,
            "seed": seed,
            "name": f"{name}: {label}"[:200],
            "settings": {**request.settings, **rest},
        }
    )


@cache
def code_commit() -> str:
    """The commit this installation runs, empty where it is not a checkout (then set CODE_COMMIT)."""
    if named := os.environ.get("CODE_COMMIT"):
        return named[:40]
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"],
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()[:40] if done.returncode == 0 else ""
