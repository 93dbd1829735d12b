"""Reward models: what they are fitted to, what they say, and how they are passed on."""

import json
import math

import pytest
import torch
from datasets import Dataset
from safetensors.torch import load_file, save_file
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from trl import RewardConfig, RewardTrainer

from experiments.alignment.errors import DataError, ModelError
from experiments.alignment.learners import SFT, Lesson, RewardModel
from experiments.alignment.sample_kinds import Demonstration, Preference
from experiments.alignment.types import Ask, Checkpoint
from tasks.learners.batches import Pairs
from tasks.learners.reward_model import Comparison
from tasks.learners.training import Figures
from tasks.learners.work import Work
from tasks.policies.batching import Limits
from tasks.policies.loading import LoadedModel
from tasks.policies.reward_policy import HEAD_WEIGHTS, RewardPolicy, answer_rewards
from tests.support.lessons import QUICK, carry_on, comparisons, ignore, learn, local_workshop, user
from tests.support.tiny_model import build_tiny_model

SPEC = RewardModel(**QUICK | {"epochs": 6})


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return Checkpoint("base", build_tiny_model(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    return local_workshop(tmp_path_factory.mktemp("adapters"))


@pytest.fixture(scope="module")
def fitted(workshop, base):
    return learn(workshop, SPEC, comparisons(64), base)


def accuracy(policy, pairs):
    asks = [Ask(pair.prompt, 1) for pair in pairs]
    chosen = policy.reward(asks, [pair.chosen for pair in pairs], carry_on)
    rejected = policy.reward(asks, [pair.rejected for pair in pairs], carry_on)
    return sum(a > b for a, b in zip(chosen, rejected, strict=True)) / len(pairs)


def test_a_planted_preference_holds_on_pairs_never_seen(workshop, base, fitted):
    assert accuracy(workshop.policy("rm", fitted.checkpoint), comparisons(64, start=1000)) > 0.9
    assert fitted.figures["reward_accuracy"] > 0.9
    assert fitted.figures["reward_margin"] > 1
    assert fitted.figures["loss_first"] == pytest.approx(math.log(2))


def test_the_policy_ranks_the_training_pairs_as_the_learner_reported(workshop, fitted):
    policy, pairs = workshop.policy("rm", fitted.checkpoint), comparisons(64)
    assert accuracy(policy, pairs) == fitted.figures["reward_accuracy"]
    asks = [Ask(pair.prompt, 1) for pair in pairs]
    sides = [
        policy.reward(asks, [getattr(p, side) for p in pairs], carry_on) for side in ("chosen", "rejected")
    ]
    margin = sum(a - b for a, b in zip(*sides, strict=True)) / len(pairs)
    assert margin == pytest.approx(fitted.figures["reward_margin"], abs=1e-4)


def test_soft_labels_and_weights_reach_the_fit(workshop, base):
    flipped = learn(workshop, SPEC, comparisons(p_chosen=0.0), base)
    assert flipped.figures["reward_margin"] < -1
    assert flipped.figures["reward_accuracy"] > 0.9
    outweighed = [*comparisons(16, weight=0.01), *comparisons(16, p_chosen=0.0)]
    assert learn(workshop, SPEC, outweighed, base).figures["reward_margin"] < 0


def test_undecided_pairs_have_no_accuracy(workshop, base):
    figures = learn(workshop, SPEC, comparisons(8, p_chosen=0.5), base).figures
    assert "reward_accuracy" not in figures
    assert abs(figures["reward_margin"]) < 1


def test_the_loss_is_the_one_of_trls_reward_trainer(base, tmp_path):
    work = Work(
        LoadedModel(base.model, "cpu", torch.float32),
        Lesson(SPEC, comparisons(6), base, base, 1),
        tmp_path,
        carry_on,
        ignore,
    )
    comparison = Comparison(Pairs.of(work), [], Figures())
    inputs = comparison.collate([{"batch": list(range(6))}])
    theirs = classifier(base)
    head = theirs.score.weight[0]

    def scorer(batch):
        return answer_rewards(work.loaded.model, head, batch.ids, batch.mask)

    batch = {"input_ids": inputs["batch"].ids, "attention_mask": inputs["batch"].mask}
    expected = trl_trainer(theirs, base, tmp_path).compute_loss(theirs, dict(batch))
    ours = comparison.loss(scorer, inputs)
    assert ours.item() == pytest.approx(expected.item(), abs=1e-5)
    assert abs(ours.item() - math.log(2)) > 1e-3


def classifier(base):
    """The library's model with a scalar head, at random."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        model = AutoModelForSequenceClassification.from_pretrained(base.model, num_labels=1)
        torch.nn.init.normal_(model.score.weight)
    return model.eval()


class PlainRewardTrainer(RewardTrainer):
    """TRL's trainer without its own tokenising."""

    def _prepare_dataset(self, dataset, *_, **__):
        return dataset


def trl_trainer(model, base, tmp_path):
    return PlainRewardTrainer(
        model=model,
        args=RewardConfig(output_dir=str(tmp_path), use_cpu=True, bf16=False, report_to="none"),
        processing_class=AutoTokenizer.from_pretrained(base.model),
        train_dataset=Dataset.from_dict({"batch": [[0]]}),
    )


def test_a_reward_does_not_depend_on_what_is_asked_beside_it(workshop, fitted):
    policy = workshop.policy("rm", fitted.checkpoint)
    asks, answers = [Ask(user("q" * n), 1) for n in (1, 40, 9)], ["yes", "no, never", "a much longer answer!"]
    together = policy.reward(asks, answers, carry_on)
    assert together == policy.reward(asks, answers, carry_on)
    alone = [policy.reward([a], [b], carry_on)[0] for a, b in zip(asks, answers, strict=True)]
    assert together == pytest.approx(alone, abs=1e-4)
    narrow = RewardPolicy("rm", policy.loaded, policy.adapters, Limits(rows=1))
    assert narrow.reward(asks, answers, carry_on) == alone


def test_every_batch_asks_whether_to_go_on(workshop, fitted):
    policy = workshop.policy("rm", fitted.checkpoint)
    narrow = RewardPolicy("rm", policy.loaded, policy.adapters, Limits(rows=2))
    asked = []
    narrow.reward([Ask(user("q"), 1)] * 5, list("abcde"), lambda: asked.append(1))
    assert len(asked) == 3


def test_a_reward_model_does_nothing_but_reward(workshop, fitted):
    policy = workshop.policy("the-model", fitted.checkpoint)
    assert (policy.name, policy.capabilities) == ("the-model", {"reward"})
    ask = [Ask(user("q"), 1)]
    with pytest.raises(ModelError, match="the-model is a reward model and writes no answers"):
        policy.generate(ask, carry_on)
    with pytest.raises(ModelError, match="gives no log-probabilities"):
        policy.score(ask, ["a"], carry_on)
    with pytest.raises(ModelError, match="gives no probabilities of options"):
        policy.choose(ask, [("a", "b")], carry_on)
    with pytest.raises(DataError, match="takes at most"):
        policy.reward([Ask(user("q" * 3000), 1)], ["a"], carry_on)


def test_a_language_model_gives_no_reward(workshop, base, fitted):
    policy = workshop.policy("judge", base)
    with pytest.raises(ModelError, match="judge is no reward model"):
        policy.reward([Ask(user("q"), 1)], ["a"], carry_on)
    taught = learn(workshop, SFT(**QUICK), [Demonstration(user("q"), "yes")], base)
    assert "generate" in workshop.policy("policy", taught.checkpoint).capabilities


def test_files_of_a_reward_model_are_json_and_safetensors_without_local_paths(base, fitted):
    files = {path.name: path for path in fitted.checkpoint.adapters[-1].iterdir()}
    assert set(files) == {
        "adapter_config.json",
        "adapter_model.safetensors",
        HEAD_WEIGHTS,
        "plumbline.json",
    }
    assert fitted.checkpoint.adapters[-1].name == fitted.checkpoint.sha256
    assert all(str(base.model).encode() not in path.read_bytes() for path in files.values())
    assert json.loads(files["plumbline.json"].read_text())["learner"]["kind"] == "reward-model"


def test_a_reward_model_goes_on_from_an_earlier_one(workshop, base, fitted):
    again = learn(
        workshop, RewardModel(**QUICK | {"learning_rate": 1e-9}), comparisons(64), fitted.checkpoint
    )
    assert again.checkpoint.adapters[0] == fitted.checkpoint.adapters[0]
    assert again.figures["reward_margin"] == pytest.approx(fitted.figures["reward_margin"], abs=1e-3)
    kept = load_file(again.checkpoint.adapters[-1] / HEAD_WEIGHTS)["head"]
    assert torch.allclose(kept, load_file(fitted.checkpoint.adapters[-1] / HEAD_WEIGHTS)["head"], atol=1e-6)


def test_on_a_policys_checkpoint_the_head_starts_at_zero(workshop, base):
    taught = learn(workshop, SFT(**QUICK), [Demonstration(user("q"), "yes")], base)
    fitted = learn(workshop, SPEC, comparisons(), taught.checkpoint)
    assert fitted.figures["loss_first"] == pytest.approx(math.log(2))
    assert len(fitted.checkpoint.adapters) == 2


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (HEAD_WEIGHTS, b"junk", f"no readable {HEAD_WEIGHTS}"),
        (HEAD_WEIGHTS, torch.zeros(3), r"has the shape \[3\]; this model needs \[64\]"),
        ("plumbline.json", b"{}", "note plumbline.json of .* is damaged"),
    ],
)
def test_a_damaged_reward_model_is_refused(workshop, base, fitted, tmp_path, name, content, message):
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for path in fitted.checkpoint.adapters[-1].iterdir():
        (damaged / path.name).write_bytes(path.read_bytes())
    if isinstance(content, bytes):
        (damaged / name).write_bytes(content)
    else:
        save_file({"head": content}, damaged / name)
    with pytest.raises(ModelError, match=message):
        workshop.policy("rm", Checkpoint("damaged", base.model, (damaged,)))


def test_preferences_that_cannot_be_trained_on_are_refused(workshop, base):
    with pytest.raises(DataError, match=r"p_chosen 1\.5; it must be in 0 to 1"):
        learn(workshop, SPEC, [Preference(user("q"), "a", "b", p_chosen=1.5)], base)
    with pytest.raises(DataError, match="a Demonstration, not a Preference"):
        learn(workshop, SPEC, [Demonstration(user("q"), "a")], base)
