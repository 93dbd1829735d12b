"""Every recipe runs to its end on a tiny model, in one warm worker, on a few rows of the data that suits it."""

from pathlib import Path
from typing import Any

import pytest

from experiments import models as m
from experiments.alignment.metrics_table import METRICS
from experiments.alignment.registry import Recipe, get_recipe, recipes
from experiments.services.launch import LaunchRequest, launch
from experiments.services.traces import trace_documents
from tasks.runner import work_until_idle
from tests.support import loops
from tests.support.trials import make_trial, required_roles

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SETTINGS = {
    "iterations": 1, "prompts": 6, "probe_prompts": 4, "gold_prompts": 4, "operator_prompts": 2, "chunk_prompts": 3,
    "max_tokens": 6,
}  # fmt: skip


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DTYPE": "float32", "THREADS": "1", "DEVICE": "cpu"}.items():
        monkeypatch.setenv(name, value)


def settings_of(recipe: Recipe) -> dict[str, Any]:
    known = recipe.config.model_fields
    return {name: value for name, value in SETTINGS.items() if name in known}


def lend(recipe: Recipe, model: m.LanguageModel, folder: Path) -> dict[str, int]:
    """What the recipe needs of another run."""
    return {kind: lender(kind, model, folder).pk for kind in recipe.needs}


def lender(kind: str, model: m.LanguageModel, folder: Path) -> m.Run:
    """A run that made it: some recipes find nothing to learn from in noise."""
    makers = (recipe for recipe in recipes() if kind in recipe.makes and not recipe.needs)
    runs = (done(maker, model, folder) for maker in makers)
    return next(run for run in runs if run.artefacts.filter(kind=kind).exists())


def done(recipe: Recipe, model: m.LanguageModel, folder: Path, **use: int) -> m.Run:
    run = launch_trial(recipe, model, folder, **use)
    work_until_idle()
    run.refresh_from_db()
    return run


def launch_trial(recipe: Recipe, model: m.LanguageModel, folder: Path, **use: int) -> m.Run:
    """The recipe on a few rows of the data that suits it; `use` are runs that lend it an artefact."""
    request = LaunchRequest(
        recipe=recipe.slug,
        model=model.name,
        dataset=make_trial(recipe, folder).dataset.name,
        roles=required_roles(recipe, model.name),
        settings=settings_of(recipe),
        use=use | lend(recipe, model, folder),
    )
    return launch(request, None)


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.slug)
def test_it_succeeds_on_the_tiny_model_and_records_what_it_did(recipe: Recipe, tmp_path: Path) -> None:
    run = done(recipe, loops.make_tiny(tmp_path), tmp_path)
    assert (run.status, run.error_message) == ("succeeded", "")
    names = set(m.Metric.objects.filter(run=run).values_list("name", flat=True))
    assert names <= METRICS.keys()
    assert "length_tokens" in names
    trained = [document for document in trace_documents(run, 1) if document["part"] == "train"]
    assert trained
    assert all(document["candidates"] for document in trained)
    assert all(document["selections"] for document in trained)


def test_a_constitution_of_one_run_rules_another(tmp_path: Path) -> None:
    model = loops.make_scripted()
    made = done(get_recipe("collective-constitution"), model, tmp_path)
    [constitution] = made.artefacts.all()
    assert (constitution.kind, constitution.role) == ("constitution", "constitution")
    run = done(get_recipe("constitutional-critique"), model, tmp_path, constitution=made.pk)
    assert (run.status, run.error_message) == ("succeeded", "")
    rules = set(made.iterations.get(index=1).trace_rows.values_list("candidates__text", flat=True))
    used = [
        signal["evidence"]["data"]["principle"]
        for document in trace_documents(run, 1)
        for signal in document["signals"]
        if signal["kind"] == "critique"
    ]
    assert used
    assert set(used) <= rules
