"""Several sources answer one prompt: their order, their seeds, what they were told, and what guesses their pairs."""

from experiments.alignment.diagnostics.confound import SourcedPair, length_auc, source_auc
from experiments.alignment.ports import Round
from experiments.alignment.proposers.ranked_sources import RankedSources
from experiments.alignment.proposers.sources import SampleSources, Source, source_of
from tests.kernel.planted import Planted, at
from tests.kernel.runs import sums


def asked(*sources: Source) -> tuple[Planted, list[list[str]]]:
    planted = Planted(lambda ask: str(ask.seed))
    groups = SampleSources(sources).propose(at(planted), sums("train", 2))
    return planted, [[c.text for c in group.candidates] for group in groups]


def test_candidates_stand_in_the_sources_order_with_their_places() -> None:
    sources = (Source("policy", 2), Source("teacher", 1, "Be good."))
    [first, _] = SampleSources(sources).propose(at(Planted()), sums("train", 2))
    assert [(c.index, c.role) for c in first.candidates] == [(0, "policy"), (1, "policy"), (2, "teacher")]
    assert [source_of(c) for c in first.candidates] == ["policy", "policy", "teacher, told more"]
    assert first.candidates[2].context is not None
    assert first.candidates[2].context[0].content == "Be good."


def test_two_roles_that_one_model_plays_draw_differently() -> None:
    _, texts = asked(Source("policy"), Source("peer"))
    assert len({text for group in texts for text in group}) == 4


def test_each_source_asks_its_own_model() -> None:
    models = {role: Planted(lambda ask, role=role: role) for role in ("policy", "teacher")}  # type: ignore[misc]
    place = Round(7, 1, 0, lambda role: models[role], lambda: None)
    [group] = SampleSources((Source("teacher"), Source("policy"))).propose(place, sums("train", 1))
    assert [c.text for c in group.candidates] == ["teacher", "policy"]


def test_ranks_fall_evenly_from_the_first_source_to_the_last() -> None:
    sources = (Source("teacher", 1, "Be good."), Source("teacher", 2), Source("policy"))
    [group] = RankedSources(sources).propose(at(Planted()), sums("train", 1))
    assert [s.value for s in group.signals] == [1.0, 0.5, 0.5, 0.0]
    assert [s.label for s in group.signals] == ["teacher, told more", "teacher", "teacher", "policy"]


def test_a_source_that_is_always_chosen_tells_the_pairs_and_chance_does_not() -> None:
    always = [[SourcedPair("teacher", "policy", 3)] for _ in range(20)]
    assert source_auc(always).value == 1
    names = ("teacher", "policy")
    mixed = [[SourcedPair(names[(n // 2) % 2], names[1 - (n // 2) % 2], 0)] for n in range(40)]
    assert source_auc(mixed).value == 0.5
    assert length_auc(mixed).value == 0.5


def test_length_is_told_by_the_sign_of_the_difference() -> None:
    longer = [[SourcedPair("a", "a", 5), SourcedPair("a", "a", -1)] for _ in range(12)]
    assert length_auc(longer).value == 0.5
    assert length_auc([[SourcedPair("a", "a", 5)]] * 12).value == 1
    assert length_auc([[SourcedPair("a", "a", 5)]] * 3).value is None
