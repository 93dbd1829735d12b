import numpy as np
import pytest
import torch
from scipy.stats import chisquare
from transformers import AutoModelForCausalLM

from experiments.alignment.errors import Cancelled, DataError
from experiments.alignment.types import Ask, Message
from tasks.policies.batching import Limits, batches
from tasks.policies.loading import LoadedModel
from tasks.policies.sampling import Row, decode, inverse_cdf, left_padded, nucleus, row_uniforms
from tasks.policies.scoring import sum_logprobs
from tasks.policies.transformers_policy import TransformersPolicy
from tests.support.tiny_model import build_tiny_model


def carry_on():
    pass


def user(text):
    return (Message("user", text),)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    torch.set_num_threads(1)
    return LoadedModel(build_tiny_model(tmp_path_factory.mktemp("tiny")), "cpu", torch.float32)


@pytest.fixture(scope="module")
def policy(loaded):
    return TransformersPolicy("policy", loaded)


def rows_of(loaded, texts, **settings):
    defaults = {"max_tokens": 12, "temperature": 1.0, "top_p": 1.0}
    return [
        Row(tuple(loaded.chat.prompt_ids(user(text))), seed=seed, **(defaults | settings))
        for seed, text in enumerate(texts)
    ]


def draw(loaded, rows):
    return decode(loaded.model, rows, loaded.chat.stop_ids, loaded.chat.pad_id, carry_on)


def test_the_same_asks_answer_bit_for_bit_alike(policy):
    asks = [Ask(user(text), 12, 0.8, seed=seed) for seed, text in enumerate(["one", "one", "three times"])]
    assert policy.generate(asks, carry_on) == policy.generate(asks, carry_on)


def test_a_rows_answer_does_not_depend_on_its_neighbours_seeds(policy):
    mine = Ask(user("mine"), 12, 1.0, seed=5)
    first, _ = policy.generate([mine, Ask(user("other"), 12, 1.0, seed=1)], carry_on)
    second, _ = policy.generate([mine, Ask(user("other"), 12, 1.0, seed=2)], carry_on)
    assert first.text == second.text
    assert first.logprob == pytest.approx(second.logprob, abs=1e-4)


def test_different_seeds_answer_differently(policy):
    asks = [Ask(user("same"), 12, 1.0, seed=seed) for seed in range(8)]
    assert len({completion.text for completion in policy.generate(asks, carry_on)}) == 8


def test_greedy_equals_the_librarys_own_greedy_search(loaded):
    texts = ["a", "a longer prompt than that", "two\nlines"]
    rows = rows_of(loaded, texts, temperature=0.0, max_tokens=24)
    ids, mask = left_padded([row.prompt for row in rows], loaded.chat.pad_id, loaded.model.device)
    reference = loaded.model.generate(
        input_ids=ids,
        attention_mask=mask,
        do_sample=False,
        max_new_tokens=24,
        pad_token_id=loaded.chat.pad_id,
    )
    for drawn, expected in zip(draw(loaded, rows), reference[:, ids.shape[1] :].tolist(), strict=True):
        assert drawn.ids == expected[: len(drawn.ids)]
        assert drawn.ended or len(drawn.ids) == 24


def test_rows_that_finish_early_leave_the_others_as_they_are(loaded):
    texts = [f"prompt {number}" for number in range(12)]
    together = rows_of(loaded, texts, temperature=0.0, max_tokens=30)
    short = [row if n % 3 else Row(row.prompt, 2, 0.0, 1.0, 0) for n, row in enumerate(together)]
    for alone, mixed, row in zip(draw(loaded, together), draw(loaded, short), short, strict=True):
        assert mixed.ids == alone.ids[: row.max_tokens]


def test_sampled_first_tokens_follow_the_models_distribution(loaded):
    prompt = loaded.chat.prompt_ids(user("x"))
    with torch.no_grad():
        expected = (loaded.model(torch.tensor([prompt])).logits[0, -1].double() / 0.7).softmax(0)
    rows = [Row(tuple(prompt), 1, 0.7, 1.0, seed) for seed in range(4000)]
    counts = np.bincount([drawn.ids[0] for drawn in draw(loaded, rows)], minlength=len(expected))
    common = expected.numpy() * 4000 >= 5
    observed = [*counts[common], counts[~common].sum()]
    wanted = [*(expected.numpy()[common] * 4000), expected.numpy()[~common].sum() * 4000]
    assert chisquare(observed, np.array(wanted) / sum(wanted) * 4000).pvalue > 1e-3


def test_log_probabilities_of_sampling_equal_those_of_scoring(loaded):
    rows = rows_of(loaded, ["a", "a longer prompt", "b", "b"], max_tokens=20)
    drawn = draw(loaded, rows)
    scored = sum_logprobs(
        loaded.model, [(row.prompt, d.ids) for row, d in zip(rows, drawn, strict=True)], loaded.chat.pad_id
    )
    assert [d.logprob for d in drawn] == pytest.approx(scored, abs=1e-3)


def test_scores_of_texts_equal_a_plain_forward_pass(policy, loaded):
    asks = [Ask(user("hello"), 1), Ask(user("a much longer question"), 1)]
    texts = ["yes", "no, not at all"]
    for ask, text, score in zip(asks, texts, policy.score(asks, texts, carry_on), strict=True):
        prompt = loaded.chat.prompt_ids(ask.messages)
        answer = loaded.chat.text_ids(text)
        with torch.no_grad():
            logits = loaded.model(torch.tensor([prompt + answer])).logits[0].log_softmax(-1)
        expected = sum(logits[len(prompt) + n - 1, token].item() for n, token in enumerate(answer))
        assert score == pytest.approx(expected, abs=1e-3)


def test_an_empty_continuation_scores_zero(policy):
    assert policy.score([Ask(user("hello"), 1)], [""], carry_on) == [0.0]


def test_a_small_batch_bound_changes_no_greedy_answer(loaded, policy):
    asks = [Ask(user("word " * number), 8) for number in range(7)]
    bounded = TransformersPolicy("policy", loaded, limits=Limits(rows=2))
    texts = [completion.text for completion in policy.generate(asks, carry_on)]
    assert [completion.text for completion in bounded.generate(asks, carry_on)] == texts


def test_every_decoding_step_asks_whether_to_go_on(policy):
    calls = []

    def stop_at_three():
        calls.append(1)
        if len(calls) == 3:
            raise Cancelled("The run was cancelled.")

    with pytest.raises(Cancelled):
        policy.generate([Ask(user("hello"), 50, 1.0, seed=1)], stop_at_three)
    assert len(calls) == 3


def test_a_prompt_too_long_for_the_context_is_named(policy):
    asks = [Ask(user("short"), 8), Ask(user("x" * 3000), 8)]
    with pytest.raises(DataError, match=r"Prompt 2 of this batch .* tokens; with 8 tokens .* at most 2040"):
        policy.generate(asks, carry_on)


def test_answers_end_with_the_reason_they_stopped(policy):
    asks = [Ask(user(f"{seed}"), 40, 1.5, seed=seed) for seed in range(64)]
    completions = policy.generate(asks, carry_on)
    assert {completion.stop for completion in completions} == {"end", "length"}
    assert all(c.n_tokens == 40 for c in completions if c.stop == "length")
    assert all(c.n_tokens <= 40 for c in completions)


def test_uniforms_come_from_the_rows_seed_alone():
    assert (row_uniforms(3, 20)[:5] == row_uniforms(3, 5)).all()
    assert (row_uniforms(3, 5) != row_uniforms(4, 5)).all()


@pytest.mark.parametrize(("uniform", "expected"), [(0.0, 1), (0.49, 1), (0.51, 600), (0.9999999, 600)])
def test_a_draw_never_picks_a_word_of_probability_zero(uniform, expected):
    weights = torch.zeros(1, 1000)
    weights[0, [1, 600]] = 0.5
    assert inverse_cdf(weights, torch.tensor([uniform])).tolist() == [expected]


def test_nucleus_keeps_the_fewest_words_that_reach_top_p():
    weights = torch.tensor([[0.5, 0.2, 0.3], [0.5, 0.2, 0.3]])
    kept = nucleus(weights, torch.tensor([0.6, 0.0]))
    assert kept.tolist() == [[0.5, 0.0, pytest.approx(0.3)], [0.5, 0.0, 0.0]]


def test_batches_depend_on_sizes_alone_and_keep_the_bounds():
    split = batches([5, 1, 1, 9, 2], bytes_each=10, limits=Limits(rows=3, bytes=100))
    assert split == [[1, 2, 4], [0], [3]]


def test_the_saved_model_is_read_in_the_wanted_dtype(tmp_path):
    directory = build_tiny_model(tmp_path)
    loaded = LoadedModel(directory, "cpu", torch.bfloat16)
    plain = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.bfloat16)
    for name, weight in plain.named_parameters():
        assert torch.equal(weight, loaded.model.get_parameter(name))
