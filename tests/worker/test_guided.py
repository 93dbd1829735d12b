"""Decoding that a reward model steers: with a cache it reads what it says without, and it moves the answers."""

import pytest
import torch

from experiments.alignment.errors import Cancelled, ConfigError, DataError
from experiments.alignment.learners import RewardModel
from experiments.alignment.sample_kinds import Preference
from experiments.alignment.types import Ask, Checkpoint
from tasks.policies.batching import Limits
from tasks.policies.guided import RewardSteer, guide_of
from tasks.policies.loading import LoadedModel
from tasks.policies.sampling import left_padded
from tasks.policies.transformers_policy import TransformersPolicy
from tests.support.lessons import QUICK, carry_on, learn, local_workshop, user
from tests.support.tiny_model import build_tiny_model
from tests.worker.test_policy_architectures import directory as family_directory

family = family_directory


def asks(count=6, temperature=1.0, tokens=10, start=0):
    numbers = range(start, start + count)
    return [Ask(user(f"question {n % 8}"), tokens, temperature, seed=n) for n in numbers]


def letters(text):
    return sum(c.isascii() and c.isalpha() for c in text)


def likes_letters(policy, count=192):
    """Pairs of the policy's own answers in which the one with more letters is the better one."""
    answers = [answer.text for answer in policy.generate(asks(count), carry_on)]
    pairs = zip(range(count), answers, answers[8:] + answers[:8], strict=True)
    ordered = [(n, *sorted(pair, key=letters)) for n, *pair in pairs]
    return [
        Preference(user(f"question {n % 8}"), more, less)
        for n, less, more in ordered
        if letters(less) < letters(more)
    ]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return Checkpoint("base", build_tiny_model(tmp_path_factory.mktemp("tiny")))


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    return local_workshop(tmp_path_factory.mktemp("adapters"))


@pytest.fixture(scope="module")
def writer(workshop, base):
    return workshop.policy("policy", base)


@pytest.fixture(scope="module")
def guide(workshop, base, writer):
    spec = RewardModel(**QUICK | {"epochs": 6})
    return workshop.policy("rm", learn(workshop, spec, likes_letters(writer), base).checkpoint)


def test_rewards_read_with_the_cache_are_those_that_the_policy_gives(writer, guide):
    chat, reader = writer.loaded.chat, guide_of(guide, writer.loaded)
    prompts = [chat.prompt_ids(user(text)) for text in ("one", "a longer question")]
    said = [["ab", "ab"], ["xyz", "xyz"], ["", ""]]
    for texts in said:
        steer = RewardSteer(reader, chat.stop_ids, 3, 1.0)
        ids, mask = left_padded(prompts, chat.pad_id, writer.loaded.model.device)
        with torch.inference_mode():
            steer.begin(ids, mask, torch.tensor([0, 1, 1]), 8)
            steer.keep(torch.tensor([0, 2]))
            for column in zip(*(chat.text_ids(text) for text in texts), strict=True):
                steer.took(torch.tensor(column))
            words = [chat.text_ids("a")[0], chat.text_ids("q")[0], chat.end_id]
            read = steer.rewards(torch.tensor([words, words]))
            again = steer.rewards(torch.tensor([words, words]))
        assert torch.equal(read, again)
        for row, question in enumerate(("one", "a longer question")):
            endings = [texts[row] + ending for ending in ("a", "q", "")]
            expected = guide.reward([Ask(user(question), 1)] * 3, endings, carry_on)
            assert read[row].tolist() == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_weight_zero_is_plain_decoding(writer, guide, temperature):
    words = writer.loaded.model.config.vocab_size
    plain = writer.generate(asks(temperature=temperature), carry_on)
    steered = writer.generate_guided(asks(temperature=temperature), guide, words, 0.0, carry_on)
    assert [a.text for a in steered] == [a.text for a in plain]
    assert [a.logprob for a in steered] == pytest.approx([a.logprob for a in plain], abs=1e-3)


def test_guidance_raises_the_reward(writer, guide):
    many = asks(48, start=1000)
    rewards = []
    for weight in (0.0, 30.0):
        answers = writer.generate_guided(many, guide, 20, weight, carry_on)
        rewards.append(sum(guide.reward(many, [a.text for a in answers], carry_on)) / len(many))
    assert rewards[1] > rewards[0] + 0.3


def test_only_the_likeliest_words_are_drawn(writer, guide):
    greedy = writer.generate(asks(temperature=0.0), carry_on)
    assert writer.generate_guided(asks(), guide, 1, 50.0, carry_on)[0].text == greedy[0].text


def test_an_answer_does_not_depend_on_what_is_asked_beside_it(workshop, base, guide, writer):
    together = writer.generate_guided(asks(), guide, 5, 2.0, carry_on)
    assert together == writer.generate_guided(asks(), guide, 5, 2.0, carry_on)
    narrow = TransformersPolicy("policy", writer.loaded, limits=Limits(rows=1))
    alone = narrow.generate_guided(asks(), guide, 5, 2.0, carry_on)
    assert [a.text for a in alone] == [a.text for a in together]


def test_writer_and_guide_stand_on_weights_of_their_own(writer, guide):
    before = writer.generate(asks(), carry_on)
    reader = guide_of(guide, writer.loaded)
    writer.generate_guided(asks(), guide, 4, 1.0, carry_on)
    assert reader.loaded is writer.loaded.twin is guide_of(guide, writer.loaded).loaded
    assert (writer.loaded.adapters, reader.loaded.adapters) == ((), guide.adapters)
    assert writer.generate(asks(), carry_on) == before


def test_every_step_asks_whether_to_go_on(writer, guide):
    def stop():
        raise Cancelled("stop")

    with pytest.raises(Cancelled):
        writer.generate_guided(asks(), guide, 4, 1.0, stop)


def test_what_cannot_steer_is_refused(writer, guide, tmp_path):
    with pytest.raises(ConfigError, match="policy cannot steer a model"):
        writer.generate_guided(asks(), writer, 4, 1.0, carry_on)
    with pytest.raises(DataError, match="takes at most"):
        writer.generate_guided([Ask(user("q" * 3000), 1)], guide, 4, 1.0, carry_on)
    other = LoadedModel(build_tiny_model(tmp_path, seed=1), "cpu", torch.float32)
    other.chat.tokenizer.add_tokens(["entirely-new"])
    with pytest.raises(ConfigError, match="reads other tokens"):
        guide_of(guide, other)


def test_other_families_of_models_read_alike_with_and_without_a_cache(family, tmp_path):
    workshop = local_workshop(tmp_path)
    base = Checkpoint("base", family)
    spec = RewardModel(**QUICK)
    pairs = [Preference(user(f"question {n}"), f"yes {n}", f"no, {n}") for n in range(16)]
    rm = workshop.policy("rm", learn(workshop, spec, pairs, base).checkpoint)
    chat, reader = rm.loaded.chat, guide_of(rm, rm.loaded)
    steer = RewardSteer(reader, chat.stop_ids, 2, 1.0)
    ids, mask = left_padded(
        [chat.prompt_ids(user("a question of some length"))], chat.pad_id, torch.device("cpu")
    )
    with torch.inference_mode():
        steer.begin(ids, mask, torch.tensor([0]), 8)
        for token in chat.text_ids("begun"):
            steer.took(torch.tensor([token]))
        read = steer.rewards(torch.tensor([[chat.text_ids("a")[0], chat.end_id]]))
    asked = [Ask(user("a question of some length"), 1)] * 2
    assert read[0].tolist() == pytest.approx(rm.reward(asked, ["beguna", "begun"], carry_on), abs=1e-4)
