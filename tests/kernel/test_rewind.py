"""Rewindable generation: the search finds what its evaluation prefers, goes back, and costs what it may."""

import re
from collections.abc import Sequence

import pytest

from experiments.alignment.proposers.rewind import Rewind
from experiments.alignment.proposers.rewind_tree import RewindTree
from experiments.alignment.types import Ask, Completion
from tests.kernel.planted import Planted, at
from tests.kernel.runs import sums

ANSWER = re.compile(r"Answer: (.*)\n\n", re.DOTALL)


def words(ask: Ask) -> str:
    """One word a token set, any of four by the seed."""
    begun = ask.messages[-1].content if ask.messages[-1].role == "assistant" else ""
    word = ("good", "sharp", "keen", "bad")[ask.seed % 4]
    return f" {word}" if begun else word


def approves(case: str, options: tuple[str, ...]) -> Sequence[float]:
    """Yes in proportion to the share of the words that are not bad."""
    found = ANSWER.search(case)
    said = (found[1] if found else "").split()
    yes = 0.05 + 0.9 * (sum(word != "bad" for word in said) / max(1, len(said)))
    return (yes, 1 - yes) if "A: yes" in case else (1 - yes, yes)


class Endless(Planted):
    """Never ends by itself, as a model that is cut after every token set."""

    def generate(self, asks: Sequence[Ask], check: object) -> list[Completion]:
        return [Completion(c.text, c.n_tokens, stop="length") for c in super().generate(asks, lambda: None)]


def test_the_search_finds_what_its_evaluation_prefers() -> None:
    author = Endless(words, approves)
    groups = Rewind(sets=4, searches=3, width=3, set_tokens=1).propose(at(author), sums("train", 12))
    drafts = [g.candidates[0].text.split() for g in groups]
    found = [g.candidates[1].text.split() for g in groups]
    assert sum("bad" in draft for draft in drafts) > 0
    assert sum(said.count("bad") for said in found) <= 2, "a plain draw holds twelve on average"
    assert all(len(said) == 4 for said in found)


def test_the_costs_are_bounded_whatever_happens() -> None:
    author = Endless(words, approves)
    Rewind(sets=3, searches=2, width=4, set_tokens=1).propose(at(author), sums("train", 5))
    assert len(author.asked) <= 5 * (1 + 3 * 2 * 4)
    assert len(author.chosen) <= 2 * 5 * 3 * 2 * 4


def test_an_answer_that_ends_is_not_continued() -> None:
    author = Planted(lambda ask: "done", approves)
    [made] = Rewind(sets=5, searches=2, width=2).propose(at(author), sums("train", 1))
    assert made.candidates[1].text == "done"
    assert len(author.asked) == 1 + 2
    assert made.candidates[1].stop == "end"


def test_the_tree_is_evidence_with_the_value_of_every_node_that_was_tried() -> None:
    author = Endless(words, approves)
    [made] = Rewind(sets=2, searches=2, width=3, set_tokens=1).propose(at(author), sums("train", 1))
    [signal] = made.signals
    nodes = signal.evidence.data["nodes"]  # type: ignore[union-attr]
    assert nodes[0]["parent"] is None
    assert all(node["parent"] < node["id"] and 0 < node["value"] < 1 for node in nodes[1:])
    assert {node["depth"] for node in nodes} == {0, 1, 2}
    assert signal.about == (1,)


def test_values_are_carried_back_and_the_most_visited_is_settled() -> None:
    tree = RewindTree(explore=0.0)
    good, bad = tree.grow(0, [Completion("good", 1, stop="length"), Completion("bad", 1, stop="length")])
    tree.back(good, 0.9)
    tree.back(bad, 0.2)
    assert tree.leaf() == good
    [below] = tree.grow(good, [Completion(" end", 1)])
    tree.back(below, 0.1)
    assert tree.nodes[good].value == pytest.approx(0.5)
    assert tree.nodes[0].value == pytest.approx(0.4)
    assert tree.settle()
    assert tree.text(tree.root) == "good"
    assert tree.settle()
    assert (tree.text(tree.root), tree.finished) == ("good end", True)
    assert not tree.settle()


def test_what_was_tried_little_gets_a_bonus() -> None:
    tree = RewindTree(explore=1.0)
    often, seldom = tree.grow(0, [Completion("often", 1), Completion("seldom", 1)])
    for _ in range(20):
        tree.back(often, 0.6)
    tree.back(seldom, 0.5)
    assert tree.leaf() == seldom


def test_equal_draws_are_one_node_with_a_larger_prior() -> None:
    tree = RewindTree()
    tree.grow(0, [Completion("a", 1), Completion("a", 1), Completion("b", 1)])
    assert [(n.text, round(n.prior, 2)) for n in tree.nodes[1:]] == [("a", 0.67), ("b", 0.33)]
