"""Context distillation and votes on a real, tiny model: sampling, scoring and training are the product's own."""

from pathlib import Path

from experiments.alignment.memory import Memory, remember
from experiments.alignment.types import Ask, Checkpoint
from tasks.workshop import LocalWorkshop
from tests.kernel.runs import go, metric, sums
from tests.support.tiny_model import build_tiny_model

SIZES = {
    "iterations": 1,
    "prompts": 48,
    "probe_prompts": 24,
    "gold_prompts": 4,
    "operator_prompts": 24,
    "max_tokens": 8,
}


def run(tmp_path: Path, slug: str, **settings: object) -> Memory:
    model = build_tiny_model(tmp_path / "model")
    prompts = [*sums("train", 48), *sums("probe", 24), *sums("gold", 4)]
    memory = remember(prompts, 0, Checkpoint("base", model))
    workshop = LocalWorkshop(tmp_path / "made", dtype="float32", threads=1)
    return go(memory, tmp_path, slug, SIZES | settings, workshop=workshop)


def likelihood(memory: Memory, folder: Path, checkpoint: Checkpoint) -> float:
    """Log-probability of the round's samples after their prompts alone, in nats."""
    groups = memory.groups[1, 0, "train"].values()
    cases = [(Ask(group.prompt.messages, 1), c.text) for group in groups for c in group.candidates]
    policy = LocalWorkshop(folder, dtype="float32", threads=1).policy("policy", checkpoint)
    return sum(policy.score([ask for ask, _ in cases], [text for _, text in cases], lambda: None))


def test_training_on_samples_under_a_context_makes_them_likelier_without_it(tmp_path: Path) -> None:
    memory = run(tmp_path, "context-distillation", context="abc " * 8, epochs=2, learning_rate=1e-2)
    trained = memory.checkpoints["policy"][-1][2].checkpoint
    assert likelihood(memory, tmp_path, trained) > likelihood(memory, tmp_path, memory.base) + 10


def test_samples_that_were_cut_off_measure_no_divergence(tmp_path: Path) -> None:
    memory = run(tmp_path, "context-distillation", iterations=0, max_tokens=1)
    measured = metric(memory, 0, "context_kl")
    assert measured.value is None
    assert measured.n_unscored == 24


def test_the_control_of_a_vote_finds_the_likeliest_sample_of_a_real_model(tmp_path: Path) -> None:
    memory = run(tmp_path, "self-consistency", iterations=0, samples=3)
    measured = metric(memory, 0, "operator_control_accuracy")
    assert (measured.n, measured.n_unscored) == (24, 0)


def test_a_reward_model_fitted_to_constructed_pairs_scores_what_the_policy_gradient_follows(
    tmp_path: Path,
) -> None:
    memory = run(
        tmp_path, "contrast-distillation", learner="reward-model", prompts=8, operator_prompts=0, samples=2
    )
    signals = [s for group in memory.groups[1, 1, "train"].values() for s in group.signals]
    assert {s.kind for s in signals} == {"reward"}
    assert all(s.value is not None for s in signals)
    assert [role for role, made in memory.checkpoints.items() if made[-1][2].steps] == [
        "reward-model",
        "policy",
    ]
