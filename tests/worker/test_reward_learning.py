"""A reward model of one run: the policy's way from its start is measured with it, and another run is steered by it."""

from pathlib import Path

import pytest

from experiments import models as m
from experiments.services.launch import LaunchRequest, launch
from experiments.services.traces import trace_documents
from tasks.runner import work_until_idle
from tests.support import loops

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SETTINGS = {
    "iterations": 1, "prompts": 12, "probe_prompts": 4, "gold_prompts": 4, "operator_prompts": 4, "chunk_prompts": 4,
    "max_tokens": loops.NOISE_TOKENS,
}  # fmt: skip


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DTYPE": "float32", "THREADS": "1", "DEVICE": "cpu"}.items():
        monkeypatch.setenv(name, value)


def done(recipe: str, version: m.DatasetVersion, use: dict[str, int], **settings: object) -> m.Run:
    request = LaunchRequest(
        recipe=recipe,
        model="tiny",
        dataset=version.dataset.name,
        settings={**SETTINGS, **settings},
        use=use,
    )
    run = launch(request, None)
    work_until_idle()
    run.refresh_from_db()
    assert (run.status, run.error_message) == ("succeeded", "")
    return run


def rewards(run: m.Run, part: str) -> list[dict[str, float]]:
    """What the reward model said of the answers of a part."""
    return [
        signal["evidence"]["data"]
        for document in trace_documents(run, 1)
        if document["part"] == part
        for signal in document["signals"]
        if signal["kind"] == "reward"
    ]


def test_the_way_from_the_start_is_measured_and_the_reward_model_steers_another_run(tmp_path: Path) -> None:
    loops.make_tiny(tmp_path)
    version = loops.make_sums("ruled", "rule")
    made = done("reward-model-rl", version, {}, samples=4, learning_rate=1e-2, kl_beta=0.0)
    kinds = set(made.artefacts.values_list("kind", flat=True))
    assert {"checkpoint", "reward-model"} <= kinds
    before, after, start = (rewards(made, part) for part in ("train", "operator", "operator_control"))
    assert len(before) == 12 * 4
    assert all(data["kl"] == pytest.approx(0, abs=1e-3) for data in before)
    assert all(data["reference_logprob"] < 0 for data in before)
    assert max(abs(data["kl"]) for data in after) > 0.1
    assert all("kl" not in data for data in start)
    steered = done("reward-guided-decoding", version, {"reward-model": made.pk}, top_k=3, control_samples=3)
    answers = [
        (candidate["role"], candidate["text"])
        for document in trace_documents(steered, 1)
        if document["part"] == "train"
        for candidate in document["candidates"]
    ]
    assert {role for role, _ in answers} == {"policy", "guided"}
    assert rewards(steered, "train")
    assert not steered.artefacts.exists()
