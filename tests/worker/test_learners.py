import json
import math

import pytest
import torch
from safetensors.torch import load_file

from experiments.alignment.errors import Cancelled, ConfigError, DataError, ModelError
from experiments.alignment.learners import DPO, SFT, Adapter
from experiments.alignment.sample_kinds import Demonstration, Preference
from experiments.alignment.types import Ask, Checkpoint
from tasks.workshop import LocalWorkshop
from tests.support.lessons import QUICK, carry_on, learn, user
from tests.support.tiny_model import build_tiny_model


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return Checkpoint("base", build_tiny_model(tmp_path_factory.mktemp("tiny")))


@pytest.fixture
def workshop(tmp_path):
    return LocalWorkshop(tmp_path / "adapters", "cpu", "float32", threads=1)


def demonstrations(count=16):
    return [Demonstration(user(f"question {n}"), "yes") for n in range(count)]


def preferences(count=16, **settings):
    return [Preference(user(f"question {n}"), "yes", "no, never", **settings) for n in range(count)]


def adapter(checkpoint):
    return load_file(checkpoint.adapters[-1] / "adapter_model.safetensors")


def test_sft_teaches_a_planted_rule(workshop, base):
    trained = learn(workshop, SFT(**QUICK | {"epochs": 8}), demonstrations(), base)
    asks = [Ask(user(f"question {n}"), 8) for n in range(100, 120)]
    answers = workshop.policy("policy", trained.checkpoint).generate(asks, carry_on)
    assert {(answer.text, answer.stop) for answer in answers} == {("yes", "end")}
    assert trained.figures["loss_last"] < 0.1 < trained.figures["loss_first"]


def test_dpo_prefers_what_was_chosen(workshop, base):
    trained = learn(workshop, DPO(**QUICK | {"epochs": 4}), preferences(), base)
    assert trained.figures["reward_accuracy_last"] == 1.0
    assert trained.figures["reward_margin_last"] > 0.5
    ask = Ask(user("question 500"), 1)
    before = workshop.policy("policy", base).score([ask, ask], ["yes", "no, never"], carry_on)
    after = workshop.policy("policy", trained.checkpoint).score([ask, ask], ["yes", "no, never"], carry_on)
    assert after[0] - after[1] > before[0] - before[1]


@pytest.mark.parametrize(
    ("loss", "start"), [("sigmoid", math.log(2)), ("hinge", 1.0), ("ipo", (1 / (2 * 0.1)) ** 2)]
)
def test_dpo_starts_where_policy_and_reference_agree(workshop, base, loss, start):
    trained = learn(workshop, DPO(loss=loss, **QUICK), preferences(), base)
    assert trained.figures["loss_first"] == pytest.approx(start, rel=1e-6)
    assert trained.figures["reward_margin_first"] == 0.0


def test_dpo_measures_against_the_reference_it_is_given(workshop, base):
    first = learn(workshop, DPO(**QUICK), preferences(), base).checkpoint
    trained = learn(workshop, DPO(**QUICK), preferences(), first, reference=base)
    assert trained.figures["reward_margin_first"] > 0.1


@pytest.mark.parametrize("spec", [SFT(**QUICK), DPO(**QUICK)])
def test_every_adapter_weight_moves(workshop, base, spec):
    samples = demonstrations() if isinstance(spec, SFT) else preferences()
    still = spec.model_copy(update={"learning_rate": 1e-30})
    before = adapter(learn(workshop, still, samples, base).checkpoint)
    after = adapter(learn(workshop, spec, samples, base).checkpoint)
    assert len(after) == 2 * 7 * 2
    assert [name for name in after if torch.equal(before[name], after[name])] == []


@pytest.mark.parametrize("spec", [SFT(**QUICK), DPO(**QUICK)])
def test_training_again_gives_the_same_bytes(tmp_path, base, spec):
    samples = demonstrations() if isinstance(spec, SFT) else preferences()
    first, second = (
        learn(LocalWorkshop(tmp_path / name, "cpu", "float32", 1), spec, samples, base) for name in ("a", "b")
    )
    assert first.checkpoint.sha256 == second.checkpoint.sha256
    assert first.figures == second.figures
    for path in first.checkpoint.adapters[-1].iterdir():
        assert path.read_bytes() == (second.checkpoint.adapters[-1] / path.name).read_bytes()


def test_a_training_of_a_single_step_learns(workshop, base):
    trained = learn(workshop, SFT(**QUICK | {"epochs": 1}), demonstrations(4), base)
    assert trained.steps == 1
    moved = [tensor.abs().max() for name, tensor in adapter(trained.checkpoint).items() if "lora_B" in name]
    assert min(moved) > 0


def test_another_seed_trains_another_adapter(workshop, base):
    shas = {
        learn(workshop, SFT(**QUICK), demonstrations(), base, seed=seed).checkpoint.sha256 for seed in (1, 2)
    }
    assert len(shas) == 2


def test_training_goes_on_from_the_chain_of_adapters(workshop, base):
    first = learn(workshop, SFT(**QUICK | {"epochs": 6}), demonstrations(), base)
    second = learn(workshop, SFT(**QUICK), demonstrations(), first.checkpoint)
    assert second.checkpoint.adapters[0] == first.checkpoint.adapters[0]
    assert len(second.checkpoint.adapters) == 2
    assert second.figures["loss_first"] == pytest.approx(first.figures["loss_last"], abs=0.2)


def test_training_leaves_the_warm_model_as_it_was(workshop, base):
    policy = workshop.policy("policy", base)
    asks = [Ask(user(f"{seed}"), 12, 1.0, seed=seed) for seed in range(6)]
    before = policy.generate(asks, carry_on)
    learn(workshop, SFT(**QUICK), demonstrations(), base)
    learn(workshop, DPO(**QUICK), preferences(), base)
    assert policy.generate(asks, carry_on) == before


@pytest.mark.parametrize("spec", [SFT(**QUICK), DPO(**QUICK)])
def test_a_cancelled_training_stops_within_one_step_and_leaves_nothing(workshop, base, spec):
    samples = demonstrations(64) if isinstance(spec, SFT) else preferences(64)
    steps = []

    def check():
        if len(steps) == 2:
            raise Cancelled("The run was cancelled.")

    before = workshop.policy("policy", base).generate([Ask(user("x"), 8)], carry_on)
    with pytest.raises(Cancelled):
        learn(workshop, spec, samples, base, check=check, progress=lambda step, total: steps.append(step))
    assert steps == [1, 2]
    assert not list(workshop.directory.glob("*"))
    assert workshop.policy("policy", base).generate([Ask(user("x"), 8)], carry_on) == before


def test_progress_counts_the_steps(workshop, base):
    seen = []
    trained = learn(
        workshop, SFT(**QUICK), demonstrations(20), base, progress=lambda *position: seen.append(position)
    )
    assert seen == [(step, 6) for step in range(1, 7)]
    assert trained.steps == 6


def test_figures_count_the_answers_tokens_alone(workshop, base):
    trained = learn(workshop, SFT(**QUICK | {"epochs": 1}), demonstrations(16), base)
    assert trained.figures["tokens"] == 16 * len(b"yes\0")


def test_divergence_is_an_error_that_names_the_step(workshop, base):
    with pytest.raises(ModelError, match=r"Training diverged.*Lower the learning rate"):
        learn(
            workshop,
            SFT(learning_rate=1.0, adapter=Adapter(rank=1, alpha=512), epochs=50, batch_size=4),
            [Demonstration(user("a"), "b" * 200, weight=1.0), Demonstration(user("b"), "c", weight=1e38)],
            base,
        )
    asks = [Ask(user("x"), 4)]
    assert workshop.policy("policy", base).generate(asks, carry_on)[0].logprob is not None


def test_a_heavier_sample_wins(workshop, base):
    samples = [Demonstration(user("same"), "left", weight=9.0), Demonstration(user("same"), "right")]
    trained = learn(workshop, SFT(**QUICK | {"epochs": 30}), samples, base)
    (answer,) = workshop.policy("policy", trained.checkpoint).generate([Ask(user("same"), 8)], carry_on)
    assert answer.text == "left"


def test_soft_labels_and_weights_of_pairs_reach_the_loss(workshop, base):
    flipped = learn(workshop, DPO(**QUICK | {"epochs": 4}), preferences(p_chosen=0.0), base)
    assert flipped.figures["reward_margin_last"] < -0.5
    outweighed = [*preferences(8, weight=0.01), *preferences(8, p_chosen=0.0)]
    assert learn(workshop, DPO(**QUICK | {"epochs": 4}), outweighed, base).figures["reward_margin_last"] < 0


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([], "nothing to learn from"),
        ([Preference(user("q"), "a", "b")], "sample 1 is a Preference, not a Demonstration"),
        ([Demonstration(user("q"), "a", weight=0.0)], "sample 1 has the weight 0.0"),
        (
            [Demonstration(user("q"), "a"), Demonstration(user("q"), "a" * 600)],
            "sample 2 has .* more than the 512",
        ),
    ],
)
def test_samples_that_cannot_be_trained_on_are_refused(workshop, base, samples, message):
    with pytest.raises(DataError, match=message):
        learn(workshop, SFT(**QUICK), samples, base)


def test_a_label_that_is_no_probability_is_refused(workshop, base):
    with pytest.raises(DataError, match=r"p_chosen 1\.5; it must be in 0 to 1"):
        learn(workshop, DPO(**QUICK), preferences(2, p_chosen=1.5), base)


def test_files_of_an_adapter_are_json_and_safetensors_without_local_paths(workshop, base):
    checkpoint = learn(workshop, SFT(**QUICK), demonstrations(), base).checkpoint
    files = {path.name: path for path in checkpoint.adapters[-1].iterdir()}
    assert set(files) == {"adapter_config.json", "adapter_model.safetensors", "plumbline.json"}
    assert checkpoint.adapters[-1].name == checkpoint.sha256
    assert all(str(base.model).encode() not in path.read_bytes() for path in files.values())
    note = json.loads(files["plumbline.json"].read_text())
    assert note["parent"] == "base"
    assert note["learner"]["kind"] == "sft"


def test_a_workshop_refuses_what_it_cannot_do(tmp_path, workshop, base):
    with pytest.raises(ConfigError, match="dtype 'int4' is unknown"):
        LocalWorkshop(tmp_path, dtype="int4")
    with pytest.raises(ConfigError, match="role judge has no model"):
        workshop.policy("judge", None)
    with pytest.raises(ConfigError, match="no base model"):
        workshop.policy("policy", Checkpoint("scripted"))
    with pytest.raises(ConfigError, match="same base model"):
        learn(workshop, DPO(**QUICK), preferences(), base, reference=Checkpoint("other", tmp_path))


def test_a_model_in_bfloat16_trains_adapters_in_float32(tmp_path, base):
    workshop = LocalWorkshop(tmp_path, "cpu", "bfloat16", threads=1)
    trained = learn(workshop, SFT(**QUICK | {"epochs": 8}), demonstrations(), base)
    assert {tensor.dtype for tensor in adapter(trained.checkpoint).values()} == {torch.float32}
    assert trained.figures["loss_last"] < trained.figures["loss_first"] / 2
