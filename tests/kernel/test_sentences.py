"""A sentence has different words; repetition is found at any length and never in a short plain answer."""

import pytest

from experiments.alignment.sentences import is_sentence, repeats, words_of


@pytest.mark.parametrize(
    "text",
    ["Cats purr softly.", "It is what it is.", "don't look back", "\u6211\u559c\u6b22\u732b", "no, no, not today"],
)  # fmt: skip
def test_sentences_of_any_script_are_sentences(text: str) -> None:
    assert is_sentence(text)


@pytest.mark.parametrize("text", ["", "1 2 3", "cats purr", "Cats cats CATS", "a b c a b c", "don't don't"])
def test_too_few_words_and_repetition_are_no_sentence(text: str) -> None:
    assert not is_sentence(text)


@pytest.mark.parametrize("times", [2, 3, 20])
@pytest.mark.parametrize("phrase", ["done", "cats purr", "the dog is very big", "so it goes"])
def test_a_phrase_said_again_repeats_and_said_once_does_not(phrase: str, times: int) -> None:
    assert not repeats(phrase.split())
    assert repeats(phrase.split() * times)


def test_silence_repeats_and_words_ignore_case() -> None:
    assert repeats([])
    assert words_of("It\u2019s RAINING, 24/7!") == ["it\u2019s", "raining"]
