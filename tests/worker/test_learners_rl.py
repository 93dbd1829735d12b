"""What policy gradients and reward models share with every learner, and what each of them is for."""

import math

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from experiments.alignment.errors import Cancelled, ConfigError, DataError, ModelError
from experiments.alignment.learners import KTO, Lesson, PolicyGradient, RewardModel, StepVerifier
from experiments.alignment.sample_kinds import Preference, Rollout
from experiments.alignment.types import Ask, Checkpoint
from tasks.learners.policy_gradient import Rollouts
from tasks.learners.work import Work
from tasks.policies.loading import LoadedModel
from tests.support.lessons import (
    QUICK,
    answered,
    carry_on,
    comparisons,
    ignore,
    learn,
    local_workshop,
    pulls,
    solutions,
    user,
    verdicts,
)
from tests.support.tiny_model import build_tiny_model

MORE = QUICK | {"epochs": 4}
LESSONS = [
    (PolicyGradient(**MORE), answered),
    (PolicyGradient(**MORE, clip=0.9), pulls),
    (RewardModel(**MORE), comparisons),
    (KTO(**MORE), verdicts),
    (StepVerifier(**MORE), solutions),
]
HEADED = ("reward-model", "step-verifier")
LEARNERS = pytest.mark.parametrize(
    ("spec", "samples"), LESSONS, ids=["answers", "choices", "rewards", "verdicts", "steps"]
)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return Checkpoint("base", build_tiny_model(tmp_path_factory.mktemp("tiny")))


@pytest.fixture
def workshop(tmp_path):
    return local_workshop(tmp_path / "adapters")


@pytest.fixture
def loaded(base):
    return LoadedModel(base.model, "cpu", torch.float32)


def rollouts_of(loaded, base, samples, tmp_path, **settings):
    """The rollouts as one batch, with what the base model says about them."""
    lesson = Lesson(PolicyGradient(**settings), samples, base, base, 1)
    rollouts = Rollouts.of(Work(loaded, lesson, tmp_path, carry_on, ignore))
    rollouts.record(base, [list(range(len(samples)))])
    return rollouts, rollouts.collate([{"batch": list(range(len(samples)))}])


def nudged(directory, by=0.02):
    """Another policy close to the base model."""
    model = AutoModelForCausalLM.from_pretrained(directory).eval()
    draws = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for weight in model.parameters():
            weight += by * torch.randn(weight.shape, generator=draws)
    return model


def tensors(checkpoint):
    return {
        (path.name, name): tensor
        for path in checkpoint.adapters[-1].glob("*.safetensors")
        for name, tensor in load_file(path).items()
    }


def chance(workshop, checkpoint, prompt="try 999", options=("left", "right")):
    policy = workshop.policy("policy", checkpoint)
    return [math.exp(value) for value in policy.choose([Ask(user(prompt), 1)], [options], carry_on)[0]]


@LEARNERS
def test_every_trained_weight_moves(workshop, base, spec, samples):
    still = spec.model_copy(update={"learning_rate": 1e-30})
    before = tensors(learn(workshop, still, samples(), base).checkpoint)
    after = tensors(learn(workshop, spec, samples(), base).checkpoint)
    assert len(after) == 2 * 7 * 2 + (spec.kind in HEADED)
    assert [name for name in after if torch.equal(before[name], after[name])] == []


@LEARNERS
def test_training_again_gives_the_same_bytes(tmp_path, base, spec, samples):
    first, second = (learn(local_workshop(tmp_path / name), spec, samples(), base) for name in ("a", "b"))
    assert first.checkpoint.sha256 == second.checkpoint.sha256
    assert first.figures == second.figures
    for path in first.checkpoint.adapters[-1].iterdir():
        assert path.read_bytes() == (second.checkpoint.adapters[-1] / path.name).read_bytes()
    assert learn(local_workshop(tmp_path / "c"), spec, samples(), base, seed=2).checkpoint != first.checkpoint


@LEARNERS
def test_training_leaves_the_warm_model_as_it_was(workshop, base, spec, samples):
    policy = workshop.policy("policy", base)
    before = {name: weight.clone() for name, weight in policy.loaded.model.named_parameters()}
    learn(workshop, spec, samples(), base)
    after = dict(policy.loaded.switch(()).named_parameters())
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


@LEARNERS
def test_a_cancelled_training_stops_within_one_step_and_leaves_nothing(workshop, base, spec, samples):
    steps = []

    def check():
        if len(steps) == 2:
            raise Cancelled("The run was cancelled.")

    before = workshop.policy("policy", base).generate([Ask(user("x"), 8)], carry_on)
    with pytest.raises(Cancelled):
        learn(workshop, spec, samples(), base, check=check, progress=lambda step, total: steps.append(step))
    assert steps == [1, 2]
    assert not list(workshop.directory.glob("*"))
    assert workshop.policy("policy", base).generate([Ask(user("x"), 8)], carry_on) == before


@pytest.mark.parametrize(
    ("spec", "samples"),
    [
        (PolicyGradient(**QUICK), [Rollout(user("a"), "b", 3e38), Rollout(user("a"), "c", 3e38)]),
        (
            RewardModel(**QUICK),
            [Preference(user("a"), "b", "c", weight=3e38), Preference(user("a"), "b", "d", weight=3e38)],
        ),
    ],
    ids=["rollouts", "rewards"],
)
def test_a_loss_that_is_no_number_ends_the_training(workshop, base, spec, samples):
    with pytest.raises(ModelError, match="Training diverged: the loss of step 1"):
        learn(workshop, spec, samples, base)
    assert not list(workshop.directory.glob("*"))


@LEARNERS
def test_a_model_in_bfloat16_trains_in_float32(tmp_path, base, spec, samples):
    trained = learn(local_workshop(tmp_path, "bfloat16"), spec, samples(), base)
    assert {tensor.dtype for tensor in tensors(trained.checkpoint).values()} == {torch.float32}


def test_a_rewarded_option_becomes_likely(workshop, base):
    before = chance(workshop, base)[1]
    trained = learn(workshop, PolicyGradient(**QUICK | {"clip": 0.9, "epochs": 4}), pulls(), base)
    assert chance(workshop, trained.checkpoint)[1] > max(0.75, before)
    assert trained.figures["clip_fraction_first"] == trained.figures["kl_first"] == 0.0
    assert trained.figures["kl_last"] > 0
    assert trained.figures["zero_advantage"] == 0.0


def test_clipping_ends_the_move_away_from_the_recorded_policy(workshop, base):
    spec = PolicyGradient(**QUICK | {"epochs": 8, "clip": 0.05})
    near = learn(workshop, spec, pulls(), base)
    far = learn(workshop, spec.model_copy(update={"clip": 0.9}), pulls(), base)
    start = chance(workshop, base)[1]
    assert near.figures["clip_fraction_last"] > 0.5 > near.figures["clip_fraction_first"]
    assert start < chance(workshop, near.checkpoint)[1] < chance(workshop, far.checkpoint)[1]


def test_a_better_answer_gains_on_a_worse_one(workshop, base):
    trained = learn(workshop, PolicyGradient(**MORE | {"clip": 0.9}), answered(), base)
    asks = [Ask(user("question 500"), 1)] * 2
    before, after = (
        workshop.policy("policy", checkpoint).score(asks, ["yes", "no, never"], carry_on)
        for checkpoint in (base, trained.checkpoint)
    )
    assert after[0] - after[1] > before[0] - before[1] + 1


def test_a_kl_weight_holds_the_policy_near_its_start(workshop, base):
    spec = PolicyGradient(**MORE | {"clip": 0.9, "epochs": 6})
    free = learn(workshop, spec, pulls(), base).figures["kl_last"]
    held = learn(workshop, spec.model_copy(update={"kl_beta": 5.0}), pulls(), base).figures["kl_last"]
    assert held < free / 4


def test_kl_is_measured_against_the_reference_and_ratios_against_the_start(workshop, base):
    first = learn(workshop, PolicyGradient(**MORE | {"clip": 0.9}), pulls(), base).checkpoint
    trained = learn(workshop, PolicyGradient(**QUICK), pulls(), first, reference=base)
    assert trained.figures["kl_first"] > 0.01
    assert trained.figures["clip_fraction_first"] == 0.0


def test_an_entropy_bonus_spreads_the_choices(workshop, base):
    idle = [Rollout(user(f"try {n}"), "left", 0.0, options=("left", "right", "up")) for n in range(32)]
    trained = learn(
        workshop, PolicyGradient(learning_rate=3e-3, epochs=6, batch_size=8, entropy=1.0), idle, base
    )
    assert trained.figures["entropy_first"] < trained.figures["entropy_last"]
    assert trained.figures["entropy_last"] == pytest.approx(math.log(3), abs=0.02)


def test_rollouts_without_advantage_are_counted_and_teach_nothing(workshop, base):
    idle = [Rollout(user(f"question {n}"), "yes", 0.0) for n in range(8)]
    trained = learn(workshop, PolicyGradient(**QUICK), idle, base)
    assert trained.figures["zero_advantage"] == 1.0
    asks = [Ask(user("x"), 12)]
    answers = [workshop.policy("p", at).generate(asks, carry_on) for at in (base, trained.checkpoint)]
    assert answers[0] == answers[1]
    mixed = learn(workshop, PolicyGradient(**QUICK), [*idle, *answered(8)], base)
    assert mixed.figures["zero_advantage"] == 0.5


@pytest.mark.parametrize(
    ("sample", "error", "message"),
    [
        (Rollout(user("q"), "a", math.nan), DataError, "sample 1 has the advantage nan"),
        (Rollout(user("q"), "up", 1.0, options=("left", "right")), DataError, "'up', none of its options"),
        (
            Rollout(user("q"), "la", 1.0, options=("la", "lb")),
            ConfigError,
            "do not all begin with a different",
        ),
        (Rollout(user("q" * 600), "a", 1.0, options=("a", "b")), DataError, "more than the 512 allowed"),
        (Rollout(user("q"), "a" * 600, 1.0), DataError, "more than the 512 allowed"),
        (Preference(user("q"), "a", "b"), DataError, "a Preference, not a Rollout"),
    ],
)
def test_rollouts_that_cannot_be_trained_on_are_refused(workshop, base, sample, error, message):
    with pytest.raises(error, match=message):
        learn(workshop, PolicyGradient(**QUICK), [sample], base)
