"""Vectors of texts: what transformers computes, whatever else is asked for, and of use to a whole run."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM

from experiments import models as m
from experiments.alignment.errors import Cancelled
from experiments.alignment.registry import get_recipe
from experiments.services.launch import LaunchRequest, launch
from tasks.policies.loading import LoadedModel
from tasks.policies.transformers_policy import TransformersPolicy
from tasks.runner import work_until_idle
from tests.support import loops
from tests.support.tiny_model import build_tiny_model
from tests.support.trials import make_trial
from tests.worker.test_every_recipe import one_thread, settings_of

pytestmark = pytest.mark.slow
__all__ = ["one_thread"]
TEXTS = ["what is three plus four", "name a river", "x", ""]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return LoadedModel(build_tiny_model(tmp_path_factory.mktemp("tiny")), "cpu", torch.float32)


def carry_on() -> None:
    pass


def test_a_vector_is_the_mean_of_the_middle_layer_after_the_first_token(loaded: LoadedModel) -> None:
    model = AutoModelForCausalLM.from_pretrained(loaded.directory, dtype=torch.float32)
    [vector, *_] = TransformersPolicy("tiny", loaded).embed(TEXTS, carry_on)
    ids = torch.tensor([loaded.chat.text_ids(TEXTS[0], first=True)])
    with torch.inference_mode():
        states = model(ids, output_hidden_states=True).hidden_states
    middle = max(1, round(len(states[1:]) / 2))
    assert torch.allclose(torch.tensor(vector), states[middle][0, 1:].mean(dim=0), atol=1e-6)


def test_a_text_is_read_alike_in_any_company_and_an_empty_one_has_no_vector(loaded: LoadedModel) -> None:
    policy = TransformersPolicy("tiny", loaded)
    together = policy.embed(TEXTS, carry_on)
    assert policy.embed(TEXTS[::-1], carry_on)[::-1] == together
    assert not any(together[-1])
    assert len({len(vector) for vector in together}) == 1


def test_a_text_longer_than_the_context_is_read_as_far_as_it_goes(loaded: LoadedModel) -> None:
    assert loaded.context
    policy = TransformersPolicy("tiny", loaded)
    [long, longer] = policy.embed(["river " * loaded.context, "river " * loaded.context * 2], carry_on)
    assert long == longer


def test_it_stops_when_it_is_told_to(loaded: LoadedModel) -> None:
    def stop() -> None:
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        TransformersPolicy("tiny", loaded).embed(TEXTS, stop)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("slug", ["self-instruct", "evolve-instruct"])
def test_a_run_says_how_many_instructions_meant_the_same(slug: str, tmp_path: Path) -> None:
    recipe, model = get_recipe(slug), loops.make_tiny(tmp_path)
    data = make_trial(recipe, tmp_path).dataset.name
    run = launch(
        LaunchRequest(
            recipe=slug, model=model.name, dataset=data, settings=settings_of(recipe) | {"meaning": 0.9}
        ),
        None,
    )
    work_until_idle()
    run.refresh_from_db()
    assert (run.status, run.error_message) == ("succeeded", "")
    assert m.Metric.objects.filter(run=run, name="dropped_by_same_meaning", iteration=1).exists()
