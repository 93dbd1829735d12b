"""A run that fits a reward model to all its pairs and learns from its rewards."""

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import pytest

from experiments.alignment.composition import Branch, Composition, Phase
from experiments.alignment.config import RecipeConfig
from experiments.alignment.learners import DPO, RewardModel
from experiments.alignment.memory import remember, run_in_memory
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.signals.reward import Reward
from experiments.alignment.types import Checkpoint, Prompt, Signal
from experiments.alignment.types import Reference as Answer
from tests.support.lessons import local_workshop, note, user
from tests.support.tiny_model import build_tiny_model


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return Checkpoint("base", build_tiny_model(tmp_path_factory.mktemp("tiny")))


@dataclass(frozen=True)
class Capitals:
    """How many capital letters an answer has, with its hash so that hardly any two are alike."""

    kind: ClassVar[str] = "capitals"
    needs: ClassVar[frozenset] = frozenset()
    needs_reference: ClassVar[bool] = False
    roles: ClassVar[tuple] = ()

    def read(self, at, groups):
        return [
            tuple(
                Signal(
                    self.kind,
                    "count",
                    (c.index,),
                    float(sum(map(str.isupper, c.text)) + len(set(c.text)) / 99),
                )
                for c in group.candidates
            )
            for group in groups
        ]


def test_a_run_fits_a_reward_model_to_all_its_pairs_and_learns_from_its_rewards(tmp_path, base):
    quick = {"batch_size": 4, "learning_rate": 1e-3}
    sample = Sample(n=3, max_tokens=6)
    composition = Composition(
        phases=(
            Phase(
                sample,
                (Capitals(),),
                (
                    Branch(BestWorst("capitals"), RewardModel(data="accumulated", **quick)),
                    Branch(BestWorst("capitals"), DPO(role="critic", **quick)),
                    Branch(BestWorst("capitals"), DPO(**quick)),
                ),
            ),
            Phase(sample, (Reward(),), (Branch(BestWorst("reward"), DPO(init_from="current", **quick)),)),
        ),
        answer_tokens=4,
    )
    config = RecipeConfig(iterations=2, prompts=4, probe_prompts=2, gold_prompts=2, operator_prompts=0)
    prompts = [
        Prompt(f"{split}-{n}", user(f"{split} {n}"), split, Answer(answer=1))
        for split in ("train", "probe", "gold")
        for n in range(4)
    ]
    memory = remember(prompts, 1, base)
    run_in_memory(composition, config, memory, local_workshop(tmp_path), "number")
    rewards, critics, policies = (
        [trained.checkpoint for *_, trained in memory.checkpoints[role]]
        for role in ("reward-model", "critic", "policy")
    )
    assert [note(rm)["samples"] for rm in rewards] == [4, 8]
    assert [len(chain.adapters) for chain in rewards + critics] == [1, 1, 1, 2]
    assert [len(chain.adapters) for chain in policies] == [1, 2, 3, 4]
    assert all(after.adapters[:-1] == before.adapters for before, after in pairwise(policies))
    read = [s for g in memory.groups[2, 1, "train"].values() for s in g.signals]
    assert {(s.kind, s.source, s.value is not None) for s in read} == {("reward", "reward-model", True)}
