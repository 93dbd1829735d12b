"""What signals rest on, and how episodes and debates went: shown by kind, as text, and within bounds."""

from pathlib import Path

import pytest
from django.urls import reverse

from experiments.models import Selection, Trace
from experiments.services.evidence import SHAPES, evidence_kinds, shown
from experiments.services.evidence_shapes import MOST_NODES, Tree, Votes
from experiments.services.pairs import pair_views
from experiments.services.signal_views import MOST_SIGNALS, CandidateView, signal_views
from experiments.services.turns import MOST_TURNS, replay
from tests.support.evidence_factories import (
    make_debate,
    make_episode,
    make_every_evidence,
    make_pair,
    sample_evidence,
)
from tests.support.factories import make_candidate, make_run, make_selection, make_signal, make_user

pytestmark = pytest.mark.django_db
HOSTILE = "<script>steal()</script> <img src=x onerror=b()> {% include 'x' %} <|im_start|>"
TEMPLATES = Path(__file__).parents[2] / "templates" / "evidence"


@pytest.fixture
def reader(client):
    client.force_login(make_user("reviewer"))
    return client


@pytest.fixture
def trace():
    make_run(make_user())
    return Trace.objects.filter(part="train").first()


def show(client, trace) -> str:
    response = client.get(reverse("trace-detail", args=[trace.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_every_kind_has_a_template_and_a_shape():
    named = {path.stem for path in TEMPLATES.glob("*.html")}
    assert evidence_kinds() == SHAPES.keys() == sample_evidence().keys()
    assert named == SHAPES.keys() | {"plain", "scores"}


@pytest.mark.parametrize("kind", ["../../base", "scores", "plain", "votes/../votes", "", "none-such"])
def test_a_kind_is_looked_up_and_never_becomes_a_path(kind):
    assert shown(kind, {"a": 1}) == ("plain", {"a": 1})


@pytest.mark.parametrize("kind", sorted(SHAPES))
@pytest.mark.parametrize("data", [None, [], "text", {"counts": 3, "nodes": {}, "labels": 1, "ratings": 7}])
def test_evidence_of_another_shape_is_shown_as_it_was_recorded(reader, trace, kind, data):
    make_signal(trace, evidence_kind=kind, evidence=data)
    assert "Every signal" in show(reader, trace)


@pytest.mark.parametrize("kind", sorted(SHAPES))
def test_hostile_words_in_evidence_are_text(reader, trace, kind):
    make_signal(trace, evidence_kind=kind, evidence=sample_evidence(HOSTILE)[kind], raw="")
    text = show(reader, trace)
    assert "<script>steal" not in text
    assert "<img src" not in text
    assert "&lt;script&gt;steal" in text


def test_hostile_words_in_turns_contexts_and_diffs_are_text(reader, trace):
    make_episode(trace, HOSTILE)
    make_debate(trace, HOSTILE)
    make_candidate(
        trace, HOSTILE, role=HOSTILE[:32], parent=0, train_context=[{"role": HOSTILE, "content": HOSTILE}]
    )
    text = show(reader, trace)
    assert "<script>steal" not in text
    assert "<img src" not in text
    assert text.count("&lt;script&gt;steal") > 20


def test_each_kind_shows_its_figures(reader, trace):
    make_every_evidence(trace)
    text = show(reader, trace)
    for words in (
        "8 votes", "62\N{NO-BREAK SPACE}%", "entropy 0.90 nats", "Principle", "A is answer 2, B is answer 1", "3 nodes",
        "exit code 1", "visible tests: 0 of 1 pass", "hidden tests: 1 of 1 pass", "Standard error", "reached",
        "+1.20", "simulated people", "n = 5", "student", "brevity", "reward −1.25", "Be brief.",
    ):  # fmt: skip
        assert words in text, words


def test_an_answer_called_items_breaks_no_histogram():
    _, votes = shown("votes", {"counts": {"items": 3, "keys": 1}})
    assert isinstance(votes, Votes)
    assert [(bar.label, bar.share) for bar in votes.bars] == [("items", 0.75), ("keys", 0.25)]


def test_the_same_evidence_is_shown_once(reader, trace):
    for _ in range(3):
        make_signal(trace, kind="vote", evidence_kind="votes", evidence=sample_evidence("seven")["votes"])
    text = show(reader, trace)
    assert text.count("8 votes") == 1
    assert text.count("same evidence as above") == 2


def test_a_tree_nests_by_parents_within_bounds_and_ends_where_it_circles():
    nodes = [{"id": n, "parent": n - 1 if n else None, "answer": str(n)} for n in range(MOST_NODES + 5)]
    tree = Tree.model_validate({"nodes": nodes})
    assert tree.more == 5
    depth, branch = 1, tree.roots[0]
    while branch.children:
        depth, branch = depth + 1, branch.children[0]
    assert (depth, branch.hidden) == (12, 1)
    circle = Tree.model_validate(
        {"nodes": [{"id": 1, "parent": 2}, {"id": 2, "parent": 1}, {"id": 1, "parent": 1}]}
    )
    assert [(root.node.id, [child.node.id for child in root.children]) for root in circle.roots] == [(1, [2])]


@pytest.mark.parametrize(
    ("straight", "swapped", "words"),
    [
        (0.9, 0.8, "both orders agree"),
        (0.9, 0.2, "the orders disagree"),
        (0.9, None, "not scored in both orders"),
    ],
)
def test_pairs_stand_in_both_orders_with_what_they_say_together(reader, trace, straight, swapped, words):
    (pair,) = pair_views(make_pair(trace, straight, swapped))
    assert (pair.earlier, pair.later, pair.straight) == (1, 2, straight)
    assert pair.swapped == (None if swapped is None else pytest.approx(swapped))
    assert pair.words == words
    text = show(reader, trace)
    assert "Compared in both orders" in text
    assert words in text


def test_a_revision_shows_its_changes_against_the_answer_it_revises(reader, trace):
    make_candidate(trace, "A very good answer", parent=0)
    make_candidate(trace, "A good answer", parent=0)
    text = show(reader, trace)
    assert "<ins>very </ins>" in text
    assert "the same as" in text


def test_roles_are_named_and_training_prompts_are_folded(reader, trace):
    make_candidate(trace, "12", role="side")
    make_candidate(trace, "5", role="meta-judge", train_context=[{"role": "user", "content": "Rate it."}])
    text = show(reader, trace)
    assert "side of a debate" in text
    assert "meta judge" in text
    assert "<summary>Trained on this prompt instead</summary>" in text


def test_an_episode_is_replayed_step_by_step(reader, trace):
    make_episode(trace)
    text = show(reader, trace)
    assert text.count("What it saw") == 3
    assert text.count("(chosen)") == 3
    assert "#####\n#@.G#" in text
    assert text.count("the end") == 1
    assert "reward <span" in text


def test_a_debate_stands_in_columns_by_side(reader, trace):
    make_debate(trace)
    text = show(reader, trace)
    assert text.count('class="turns sided"') == 2
    assert text.count('class="turn second"') == 4
    assert "for “13”" in text


def test_turns_that_are_none_and_too_many_are_bounded():
    assert replay([]) is None
    assert replay(["no turn", 7]) is None
    shown_turns = replay(
        [{"author": None, "text": None, "options": 3, "data": [], "prompt": "x"}] * (MOST_TURNS + 2)
    )
    assert (len(shown_turns.turns), shown_turns.hidden) == (MOST_TURNS, 2)


def test_long_texts_are_folded_and_cut(reader, trace):
    make_signal(trace, raw="word " * 10_000)
    text = show(reader, trace)
    assert "show all 50000 characters" in text
    assert "[30,000 more characters are recorded]" in text


def test_of_many_signals_those_with_evidence_are_shown_first(trace):
    make_signal(trace, kind="human_vote")
    trace.signals.model.objects.bulk_create(
        trace.signals.model(trace=trace, ordinal=1000 + n, kind="human_vote", source="person", about=[0])
        for n in range(MOST_SIGNALS + 50)
    )
    last = make_signal(
        trace, ordinal=5000, kind="consensus", evidence_kind="votes", evidence=sample_evidence()["votes"]
    )
    views = signal_views(trace, make_user())
    assert len(views) == MOST_SIGNALS
    assert views[-1].signal == last


def test_a_crowds_votes_are_folded_and_what_rests_on_evidence_is_not(reader, trace):
    for number in range(30):
        make_signal(trace, kind="human_vote", source=f"person {number}")
    make_signal(trace, kind="consensus", evidence_kind="opinions", evidence=sample_evidence()["opinions"])
    text = show(reader, trace)
    assert "30 signals of the kind human vote" in text
    assert text.index("simulated people") < text.index("30 signals of the kind")


def test_an_answer_that_is_learned_against_is_not_called_good(trace):
    answer = trace.candidates.first()
    tones = [
        CandidateView(answer, [Selection(about=[0], fate="kept", reason="score", weight=weight)]).tone
        for weight in (0.6, -0.6)
    ]
    assert tones == ["good", "bad"]


def test_a_recorded_trace_shows_when_its_recipe_is_gone(reader, trace):
    make_every_evidence(trace)
    make_episode(trace)
    make_selection(trace, [0], "kept", "by a rule that is gone", role="gone")
    run = trace.iteration.run
    run.recipe = "long-gone"
    run.save()
    assert "8 votes" in show(reader, trace)
    assert (
        reader.get(reverse("prompt-detail", args=[run.pk, trace.row_id]) + "?part=train").status_code == 200
    )


def test_evidence_costs_no_queries_of_its_own(reader, trace, django_assert_max_num_queries):
    for _ in range(4):
        make_every_evidence(trace)
        make_pair(trace, 0.9, 0.8)
        make_episode(trace)
    with django_assert_max_num_queries(22):
        show(reader, trace)
