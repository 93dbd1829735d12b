"""The policy gradient against references: TRL's GRPO loss, the plain gradient, and equal rewards."""

import pytest
import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import GRPOConfig, GRPOTrainer

from experiments.alignment.learners import Lesson, PolicyGradient
from experiments.alignment.sample_kinds import Rollout
from experiments.alignment.types import Checkpoint
from tasks.learners.policy_gradient import Rollouts, move_logprobs, objective
from tasks.learners.training import Figures
from tasks.learners.work import Work
from tasks.policies.loading import LoadedModel
from tests.support.lessons import (
    answered,
    carry_on,
    ignore,
    pulls,
    user,
)
from tests.support.tiny_model import build_tiny_model


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return Checkpoint("base", build_tiny_model(tmp_path_factory.mktemp("tiny")))


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


@pytest.mark.parametrize("kl_beta", [0.0, 0.04])
def test_the_loss_is_the_one_of_trls_grpo_trainer(base, loaded, tmp_path, kl_beta):
    samples = [
        Rollout(user(prompt), answer, advantage)
        for prompt, answer, advantage in [
            ("a", "yes", 1.2),
            ("longer", "no, never", -0.7),
            ("b c", "hm", 0.0),
        ]
    ]
    rollouts, batch = rollouts_of(loaded, base, samples, tmp_path, kl_beta=kl_beta)
    policy = nudged(base.model)
    loss = objective(policy, batch, rollouts.work.spec, Figures())
    expected = trl_grpo_loss(policy, base, rollouts, kl_beta, tmp_path)
    assert abs(expected.item()) > 1e-3
    assert loss.item() == pytest.approx(expected.item(), abs=1e-5)
    ours, theirs = (gradient(value, policy) for value in (loss, expected))
    assert torch.allclose(ours, theirs, atol=1e-5)


def trl_grpo_loss(policy, base, rollouts, kl_beta, tmp_path):
    """What TRL makes of the same rollouts: prompts padded left, answers right, in the same order."""
    trainer = GRPOTrainer(
        model=policy,
        args=GRPOConfig(
            output_dir=str(tmp_path),
            loss_type="grpo",
            beta=kl_beta,
            use_bias_correction_kl=False,
            epsilon=0.2,
            num_generations=2,
            per_device_train_batch_size=2,
            use_cpu=True,
            bf16=False,
            report_to="none",
        ),
        processing_class=AutoTokenizer.from_pretrained(base.model),
        reward_funcs=lambda completions, **_: [0.0] * len(completions),
        train_dataset=Dataset.from_dict({"prompt": ["a", "b"]}),
    )
    policy.eval()
    prompts, answers = zip(*rollouts.pairs, strict=True)
    known = [rollouts.logprobs[base.sha256][index] for index in range(len(answers))]
    old = torch.nn.utils.rnn.pad_sequence(known, batch_first=True)
    return trainer._compute_loss(
        policy,
        {
            "prompt_ids": ragged(prompts, "left"),
            "prompt_mask": ragged([[1] * len(prompt) for prompt in prompts], "left"),
            "completion_ids": ragged(answers, "right"),
            "completion_mask": ragged([[1] * len(answer) for answer in answers], "right"),
            "advantages": torch.tensor([sample.advantage for sample in rollouts.samples]),
            "old_per_token_logps": old,
            "ref_per_token_logps": old,
        },
    )


def ragged(rows, side):
    return torch.nn.utils.rnn.pad_sequence(
        [torch.tensor(row) for row in rows], batch_first=True, padding_side=side
    )


def gradient(loss, model):
    model.zero_grad()
    loss.backward()
    return torch.cat([weight.grad.flatten().clone() for weight in model.parameters()])


def test_at_ratio_one_the_gradient_is_the_plain_policy_gradient(base, loaded, tmp_path):
    samples = [*answered(6), *pulls(4)]
    rollouts, batch = rollouts_of(loaded, base, samples, tmp_path)
    model = AutoModelForCausalLM.from_pretrained(base.model).eval()
    ours = gradient(objective(model, batch, rollouts.work.spec, Figures()), model)
    logprobs, _ = move_logprobs(model, batch["moves"])
    recorded = batch["recorded"]
    plain = (logprobs * recorded.counted).sum(dim=1) / recorded.counted.sum(dim=1)
    expected = gradient(-(plain * recorded.advantages).mean(), model)
    assert expected.abs().max() > 1e-3
    assert torch.allclose(ours, expected, atol=1e-6)


def test_equal_rewards_give_no_gradient(base, loaded, tmp_path):
    samples = [Rollout(user("a"), "yes", 0.0), Rollout(user("a"), "no", 0.0), Rollout(user("b"), "hm", 0.0)]
    rollouts, batch = rollouts_of(loaded, base, samples, tmp_path)
    model = nudged(base.model)
    assert gradient(objective(model, batch, rollouts.work.spec, Figures()), model).abs().max() == 0


def test_a_batch_may_hold_written_answers_and_choices(base, loaded, tmp_path):
    samples = [pulls(4)[1], *answered(4), pulls(4)[2]]
    _, batch = rollouts_of(loaded, base, samples, tmp_path)
    together, _ = move_logprobs(loaded.model, batch["moves"])
    assert torch.allclose(together, batch["recorded"].old, atol=1e-5)
    assert batch["recorded"].counted.sum(dim=1).tolist() == [4, 10, 4, 10, 1, 1]
    for place, sample in enumerate([samples[0], samples[5]], start=4):
        _, alone = rollouts_of(loaded, base, [sample], tmp_path)
        assert together[place, -1].item() == pytest.approx(alone["recorded"].old.item(), abs=1e-5)
