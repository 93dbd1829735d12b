"""What learners of single verdicts are for: KTO, verifiers of outcomes and of steps, and extrapolation."""

import pytest
import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import KTOConfig, KTOTrainer

from experiments.alignment.errors import ConfigError, DataError
from experiments.alignment.learners import KTO, SFT, Extrapolate, Lesson, StepVerifier
from experiments.alignment.sample_kinds import Demonstration, Steps, Unpaired
from experiments.alignment.types import Ask, Checkpoint
from tasks.learners.kto import Judged, objective
from tasks.learners.training import Figures
from tasks.learners.work import Work
from tasks.policies.loading import LoadedModel
from tests.support.lessons import (
    QUICK,
    carry_on,
    comparisons,
    ignore,
    learn,
    local_workshop,
    note,
    solutions,
    user,
    verdicts,
)
from tests.support.tiny_model import build_tiny_model

MORE = QUICK | {"epochs": 6}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return Checkpoint("base", build_tiny_model(tmp_path_factory.mktemp("tiny")))


@pytest.fixture
def workshop(tmp_path):
    return local_workshop(tmp_path / "adapters")


def gain(workshop, before, after, prompt, answer):
    """How much likelier an answer became, in nats."""
    asked = ([Ask(prompt, 1)], [answer], carry_on)
    return workshop.policy("p", after).score(*asked)[0] - workshop.policy("p", before).score(*asked)[0]


def test_kto_makes_good_answers_likelier_than_bad_ones(workshop, base):
    trained = learn(workshop, KTO(**MORE), verdicts(64), base)
    held_back = comparisons(8, start=100)
    better = [gain(workshop, base, trained.checkpoint, pair.prompt, pair.chosen) for pair in held_back]
    worse = [gain(workshop, base, trained.checkpoint, pair.prompt, pair.rejected) for pair in held_back]
    assert sum(b > w for b, w in zip(better, worse, strict=True)) >= 7
    assert trained.figures["reward_good_last"] > trained.figures["reward_bad_last"]


def test_kto_can_weigh_bad_answers_more(workshop, base):
    even, harsh = (
        learn(workshop, KTO(**QUICK, undesirable=weight), verdicts(), base) for weight in (1.0, 20.0)
    )
    pair = comparisons(1, start=100)[0]
    falls = [gain(workshop, base, made.checkpoint, pair.prompt, pair.rejected) for made in (even, harsh)]
    assert falls[1] < falls[0]


def nudged(directory):
    """Another policy close to the base model."""
    model = AutoModelForCausalLM.from_pretrained(directory).eval()
    draws = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.02 * torch.randn(weight.shape, generator=draws)
    return model


def test_the_loss_is_the_one_of_trls_kto_trainer(base, tmp_path):
    samples = [
        Unpaired(user("a"), "yes", True),
        Unpaired(user("longer"), "no, never", False),
        Unpaired(user("b c"), "hm", False),
        Unpaired(user("d"), "well well", True),
    ]
    spec = KTO(desirable=1.3, undesirable=0.7)
    judged = Judged.of(
        Work(
            LoadedModel(base.model, "cpu", torch.float32),
            Lesson(spec, samples, base, base, 1),
            tmp_path,
            carry_on,
            ignore,
        )
    )
    judged.refer([[0, 1, 2, 3]])
    batch = judged.collate([{"batch": [0, 1, 2, 3]}])
    policy = nudged(base.model)
    figures = Figures()
    loss = objective(policy, batch, spec, figures)
    expected = trl_kto_loss(policy, base, judged, tmp_path)
    assert figures.steps[0]["kl"] >= 0
    assert loss.item() == pytest.approx(expected, abs=1e-5)


def trl_kto_loss(policy, base, judged, directory):
    """TRL's loss of the policy on the samples as one batch, each prompt's mismatched answer that of the row before."""
    spec, answers = judged.work.spec, [answer for _, answer in judged.pairs]
    rows = [
        {"prompt_ids": prompt, "completion_ids": answer, "KL_completion_ids": before, "label": sample.good}
        for (prompt, answer), before, sample in zip(
            judged.pairs, answers[-1:] + answers[:-1], judged.samples, strict=True
        )
    ]
    trainer = KTOTrainer(
        model=policy,
        ref_model=AutoModelForCausalLM.from_pretrained(base.model).eval(),
        args=KTOConfig(
            output_dir=str(directory / "trl"),
            per_device_train_batch_size=len(rows),
            beta=spec.beta,
            desirable_weight=spec.desirable,
            undesirable_weight=spec.undesirable,
            use_cpu=True,
            bf16=False,
            report_to="none",
        ),
        train_dataset=Dataset.from_list([{"prompt": "a", "completion": "b", "label": True}] * len(rows)),
        processing_class=AutoTokenizer.from_pretrained(base.model),
    )
    return trainer.compute_loss(trainer.model, trainer.data_collator(rows)).item()


def test_a_verifier_of_steps_tells_the_step_that_went_wrong(workshop, base):
    trained = learn(workshop, StepVerifier(**MORE), solutions(), base)
    policy = workshop.policy("verifier", trained.checkpoint)
    asks = [Ask(user("question 99"), 1)] * 2
    up, down = policy.step_rewards(asks, ["up 3.\nso it is.", "down 3.\nso it is."], carry_on)
    assert up[0] > 0.7 > 0.3 > down[0]
    assert [len(up), len(down)] == [2, 2]
    assert policy.reward(asks, ["up 3.\nso it is.", "down 3.\nso it is."], carry_on) == [min(up), min(down)]


def test_a_verifier_of_outcomes_reads_an_answer_as_one_step(workshop, base):
    samples = [Steps(one.prompt, (one.answer,), (float(one.good),)) for one in verdicts()]
    trained = learn(workshop, StepVerifier(**MORE), samples, base)
    policy = workshop.policy("verifier", trained.checkpoint)
    pairs = comparisons(8, start=100)
    asks = [Ask(pair.prompt, 1) for pair in pairs]
    good = policy.reward(asks, [pair.chosen for pair in pairs], carry_on)
    bad = policy.reward(asks, [pair.rejected for pair in pairs], carry_on)
    assert sum(g > b for g, b in zip(good, bad, strict=True)) >= 7
    assert all(len(steps) == 1 for steps in policy.step_rewards(asks, ["one. two."] * 8, carry_on))
    assert not note(trained.checkpoint)["stepwise"]


def test_a_step_without_a_label_teaches_nothing(workshop, base):
    known = [Steps(user("q"), ("a.\n", "b"), (None, 1.0))] * 8
    first = learn(workshop, StepVerifier(**QUICK), known, base)
    assert first.figures["loss_first"] == pytest.approx(0.6931, abs=1e-3)
    with pytest.raises(DataError, match="needs a label"):
        learn(workshop, StepVerifier(**QUICK), [Steps(user("q"), ("a.", "b"), (None, None))], base)


def test_a_label_of_a_step_is_a_share(workshop, base):
    with pytest.raises(DataError, match="outside 0 to 1"):
        learn(workshop, StepVerifier(**QUICK), [Steps(user("q"), ("a",), (1.5,))], base)


def demonstrations(word: str) -> list[Demonstration]:
    return [Demonstration(user(f"question {n}"), f"{word} {n}") for n in range(16)]


def weights(workshop, checkpoint):
    model = workshop._loaded(checkpoint).switch(checkpoint.adapters)
    return {name: weight.detach().clone() for name, weight in model.named_parameters()}


def test_extrapolation_goes_on_in_the_same_direction(workshop, base):
    first = learn(workshop, SFT(**QUICK), demonstrations("yes"), base).checkpoint
    second = learn(workshop, SFT(**QUICK), demonstrations("no"), first).checkpoint
    third = learn(workshop, SFT(**QUICK), demonstrations("hm"), second).checkpoint
    made = learn(workshop, Extrapolate(alpha=0.5), (), third, reference=first)
    before, after, beyond = (weights(workshop, one) for one in (first, third, made.checkpoint))
    assert len(made.checkpoint.adapters) == len(first.adapters) + 1
    for name, weight in beyond.items():
        expected = after[name] + 0.5 * (after[name] - before[name])
        assert torch.allclose(weight, expected, atol=1e-5), name
    assert any(not torch.equal(beyond[name], after[name]) for name in beyond)


def test_extrapolation_needs_a_checkpoint_that_continues_the_other(workshop, base):
    one, other = (learn(workshop, SFT(**QUICK), demonstrations(word), base).checkpoint for word in ("a", "b"))
    with pytest.raises(ConfigError, match="goes on from an earlier one"):
        learn(workshop, Extrapolate(), (), one, reference=other)
    assert learn(workshop, Extrapolate(), (), one, reference=one).steps == 0
