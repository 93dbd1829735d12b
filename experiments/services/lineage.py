"""Where a run's checkpoints come from and who goes on with them, as a graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from experiments.models import Artefact, ArtefactUse, Run, RunModel, User
from experiments.services.parts import plain

MOST_MADE = 8
"""Artefacts of one role that are drawn; of more, the newest. The table has all of them, up to a bound."""
MOST_OTHERS = 12
MOST_ROLES = 4
MOST_ROWS = 200


@dataclass(frozen=True)
class Node:
    """A box of the graph. `kind` is model, run, artefact or other; `column` and `row` its place, from 0."""

    name: str
    kind: str
    title: str
    detail: str
    url: str
    column: int
    row: int


@dataclass(frozen=True)
class Edge:
    """An arrow between two boxes by name; `words` say what passes along it, and a clone passes nothing on."""

    start: str
    end: str
    words: str
    loose: bool = False


@dataclass(frozen=True)
class Lineage:
    """The graph of one run, and the same as rows. `hidden` counts what was too much to draw."""

    nodes: list[Node]
    edges: list[Edge]
    artefacts: list[Artefact]
    hidden: int

    @property
    def empty(self) -> bool:
        """Whether nothing leads anywhere but from the model to the run."""
        return all(node.kind in ("model", "run") for node in self.nodes)


RUN = "run"
MADE, USERS = 2, 3
"""Columns: what it began with, the run, what it made, who goes on with that."""


def lineage(run: Run, user: User) -> Lineage:
    """The graph of a run, with other runs that this member may see; a fixed number of queries."""
    made = list(_made(run)[:MOST_ROWS])
    drawn = _drawn(made)
    visible = Run.objects.visible_to(user)
    sources, into = _sources(run, visible)
    names = {node.name for node in drawn}
    users, out = _users(run, visible, names)
    clones, copied = _clones(run, visible, len(drawn))
    itself = Node(RUN, "run", f"run {run.pk}", f"{run.recipe} · {run.status}", _url(run.pk), 1, 0)
    return Lineage(
        nodes=[*sources, itself, *drawn, *clones, *users],
        edges=[*into, *_within(made, names), *copied, *out],
        artefacts=made,
        hidden=len(made) - len(drawn),
    )


def _url(pk: int) -> str:
    return reverse("run-detail", args=[pk])


def _made(run: Run) -> QuerySet[Artefact]:
    rows = Artefact.objects.filter(run=run).select_related("parent").prefetch_related("uses__run")
    return rows.order_by("-iteration", "-phase", "role")


def _name(artefact_id: int | None) -> str:
    return f"artefact-{artefact_id}"


def _drawn(made: Iterable[Artefact]) -> list[Node]:
    """One role below the other, each with its oldest on top."""
    roles: dict[str, list[Artefact]] = {}
    for artefact in made:
        roles.setdefault(artefact.role, []).append(artefact)
    ordered = sorted(roles, key=lambda role: (role != "policy", role))[:MOST_ROLES]
    shown = [artefact for role in ordered for artefact in reversed(roles[role][:MOST_MADE])]
    return [_artefact(artefact, row) for row, artefact in enumerate(shown)]


def _artefact(artefact: Artefact, row: int) -> Node:
    phase = f", phase {artefact.phase + 1}" if artefact.phase else ""
    what = (
        plain(artefact.kind)
        if artefact.role == "policy"
        else f"{plain(artefact.role)} {plain(artefact.kind)}"
    )
    if plain(artefact.role) == plain(artefact.kind):
        what = plain(artefact.kind)
    gone = "" if artefact.state == Artefact.State.PRESENT else f" · {artefact.state}"
    detail = f"iteration {artefact.iteration}{phase}{gone}"
    url = reverse("iteration-detail", args=[artefact.run_id, artefact.iteration])
    return Node(_name(artefact.pk), "artefact", what, detail, url, MADE, row)


def _sources(run: Run, visible: QuerySet[Any]) -> tuple[list[Node], list[Edge]]:
    """The models, what was taken from other runs, and the run that this one is a clone of."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for bound in RunModel.objects.filter(run=run).select_related("model").order_by("pk")[:MOST_OTHERS]:
        url = reverse("model-detail", args=[bound.model_id])
        nodes.append(Node(f"model-{bound.pk}", "model", bound.model.name, bound.role, url, 0, len(nodes)))
        edges.append(Edge(f"model-{bound.pk}", RUN, bound.role))
    uses = ArtefactUse.objects.filter(run=run, artefact__run__in=visible).select_related("artefact__run")
    for use in uses.order_by("pk")[:MOST_OTHERS]:
        nodes.append(_other(use.artefact.run, f"source-{use.pk}", f"its {plain(use.name)}", 0, len(nodes)))
        edges.append(Edge(f"source-{use.pk}", RUN, plain(use.name)))
    if run.cloned_from_id:
        origin = visible.filter(pk=run.cloned_from_id).first()
        if origin:
            nodes.append(_other(origin, "origin", "cloned from it", 0, len(nodes)))
            edges.append(Edge("origin", RUN, "cloned", loose=True))
    return nodes, edges


def _other(run: Run, name: str, detail: str, column: int, row: int) -> Node:
    return Node(name, "other", f"run {run.pk} · {run.name}", detail, _url(run.pk), column, row)


def _users(run: Run, visible: QuerySet[Any], drawn: set[str]) -> tuple[list[Node], list[Edge]]:
    """Runs that took an artefact of this one."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    uses = ArtefactUse.objects.filter(artefact__run=run, run__in=visible).exclude(run=run)
    for use in uses.select_related("run").order_by("-pk")[:MOST_OTHERS]:
        nodes.append(_other(use.run, f"user-{use.pk}", f"takes the {plain(use.name)}", USERS, len(nodes)))
        source = _name(use.artefact_id)
        edges.append(Edge(source if source in drawn else RUN, f"user-{use.pk}", plain(use.name)))
    return nodes, edges


def _clones(run: Run, visible: QuerySet[Any], row: int) -> tuple[list[Node], list[Edge]]:
    """Runs that began as a copy of this one's settings, below what it made, from `row` on."""
    found = list(visible.filter(cloned_from=run).order_by("-pk")[:MOST_OTHERS])
    nodes = [_other(one, f"clone-{one.pk}", "a clone of it", MADE, row + n) for n, one in enumerate(found)]
    return nodes, [Edge(RUN, node.name, "cloned", loose=True) for node in nodes]


def _within(made: Iterable[Artefact], drawn: set[str]) -> list[Edge]:
    """From the checkpoint that each one was trained on, else from the run, which began with its model."""
    edges = []
    for artefact in made:
        if _name(artefact.pk) in drawn:
            parent = _name(artefact.parent_id)
            edges.append(Edge(parent if parent in drawn else RUN, _name(artefact.pk), "made"))
    return edges
