import math
from itertools import chain

import pytest
import torch

from experiments.alignment.learners import DPO, SFT
from tasks.learners.batches import planned
from tasks.learners.losses import (
    PAIR_LOSSES,
    answer_loss,
    hinge_loss,
    ipo_loss,
    preference_loss,
    sigmoid_loss,
)

ONES = torch.ones(2)


def test_the_answer_loss_is_the_weighted_mean_over_counted_tokens():
    logprobs = torch.tensor([[-1.0, -2.0], [-9.0, -4.0]])
    counted = torch.tensor([[1, 1], [0, 1]])
    assert answer_loss(logprobs, counted, ONES).item() == pytest.approx((1 + 2 + 4) / 3)
    assert answer_loss(logprobs, counted, torch.tensor([1.0, 3.0])).item() == pytest.approx((1 + 2 + 12) / 5)


@pytest.mark.parametrize(
    ("loss", "margin", "expected"),
    [
        (sigmoid_loss, 0.0, math.log(2)),
        (sigmoid_loss, 3.0, math.log(1 + math.exp(-0.3))),
        (hinge_loss, 3.0, 0.7),
        (hinge_loss, 30.0, 0.0),
        (ipo_loss, 3.0, 4.0),
        (ipo_loss, 5.0, 0.0),
    ],
)
def test_pair_losses_have_the_papers_values(loss, margin, expected):
    assert loss(torch.tensor([margin]), 0.1).item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", sorted(PAIR_LOSSES))
def test_a_label_of_one_half_pulls_towards_no_preference(name):
    margin = torch.tensor([2.0, -2.0], requires_grad=True)
    preference_loss(PAIR_LOSSES[name], margin, torch.full((2,), 0.5), ONES, 1.0).backward()
    assert margin.grad[0] > 0 > margin.grad[1]


def test_a_flipped_label_is_the_loss_of_the_flipped_pair():
    margin = torch.tensor([2.0, -1.0])
    flipped = preference_loss(sigmoid_loss, margin, torch.zeros(2), ONES, 0.5)
    assert flipped == preference_loss(sigmoid_loss, -margin, ONES, ONES, 0.5)


def test_pairs_count_by_their_weight():
    margin = torch.tensor([2.0, -1.0])
    weighted = preference_loss(sigmoid_loss, margin, ONES, torch.tensor([3.0, 1.0]), 0.5)
    each = sigmoid_loss(margin, 0.5)
    assert weighted.item() == pytest.approx(((3 * each[0] + each[1]) / 4).item())


@pytest.mark.parametrize("spec", [SFT(epochs=3, batch_size=4), DPO(epochs=3, batch_size=4)])
def test_every_epoch_sees_every_sample_once(spec):
    lengths = [number % 7 for number in range(50)]
    plan = planned(lengths, spec, seed=1)
    epochs = [plan[start : start + 13] for start in (0, 13, 26)]
    assert all(sorted(chain.from_iterable(epoch)) == list(range(50)) for epoch in epochs)
    assert epochs[0] != epochs[1]


def test_the_plan_depends_on_the_seed_alone():
    lengths = list(range(40))
    assert planned(lengths, SFT(), seed=1) == planned(lengths, SFT(), seed=1)
    assert planned(lengths, SFT(), seed=1) != planned(lengths, SFT(), seed=2)


def test_samples_of_similar_length_are_trained_together():
    lengths = [number % 50 for number in range(128)]
    spread = [
        max(lengths[i] for i in batch) - min(lengths[i] for i in batch)
        for batch in planned(lengths, SFT(), 1)
    ]
    assert sum(spread) / len(spread) < 10
