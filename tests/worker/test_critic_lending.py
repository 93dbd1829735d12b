"""A critic that one run has trained criticises the drafts of another."""

from pathlib import Path
from typing import Any

import pytest

from experiments import models as m
from experiments.alignment.registry import get_recipe
from experiments.services.launch import LaunchRequest, launch
from experiments.services.traces import trace_documents
from tasks.runner import work_until_idle
from tests.support import loops
from tests.support.trials import make_trial

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SETTINGS = {
    "iterations": 1, "prompts": 12, "probe_prompts": 4, "gold_prompts": 4, "operator_prompts": 2, "chunk_prompts": 6,
}  # fmt: skip


def done(model: m.LanguageModel, folder: Path, use: dict[str, int], **settings: Any) -> m.Run:
    recipe = get_recipe("critic-refine")
    data = make_trial(recipe, folder).dataset.name
    request = LaunchRequest(
        recipe=recipe.slug, model=model.name, dataset=data, settings=SETTINGS | settings, use=use
    )
    run = launch(request, None)
    work_until_idle()
    run.refresh_from_db()
    assert (run.status, run.error_message) == ("succeeded", "")
    return run


def critics(run: m.Run) -> set[str]:
    """Who criticised the drafts of train prompts."""
    signals = [s for document in trace_documents(run, 1) for s in document["signals"]]
    return {signal["source"] for signal in signals if signal["kind"] == "critique"}


def test_a_lent_critic_speaks_where_the_run_trains_none(tmp_path: Path) -> None:
    model = loops.make_scripted()
    maker = done(model, tmp_path, {})
    assert {"checkpoint", "critic"} == set(maker.artefacts.values_list("kind", flat=True))
    alone = done(model, tmp_path, {}, train_critic=False)
    taking = done(model, tmp_path, {"critic": maker.pk}, train_critic=False)
    [critic] = maker.artefacts.filter(kind="critic")
    assert "scripted" in critics(alone)
    assert critics(taking) == {f"scripted+{critic.sha256[:8]}"}
    assert not taking.artefacts.filter(kind="critic").exists()
