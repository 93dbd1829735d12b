"""Search over a run's prompts and answers, on whichever engine the tests run."""

import pytest

from experiments import search
from experiments.alignment.errors import ConfigError
from experiments.models import Trace
from tests.support.factories import make_dataset, make_row, make_run, make_trace

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return make_run(version=make_dataset(train=0, probe=0, gold=0), iterations=2, traces=False)


def put(run, prompt, answers, index=0):
    row = make_row(run.dataset_version, "train", prompt)
    trace = make_trace(run.iterations.get(index=index), row, answers=answers)
    search.index_traces([trace.pk])
    return trace.pk


def test_it_finds_prompts_and_every_answer_whatever_the_case(run):
    first = put(run, "About Rain", ["It pours.", "It drizzles."])
    second = put(run, "About snow", ["It rains instead."], index=1)
    assert search.search(run, "rain") == [first, second]
    assert search.search(run, "DRIZZLES") == [first]
    assert search.search(run, "hail") == []


def test_every_term_must_be_there_and_a_short_one_makes_a_phrase(run):
    found = put(run, "One", ["the cat sat on a mat"])
    put(run, "Two", ["the cat sat"])
    assert search.search(run, "mat cat") == [found]
    assert search.search(run, "sat on a mat") == [found]
    assert search.search(run, "mat on a sat") == []


@pytest.mark.parametrize(
    "text", ['foo"', "a-b-c", "100%", "x_y_z", "NEAR(a b)", "col: val", "<|im_start|>", "'); --"]
)
def test_signs_are_only_signs(run, text):
    found = put(run, "Signs", [f"before {text} after"])
    put(run, "Others", ["before foo aXb 100 xAyBz after"])
    assert search.search(run, text) == [found]


@pytest.mark.parametrize("text", ["", "  ", "ab", "\0\0\0"])
def test_too_short_a_text_is_refused(run, text):
    with pytest.raises(ConfigError, match="at least 3"):
        search.search(run, text)


def test_other_runs_stay_out_even_between_ones_own_traces(run):
    other = make_run(version=run.dataset_version, iterations=1, traces=False)
    first = put(run, "Shared words", ["x"])
    put(other, "Shared words", ["x"])
    last = put(run, "Shared words", ["y"], index=1)
    assert search.search(run, "shared") == [first, last]


def test_results_go_on_beyond_a_key(run):
    ids = [put(run, f"Prompt {n}", ["same"]) for n in range(5)]
    assert search.search(run, "same", limit=2) == ids[:2]
    assert search.search(run, "same", after=ids[1], limit=2) == ids[2:4]


def test_indexing_again_replaces(run):
    pk = put(run, "Prompt", ["old words"])
    Trace.objects.get(pk=pk).candidates.update(text="new words")
    search.index_traces([pk])
    assert search.search(run, "old words") == []
    assert search.search(run, "new words") == [pk]


def test_a_forgotten_run_is_found_no_more(run):
    put(run, "Prompt", ["words"])
    search.forget_run(run)
    assert search.search(run, "words") == []


def test_a_run_without_traces_finds_nothing(run):
    assert search.search(run, "anything") == []
