"""An endpoint that somebody else wrote: `transformers serve` with a tiny model, in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from experiments.alignment.errors import InfrastructureError, ModelError
from experiments.alignment.types import Ask, Message
from experiments.endpoints import EndpointSettings
from experiments.services import endpoints
from experiments.services.launch import LaunchRequest, launch
from tasks.endpoints import ModelGate
from tasks.policies.endpoint_patience import Patience
from tasks.policies.endpoint_policy import Endpoint, EndpointPolicy
from tasks.policies.endpoint_wire import Key
from tasks.runner import work_until_idle
from tests.support import loops
from tests.support.endpoint_policies import account
from tests.support.installation import free_port
from tests.support.services import wait_for
from tests.support.tiny_model import build_tiny_model

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.django_db(transaction=True)]
SERVE = "from transformers.cli.transformers import main; main()"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EndpointSettings]:
    folder = tmp_path_factory.mktemp("served")
    model, port = build_tiny_model(folder / "tiny"), free_port()
    # This server samples where the model's own settings say so, whatever temperature it is asked for.
    (model / "generation_config.json").write_text(json.dumps({"do_sample": True, "eos_token_id": 2}))
    environment = {**os.environ, "HF_HOME": str(folder), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", SERVE, "serve", str(model), "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([*command, "--device", "cpu"], env=environment, stdout=log, stderr=log)
    try:
        wait_for(lambda: _healthy(port), 120)
        yield EndpointSettings(
            url=f"http://127.0.0.1:{port}/v1", model=str(model), operator=True, inside=True, concurrency=2
        )
    finally:
        process.terminate()
        process.wait(20)


def _healthy(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/health", timeout=5).is_success
    except httpx2.HTTPError:
        return False


def policy(settings: EndpointSettings) -> EndpointPolicy:
    patience = Patience(attempts=2, first=0.05)
    far = endpoints.register_endpoint("far", settings.model_dump(exclude={"operator"}), operator=True)
    return EndpointPolicy("far", Endpoint("far", settings, Key(""), ModelGate(far.pk, nothing)), patience)


def asks(temperature: float, seed: int = 0) -> list[Ask]:
    return [
        Ask((Message("user", f"What is {n} + 1?"),), 12, temperature=temperature, seed=seed) for n in range(4)
    ]


def nothing() -> None:
    return


def test_its_answers_are_counted_cut_and_when_greedy_the_same_again(served: EndpointSettings) -> None:
    far = policy(served)
    done = far.generate(asks(0.0), nothing)
    assert all(one.text for one in done)
    assert all(one.n_tokens == 12 and one.stop == "length" for one in done if one.stop == "length")
    assert any(one.stop == "length" for one in done)
    assert [one.text for one in far.generate(asks(0.0), nothing)] == [one.text for one in done]
    assert far.bill()[0] == 8


def test_its_samples_differ_by_their_seeds(served: EndpointSettings) -> None:
    far = policy(served)
    texts = {far.generate(asks(1.0, seed)[:1], nothing)[0].text for seed in range(6)}
    assert len(texts) > 1


def test_a_model_that_it_has_not_is_an_error_in_a_sentence(served: EndpointSettings, tmp_path: Path) -> None:
    far = policy(served.model_copy(update={"model": str(tmp_path / "none")}))
    with pytest.raises((ModelError, InfrastructureError), match="endpoint far"):
        far.generate(asks(0.0), nothing)


@pytest.mark.django_db(transaction=True)
def test_a_whole_run_takes_its_critic_from_it(served: EndpointSettings) -> None:
    given = served.model_dump(exclude={"operator"}) | {"price_out": 1.0}
    endpoints.register_endpoint("far", given, operator=True)
    scripted, version = loops.make_scripted(), loops.make_sums()
    request = LaunchRequest(
        recipe="self-refine",
        model=scripted.name,
        dataset=version.dataset.name,
        roles={"critic": "far"},
        settings={**loops.SMALL, "prompts": 3},
    )
    run = launch(request, None)
    work_until_idle()
    run.refresh_from_db()
    assert (run.status, run.error_message) == ("succeeded", "")
    assert account().spent > 0
    assert sum(cost.bought for cost in run.costs.all()) > 0
