"""The same code path for other model families than the one the starter uses."""

import pytest
import torch
from transformers import GemmaConfig, GPT2Config, MistralConfig, PreTrainedConfig, Qwen2Config
from transformers.models.auto import AutoModelForCausalLM

from experiments.alignment.learners import DPO, SFT, Lesson, PolicyGradient, RewardModel
from experiments.alignment.sample_kinds import Demonstration, Preference, Rollout
from experiments.alignment.types import Ask, Checkpoint, Message
from tasks.policies.loading import LoadedModel
from tasks.policies.sampling import Row, decode, left_padded
from tasks.workshop import LocalWorkshop
from tests.support.tiny_model import byte_tokenizer

SMALL = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
FAMILIES: dict[str, PreTrainedConfig] = {
    "gpt2": GPT2Config(n_embd=32, n_layer=2, n_head=4, n_positions=256),
    "qwen2": Qwen2Config(**SMALL, num_key_value_heads=2, max_position_embeddings=256),
    "gemma": GemmaConfig(**SMALL, num_key_value_heads=1, head_dim=8, max_position_embeddings=256),
    "mistral with a sliding window": MistralConfig(
        **SMALL, num_key_value_heads=2, sliding_window=16, max_position_embeddings=256
    ),
}


def carry_on():
    pass


@pytest.fixture(scope="module", params=sorted(FAMILIES))
def directory(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("family")
    tokenizer = byte_tokenizer()
    tokenizer.chat_template = None
    config = FAMILIES[request.param]
    config.vocab_size, config.initializer_range = len(tokenizer), 0.3
    config.bos_token_id = config.eos_token_id = tokenizer.eos_token_id
    config.pad_token_id = tokenizer.pad_token_id
    torch.manual_seed(3)
    AutoModelForCausalLM.from_config(config).save_pretrained(path)
    tokenizer.save_pretrained(path)
    return path


def test_greedy_answers_equal_the_librarys_own(directory):
    loaded = LoadedModel(directory, "cpu", torch.float32)
    prompts = [
        (Message("user", text),) for text in ("a", "quite a bit longer than the first one", "mid length")
    ]
    rows = [Row(tuple(loaded.chat.prompt_ids(prompt)), 20, 0.0, 1.0, 0) for prompt in prompts]
    ids, mask = left_padded([row.prompt for row in rows], loaded.chat.pad_id, loaded.model.device)
    reference = loaded.model.generate(input_ids=ids, attention_mask=mask, do_sample=False, max_new_tokens=20)
    drawn = decode(loaded.model, rows, loaded.chat.stop_ids, loaded.chat.pad_id, carry_on)
    for row, expected in zip(drawn, reference[:, ids.shape[1] :].tolist(), strict=True):
        assert row.ids == expected[: len(row.ids)]


def test_both_learners_train_and_their_adapters_load(directory, tmp_path):
    workshop = LocalWorkshop(tmp_path, "cpu", "float32", threads=1)
    base = Checkpoint("base", directory)
    prompt = (Message("user", "q"),)
    first = workshop.learn(
        Lesson(SFT(learning_rate=1e-2, epochs=20), [Demonstration(prompt, "yes")], base, base, 1),
        carry_on,
        lambda *_: None,
    )
    second = workshop.learn(
        Lesson(
            DPO(learning_rate=1e-3),
            [Preference(prompt, "yes", "no")],
            first.checkpoint,
            first.checkpoint,
            1,
        ),
        carry_on,
        lambda *_: None,
    )
    (answer,) = workshop.policy("policy", second.checkpoint).generate([Ask(prompt, 8)], carry_on)
    assert answer.text == "yes"


def test_rewards_and_choices_are_learned_too(directory, tmp_path):
    workshop = LocalWorkshop(tmp_path, "cpu", "float32", threads=1)
    base = Checkpoint("base", directory)
    prompt, quick = (Message("user", "q"),), {"learning_rate": 1e-2, "epochs": 12}
    pairs = [Preference(prompt, "yes", "no")]
    pulls = [Rollout(prompt, arm, gain, options=("yes", "no")) for arm, gain in (("yes", 1.0), ("no", -1.0))]
    rewards, choices = (
        learned.checkpoint
        for learned in (
            workshop.learn(Lesson(spec, samples, base, base, 1), carry_on, lambda *_: None)
            for spec, samples in (
                (RewardModel(**quick), pairs),
                (PolicyGradient(**quick, clip=0.9), pulls),
            )
        )
    )
    asks = [Ask(prompt, 1)]
    yes, no = workshop.policy("rewards", rewards).reward(asks * 2, ["yes", "no"], carry_on)
    assert yes > no
    before, after = (
        workshop.policy("policy", at).choose(asks, [("yes", "no")], carry_on)[0][0] for at in (base, choices)
    )
    assert after > before
