"""Curation: pairs are rated under the prompt that they would be learned with, and the best share is kept."""

from dataclasses import replace

from experiments.alignment.filters.screen import Ruling, signals
from experiments.alignment.proposers.back_translate import SEED
from experiments.alignment.selectors.keep_curated import KeepCurated
from experiments.alignment.selectors.seed_pairs import SeedPairs
from experiments.alignment.signals.curation import CURATION, RANK, Curation
from experiments.alignment.types import Group, Message
from tests.kernel.planted import Planted, at, group

TEXTS = ("poor", "good", "fair")
SCORES = {"poor": 0, "good": 4, "fair": 2}


def weighed(case: str, options: tuple[str, ...]) -> list[float]:
    """All probability on the place of the text's score among the digits 1 to 5."""
    found = next(place for text, place in SCORES.items() if f"Answer: {text}" in case)
    return [float(place == found) for place in range(len(options))]


def pair(text: str, role: str = "reference", asked: str = "A written instruction.") -> Group:
    [made] = group(text, roles=[role]).candidates
    told = (Message("system", "tag"), Message("user", asked))
    return replace(group(text), candidates=(replace(made, train_context=told),))


def read(groups: list[Group]) -> list[Group]:
    said = Curation().read(at(Planted(weighs=weighed)), groups)
    return [replace(g, signals=(*g.signals, *s)) for g, s in zip(groups, said, strict=True)]


def fate(found: Group, share: float) -> tuple[str, str]:
    [selection] = KeepCurated(share).pick(found, 0)
    return selection.fate, selection.reason


def test_pairs_are_rated_from_1_to_5_and_ranked_among_those_of_the_chunk():
    signals_read = [found.signals[0] for found in read([pair(text) for text in TEXTS])]
    assert [round(s.value or 0, 3) for s in signals_read] == [1.0, 5.0, 3.0]
    assert [round(s.scores[RANK], 3) for s in signals_read] == [0.667, 0.0, 0.333]


def test_the_judge_sees_the_written_instruction_and_not_the_groups_own_prompt():
    planted, given = Planted(weighs=weighed), pair("good")
    Curation().read(at(planted), [given])
    case = planted.chosen[0].messages[-1].content
    assert "A written instruction." in case
    assert given.prompt.text not in case
    assert CURATION.text in planted.chosen[0].messages[0].content


def test_the_best_share_is_kept_and_the_rest_says_its_score():
    found = read([pair(text) for text in TEXTS])
    assert [fate(each, 0.5)[0] for each in found] == ["dropped", "kept", "kept"]
    assert fate(found[0], 0.5) == ("dropped", "curation 1.00, not among the best 50%")
    assert [fate(each, 0.3)[0] for each in found] == ["dropped", "kept", "dropped"]


def test_a_filter_that_dropped_the_instruction_wins_over_the_best_score_and_takes_no_place():
    ruling = Ruling("length", 2.0, 4.0, False, "2 words, not 4 to 150")
    passing = Ruling("length", 9.0, 4.0, True)
    groups = [
        replace(pair(text), signals=tuple(signals([ruling if text == "good" else passing], 0)))
        for text in TEXTS
    ]
    found = read(groups)
    assert fate(found[1], 1.0) == ("dropped", "length: 2 words, not 4 to 150")
    assert [fate(each, 0.3)[0] for each in found] == ["dropped", "dropped", "kept"]


def test_seed_pairs_are_neither_rated_nor_dropped():
    found = read([pair("poor", SEED), pair("good")])
    assert found[0].signals == ()
    assert fate(found[0], 0.5) == ("kept", "a seed pair")
    assert [SeedPairs().pick(each, 0)[0].fate for each in found] == ["kept", "dropped"]


def test_a_pair_that_nobody_rated_is_unscored():
    assert fate(pair("good"), 1.0) == ("dropped", "unscored")
