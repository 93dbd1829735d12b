"""Losses of the policy gradient as pure functions."""

import math

import pytest
import torch

from tasks.learners.losses import (
    Recorded,
    choice_entropy,
    clipped_gain,
    is_clipped,
    kl_estimate,
    policy_gradient_loss,
    sequence_mean,
)


@pytest.mark.parametrize(
    ("ratio", "advantage", "gain", "clipped"),
    [
        (1.5, 1.0, 1.2, True),
        (0.5, 1.0, 0.5, False),
        (1.5, -1.0, -1.5, False),
        (0.5, -1.0, -0.8, True),
        (1.1, 2.0, 2.2, False),
    ],
)
def test_gains_are_clipped_where_the_policy_went_too_far(ratio, advantage, gain, clipped):
    log_ratio = torch.tensor([[math.log(ratio)]])
    assert clipped_gain(log_ratio, torch.tensor([advantage]), 0.2).item() == pytest.approx(gain)
    assert is_clipped(log_ratio, torch.tensor([advantage]), 0.2).item() is clipped


def test_the_kl_estimate_is_unbiased_and_never_negative():
    ours, theirs = torch.tensor([0.7, 0.2, 0.1]), torch.tensor([0.5, 0.3, 0.2])
    estimates = kl_estimate(ours.log() - theirs.log())
    assert (estimates >= 0).all()
    assert (ours * estimates).sum() == pytest.approx((ours * (ours / theirs).log()).sum().item())


def test_every_answer_counts_alike_and_by_its_weight():
    values, counted = torch.tensor([[1.0, 3.0], [9.0, 5.0]]), torch.tensor([[1.0, 1.0], [0.0, 1.0]])
    assert sequence_mean(values, counted, torch.ones(2)).item() == pytest.approx((2 + 5) / 2)
    assert sequence_mean(values, counted, torch.tensor([3.0, 1.0])).item() == pytest.approx((6 + 5) / 4)


def test_the_loss_adds_kl_by_its_weight():
    old = torch.log(torch.tensor([[0.5]]))
    now, one = torch.log(torch.tensor([[0.55]])), torch.ones(1)
    recorded = Recorded(old, old, torch.ones(1, 1), one, one)
    kl = 0.5 / 0.55 - math.log(0.5 / 0.55) - 1
    assert policy_gradient_loss(now, recorded, 0.2, 0.0).item() == pytest.approx(-1.1)
    assert policy_gradient_loss(now, recorded, 0.2, 2.0).item() == pytest.approx(-1.1 + 2 * kl, abs=1e-6)


def test_entropy_counts_a_rows_own_options_alone():
    logits = torch.tensor([[1.0, 1.0, -math.inf], [2.0, 2.0, 2.0]], requires_grad=True)
    entropy = choice_entropy(torch.log_softmax(logits, dim=1))
    assert entropy.tolist() == pytest.approx([math.log(2), math.log(3)])
    entropy.sum().backward()
    assert torch.isfinite(logits.grad).all()
