"""Models come into the library: from a directory (the shell names it), from the hub, or as a script."""

import logging
import re
import tempfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.db import transaction

from experiments import queue
from experiments.alignment.errors import ConfigError, PlumblineError
from experiments.alignment.scripted import FILE, Script
from experiments.models import LanguageModel, Preparation, Project
from experiments.services import store
from experiments.services.locks import only_one
from experiments.services.model_directory import ModelFacts, inspect
from experiments.services.names import check_name

log = logging.getLogger(__name__)
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,95}(/[A-Za-z0-9][\w.-]{0,95})?")
Fetch = Callable[[str], Path]


def register_local_model(name: str, path: str | Path, licence: str = "", source: str = "") -> LanguageModel:
    """Copies a model directory into the store and registers it; the same again changes nothing.

    Raises:
        ConfigError: the name cannot be used, or means another model already.
        ModelError: the directory holds no causal language model in safetensors; nothing was kept.
        InfrastructureError: the disk did not take it.
    """
    check_name(name)
    facts = inspect(Path(path).expanduser())
    sha256, directory = store.take_in("models", facts.files)
    return _register(
        name,
        sha256,
        kind=LanguageModel.Kind.LOCAL,
        directory=directory,
        licence=licence[:120],
        source=(source or f"local:{Path(path).name}")[:300],
        **_columns(facts),
    )


def register_scripted_model(name: str, settings: dict[str, Any] | None = None) -> LanguageModel:
    """Registers a simulated model that follows a script (fields of `Script`). Raises ConfigError."""
    check_name(name)
    script = make_script(settings or {})
    with tempfile.TemporaryDirectory() as scratch:
        script.save(Path(scratch))
        _, directory = store.take_in("models", {FILE: Path(scratch) / FILE})
    return _register(
        name,
        script.sha256,
        kind=LanguageModel.Kind.SCRIPTED,
        directory=directory,
        source="scripted",
        architecture="Script",
        settings=settings or {},
        size_bytes=store.size_of(store.locate(directory)),
    )


def make_script(settings: dict[str, Any]) -> Script:
    """The script of some settings. Raises ConfigError that names an unknown or impossible one."""
    known = {field.name for field in fields(Script)} - {"steps"}
    for name, value in settings.items():
        if name not in known:
            raise ConfigError(
                f"A script has no setting {name!r}. Its settings: {', '.join(sorted(known))}.",
                field="settings",
            )
        if isinstance(value, bool) or not isinstance(value, int | float) or not -1e3 <= value <= 1e3:
            raise ConfigError(f"The setting {name} must be a number, not {value!r}.", field="settings")
    return Script(**settings)


def _columns(facts: ModelFacts) -> dict[str, Any]:
    return {
        "architecture": facts.architecture,
        "parameters": facts.parameters,
        "context_tokens": facts.context_tokens,
        "chat_template": facts.chat_template,
        "size_bytes": facts.size_bytes,
    }


def _register(name: str, sha256: str, **columns: Any) -> LanguageModel:
    defaults = {"project": Project.default(), "sha256": sha256, "status": Preparation.READY, **columns}
    model, made = LanguageModel.objects.get_or_create(name=name, defaults=defaults)
    if not made and (model.sha256, model.status) != (sha256, Preparation.READY):
        raise ConfigError(f"The name {name!r} is taken by another model: choose another name.", field="name")
    return model


def register_hub_model(name: str, hub_id: str, licence: str = "") -> LanguageModel:
    """Registers a model of the hub, which the light worker downloads; a failed one is tried again.

    Raises ConfigError for a name or an id that cannot be used.
    """
    check_name(name)
    if not HUB_ID.fullmatch(hub_id) or ".." in hub_id:
        raise ConfigError(
            f"{hub_id[:200]!r} is no id of the hub; one looks like HuggingFaceTB/SmolLM2-135M-Instruct.",
            field="hub",
        )
    columns = {
        "project": Project.default(),
        "kind": LanguageModel.Kind.HUB,
        "source": f"hub:{hub_id}",
        "licence": licence[:120],
    }
    with transaction.atomic():
        model, made = LanguageModel.objects.get_or_create(name=name, defaults=columns)
        again = LanguageModel.objects.filter(pk=model.pk, status=Preparation.FAILED, source=f"hub:{hub_id}")
        if not made and not again.update(status=Preparation.PREPARING, error=""):
            raise ConfigError(
                f"The name {name!r} is taken by another model: choose another name.", field="name"
            )
        model.refresh_from_db()
        queue.send("tasks.jobs.import_model", model.pk, queue=queue.LIGHT)
    return model


def run_hub_import(model_id: int, fetch: Fetch) -> None:
    """The light worker's part: fetches the files and takes them in. A second call meanwhile does nothing."""
    with only_one(f"model-{model_id}") as mine:
        model = LanguageModel.objects.filter(pk=model_id, status=Preparation.PREPARING).first()
        if not mine or model is None:
            return
        try:
            changes = _fetched(model, fetch)
        except PlumblineError as error:
            changes = {"status": Preparation.FAILED, "error": error.message}
        except Exception:
            log.exception("Import of model %s failed", model_id)
            changes = {
                "status": Preparation.FAILED,
                "error": "The import failed unexpectedly; the worker's log says why.",
            }
        LanguageModel.objects.filter(pk=model_id, status=Preparation.PREPARING).update(**changes)


def _fetched(model: LanguageModel, fetch: Fetch) -> dict[str, Any]:
    facts = inspect(fetch(model.source.removeprefix("hub:")))
    sha256, directory = store.take_in("models", facts.files)
    return {
        "status": Preparation.READY,
        "error": "",
        "sha256": sha256,
        "directory": directory,
        **_columns(facts),
    }


def unfinished_imports() -> list[int]:
    """Models whose download waits for a worker: the clock rings for them; a running one ignores the bell."""
    waiting = LanguageModel.objects.filter(status=Preparation.PREPARING, kind=LanguageModel.Kind.HUB)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:100])
