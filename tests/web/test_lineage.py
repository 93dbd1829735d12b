"""The lineage of a run: what it began with, what it made and who goes on with it, drawn and as a table."""

import pytest
from django.urls import reverse

from experiments.models import ArtefactUse
from experiments.services.lineage import MOST_MADE, lineage
from experiments.services.lineage_drawing import BOW, HEIGHT, WIDTH, draw
from tests.support.factories import make_checkpoint, make_model, make_run, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    user = make_user("reviewer")
    client.force_login(user)
    return user


def show(client, run) -> str:
    response = client.get(reverse("run-lineage", args=[run.pk]))
    assert response.status_code == 200
    return response.content.decode()


def links(run, user) -> set[tuple[str, str, str]]:
    graph = lineage(run, user)
    titles = {node.name: f"{node.title}, {node.detail}" for node in graph.nodes}
    return {(titles[edge.start], edge.words, titles[edge.end]) for edge in graph.edges}


def test_strangers_sign_in_members_read_and_unknown_runs_are_not_found(client):
    run = make_run(traces=False)
    address = reverse("run-lineage", args=[run.pk])
    assert client.get(address).status_code == 302
    client.force_login(make_user("reviewer"))
    assert client.get(address).status_code == 200
    assert client.get(reverse("run-lineage", args=[run.pk + 1])).status_code == 404


def test_checkpoints_follow_each_other_from_the_model_that_the_run_began_with(reader):
    run = make_run(iterations=3, traces=False, model=make_model("base"))
    itself = f"run {run.pk}, self-rewarding · succeeded"
    assert links(run, reader) == {
        ("base, policy", "policy", itself),
        (itself, "made", "checkpoint, iteration 1"),
        ("checkpoint, iteration 1", "made", "checkpoint, iteration 2"),
    }


def test_what_runs_lend_each_other_is_seen_from_both(reader):
    maker, taker = make_run(traces=False, name="Maker"), make_run(iterations=1, traces=False, name="Taker")
    lent = make_checkpoint(maker, 2, kind="constitution", role="constitution")
    ArtefactUse.objects.create(run=taker, name="constitution", artefact=lent)
    assert (
        "constitution, iteration 2",
        "constitution",
        f"run {taker.pk} · Taker, takes the constitution",
    ) in links(maker, reader)
    itself = f"run {taker.pk}, self-rewarding · succeeded"
    assert (f"run {maker.pk} · Maker, its constitution", "constitution", itself) in links(taker, reader)


def test_clones_are_loose_ends_on_both_sides(reader):
    origin = make_run(traces=False, name="Origin")
    clone = make_run(traces=False, name="Clone", cloned_from=origin)
    for run, other in ((origin, clone), (clone, origin)):
        (edge,) = [edge for edge in lineage(run, reader).edges if edge.loose]
        assert edge.words == "cloned"
        assert any(node.title == f"run {other.pk} · {other.name}" for node in lineage(run, reader).nodes)


def test_a_run_without_a_checkpoint_says_that_there_is_only_its_model(client, reader):
    assert "only the model that this run began with" in show(client, make_run(iterations=1, traces=False))
    assert "only the model" not in show(client, make_run(iterations=2, traces=False))


def test_many_rounds_are_drawn_within_bounds_and_listed_in_full(
    client, reader, django_assert_max_num_queries
):
    run = make_run(iterations=1, traces=False)
    for index in range(1, 31):
        make_checkpoint(run, index)
    graph = lineage(run, reader)
    assert sum(node.kind == "artefact" for node in graph.nodes) == MOST_MADE
    assert graph.hidden == 30 - MOST_MADE
    assert max(node.row for node in graph.nodes) == MOST_MADE - 1
    with django_assert_max_num_queries(18):
        page = show(client, run)
    assert page.count("<rect") == MOST_MADE + 2
    assert page.count("1000") >= 30


def test_boxes_do_not_overlap_and_everything_lies_within_the_drawing(reader):
    run = make_run(iterations=4, traces=False)
    make_checkpoint(run, 1, role="control", parent=run.artefacts.get(role="policy", iteration=1))
    make_run(traces=False, cloned_from=run)
    drawing = draw(lineage(run, reader))
    corners = {(box.x, box.y) for box in drawing.boxes}
    assert len(corners) == len(drawing.boxes)
    assert all(box.x + WIDTH <= drawing.width and box.y + HEIGHT <= drawing.height for box in drawing.boxes)
    x = next(box.x for box in drawing.boxes if box.node.kind == "artefact") + WIDTH + BOW
    assert sum(f"C{x}," in curve.path for curve in drawing.curves) == 1


def test_hostile_names_are_text_and_long_ones_are_cut_in_the_drawing_alone(client, reader):
    name = "<script>x()</script>" + "n" * 60
    run = make_run(traces=False, model=make_model(name))
    page = show(client, run)
    assert "<script>x()" not in page
    assert "&lt;script&gt;x()&lt;/script&gt;nnn…" in page
    assert "n" * 60 in page
