"""The starter data of decomposition and of the word game are sized, checkable and without a row in two splits."""

from collections import Counter

from experiments.alignment.sums import terms_of
from experiments.alignment.taboo import says
from experiments.alignment.verifiers import verify
from experiments.rows import assign_splits, validate_rows
from experiments.starter.long_sums import long_sum_rows
from experiments.starter.taboo_words import taboo_word_rows


def test_long_sums_have_two_to_six_terms_in_every_split_and_right_answers() -> None:
    rows = list(assign_splits(validate_rows(enumerate(long_sum_rows(), 1), "number")))
    assert Counter(row.split for row in rows) == {"train": 256, "probe": 96, "gold": 200}
    assert len({row.prompt_hash() for row in rows}) == len(rows)
    sizes = Counter((row.split, row.meta["terms"]) for row in rows)
    assert set(sizes) == {(split, n) for split in ("train", "probe", "gold") for n in range(2, 7)}
    assert min(sizes.values()) >= 19
    for row in rows:
        terms = terms_of(row.messages()[-1]["content"])
        assert len(terms) == row.meta["terms"]
        assert verify("number", str(sum(terms)), row.reference()).value == 1.0


def test_no_description_gives_its_word_away_and_every_word_is_in_one_split() -> None:
    rows = list(assign_splits(validate_rows(enumerate(taboo_word_rows(), 1), "label")))
    assert Counter(row.split for row in rows) == {"train": 60, "probe": 24, "gold": 36}
    words = [str(row.reference().answer) for row in rows]
    assert len(set(words)) == len(rows)
    for row, word in zip(rows, words, strict=True):
        assert not says(word, row.messages()[-1]["content"])
        assert verify("label", f"{word.title()}.", row.reference()).value == 1.0


def test_a_seed_gives_the_same_rows_again_and_another_gives_others() -> None:
    for rows in (long_sum_rows, taboo_word_rows):
        assert list(rows(0)) == list(rows(0))
        assert list(rows(0)) != list(rows(1))
