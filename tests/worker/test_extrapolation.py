"""Extrapolated checkpoints: what they do to a model, and that plain PEFT reads them."""

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from experiments.alignment.errors import ModelError
from experiments.alignment.learners import SFT, Extrapolate
from experiments.alignment.sample_kinds import Demonstration
from experiments.alignment.types import Ask, Checkpoint
from tests.support.lessons import QUICK, carry_on, learn, local_workshop, user
from tests.support.tiny_model import build_tiny_model

FAR = 20.0


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return Checkpoint("base", build_tiny_model(tmp_path_factory.mktemp("tiny")))


@pytest.fixture
def workshop(tmp_path):
    return local_workshop(tmp_path / "adapters")


@pytest.fixture
def trained(workshop, base):
    """Trained for a few steps, so that there is some way left to go."""
    samples = [Demonstration(user(f"question {n}"), f"yes, {n % 7}") for n in range(32)]
    return learn(workshop, SFT(**QUICK | {"epochs": 1}), samples, base).checkpoint


def likelihood(workshop, checkpoint):
    """Of answers to questions never trained on, in nats an answer."""
    asks = [Ask(user(f"question {n}"), 1) for n in range(100, 116)]
    answers = [f"yes, {n % 7}" for n in range(100, 116)]
    return sum(workshop.policy("p", checkpoint).score(asks, answers, carry_on)) / len(asks)


def test_a_little_further_is_better_and_much_further_is_worse(workshop, base, trained):
    near, far = (
        learn(workshop, Extrapolate(alpha=alpha), (), trained, reference=base).checkpoint
        for alpha in (0.5, FAR)
    )
    start, done, better, broken = (likelihood(workshop, one) for one in (base, trained, near, far))
    assert start < done < better
    assert broken < done


def test_plain_peft_reads_an_extrapolated_adapter_and_says_the_same(workshop, base, trained):
    made = learn(workshop, Extrapolate(alpha=0.5), (), trained, reference=base).checkpoint
    ids = torch.arange(10, 40)[None]
    plain = AutoModelForCausalLM.from_pretrained(base.model)
    theirs = PeftModel.from_pretrained(plain, made.adapters[-1]).eval()
    ours = workshop._loaded(made).switch(made.adapters)
    with torch.no_grad():
        assert torch.allclose(theirs(ids).logits, ours(ids).logits, atol=1e-4)


def test_the_same_weights_give_the_same_bytes(workshop, base, trained):
    first, second = (learn(workshop, Extrapolate(alpha=0.5), (), trained, reference=base) for _ in range(2))
    assert first.checkpoint == second.checkpoint
    assert first.checkpoint.adapters[-1].name == first.checkpoint.sha256
    other = learn(workshop, Extrapolate(alpha=0.75), (), trained, reference=base)
    assert other.checkpoint.sha256 != first.checkpoint.sha256


def test_what_is_no_adapter_cannot_be_extrapolated(workshop, base, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ModelError, match="empty is no adapter that could be extrapolated"):
        learn(workshop, Extrapolate(), (), Checkpoint("x", base.model, (empty,)), reference=base)
