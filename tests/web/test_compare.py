"""Runs side by side at equal cost: which are compared, what is said of them, who may look."""

import csv
import io
from typing import Any

import plotly.graph_objects as go
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from experiments.charts import Point
from experiments.cost_charts import CostLine, CostPoint, cost_figure
from experiments.models import Artefact, ArtefactUse, Run
from experiments.services.compare import AXES, compare, find_axis
from experiments.services.compare.gaps import unpaired
from experiments.services.standing.parts import Cell
from tests.support.cost_factories import make_cost, make_spender
from tests.support.factories import make_dataset, make_model, make_run, make_user
from tests.web.test_charts import coloured

pytestmark = pytest.mark.django_db
GENERATED = find_axis("tokens_generated")
URL = "/runs/compare/"


@pytest.fixture
def shared() -> dict[str, Any]:
    """Data and a base model that the runs of a comparison share."""
    return {"version": make_dataset("sums"), "model": make_model("base")}


def show(client, *runs: Run, **words: Any):
    response = client.get(URL, {"run": [run.pk for run in runs], **words})
    assert response.status_code == 200
    return response


def text(response) -> str:
    return " ".join(response.content.decode().split())


def names_of(found) -> list[str]:
    return [line.name for line in found.lines]


def test_strangers_sign_in_and_colleagues_read(client, shared):
    run = make_spender([0.2, 0.3], **shared)
    for name in ("run-compare", "run-compare-csv", "source-compare"):
        assert client.get(reverse(name), {"run": run.pk}).status_code == 302
    assert client.get(reverse("costs-csv", args=[run.pk])).status_code == 302
    client.force_login(make_user("reviewer"))
    for name in ("run-compare", "run-compare-csv", "source-compare"):
        assert client.get(reverse(name), {"run": run.pk}).status_code == 200
    assert client.get(reverse("costs-csv", args=[run.pk])).status_code == 200
    assert client.get(reverse("costs-csv", args=[run.pk + 1])).status_code == 404


def test_the_empty_page_says_how_to_fill_it_and_nonsense_is_no_error(client, owner):
    assert "Tick two or more" in text(client.get(URL))
    assert "Tick two or more" in text(client.get(URL, {"run": ["x", "-1", "9" * 30, "77"]}))
    assert "fills as runs succeed" in text(client.get("/compare/"))


def test_seeds_are_one_line_with_an_interval_over_them(client, owner, shared):
    runs = [
        make_spender([0.2, gold], seed=n, recipe="rest-em", **shared)
        for n, gold in enumerate((0.3, 0.4, 0.5))
    ]
    other = make_spender([0.2, 0.3], recipe="self-consistency", **shared)
    found = show(client, *runs, other).context["found"]
    assert names_of(found) == ["rest-em", "self-consistency"]
    line = found.lines[0]
    assert line.seeds == 3
    assert line.last.gold.value == pytest.approx(0.4)
    assert line.last.gold.low == pytest.approx(0.4 - 4.303 * 0.1 / 3**0.5, abs=1e-3)
    assert line.last.costs["tokens_generated"] == 1000


def test_settings_that_differ_make_lines_of_their_own_and_name_them(client, owner, shared):
    few, many = (
        make_spender([0.2, 0.3], recipe="rest-em", config={"samples": n, "iterations": 1}, **shared)
        for n in (4, 8)
    )
    response = show(client, few, many)
    assert names_of(response.context["found"]) == ["rest-em, samples 4", "rest-em, samples 8"]
    assert response.context["found"].settings == [("samples", [4, 8])]


def test_at_equal_cost_each_line_stands_at_its_last_iteration_within_the_budget(client, owner, shared):
    cheap = make_spender([0.2, 0.5], 1000, recipe="rest-em", **shared)
    dear = make_spender([0.2, 0.3, 0.6, 0.9], 400, recipe="self-consistency", **shared)
    equal = show(client, cheap, dear).context["found"].equal
    assert equal.budget == 1000
    assert [(one.stop.iteration, one.stop.gold.value) for one in equal.standings] == [(1, 0.5), (2, 0.6)]
    assert equal.standings[0].against is None
    gap = equal.standings[1].against
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.1, 0.1 - 0.05 * 2**0.5, 0.1 + 0.05 * 2**0.5))
    assert equal.level == 0.5
    assert [one.reached for one in equal.standings] == [1000, 800]
    lower = show(client, cheap, dear, budget="500", level="0.55").context["found"].equal
    assert lower.standings[0].stop is None
    assert "its first iteration takes 1,000" in lower.standings[0].missing
    assert (lower.standings[1].stop.iteration, lower.standings[0].reached, lower.standings[1].reached) == (
        1,
        None,
        800,
    )


def test_the_sentence_says_who_is_ahead_and_whether_that_is_more_than_chance(client, owner, shared):
    low = make_spender([0.2, 0.3], recipe="rest-em", **shared)
    near = make_spender([0.2, 0.32], recipe="self-consistency", **shared)
    high = make_spender([0.2, 0.6], recipe="self-rewarding", **shared)
    assert "ahead of every other line by more than chance" in text(show(client, low, high))
    assert "From rest-em it cannot be told apart" in text(show(client, low, near))
    both = text(
        show(client, low, near, make_spender([0.2, 0.38], recipe="self-rewarding", half=0.03, **shared))
    )
    assert "highest gold: 0.38" in both
    assert "not enough data to compare" in text(show(client, low, near, budget="1"))


def test_runs_that_are_not_alike_are_left_out_with_the_reason(client, owner, shared):
    good = [make_spender([0.2, 0.3], recipe=name, **shared) for name in ("rest-em", "self-consistency")]
    data = make_spender([0.9, 0.9], model=shared["model"])
    base = make_spender([0.9, 0.9], version=shared["version"], model=make_model("giant"))
    size = make_spender([0.9, 0.9], prompts=50, **shared)
    unreal = make_spender([0.9, 0.9], simulated=True, **shared)
    bare = make_run(iterations=0, traces=False, **shared)
    response = show(client, data, *good, base, size, unreal, bare)
    found = response.context["found"]
    assert [run.pk for run in found.runs] == [run.pk for run in good]
    why = {one.run.pk: one.why for one in found.left_out}
    assert "It ran on" in why[data.pk]
    assert "not on sums v1" in why[data.pk]
    assert why[base.pk] == "Its base model is giant, not base."
    assert why[size.pk] == "Its gold has 50 prompts, not 100."
    assert why[unreal.pk] == "It is simulated, the others are not."
    assert why[bare.pk] == "It has measured nothing on gold yet."
    assert "0.90" not in text(response)


def test_a_run_from_before_costs_were_counted_says_so_and_costs_nothing(client, owner, shared):
    old = make_spender([0.2, 0.4], counted=False, recipe="rest-em", **shared)
    make_cost(old, 1, tokens_generated=5)
    new = make_spender([0.2, 0.3], recipe="self-consistency", **shared)
    response = show(client, new, old)
    assert response.context["found"].equal.standings[1].stop is None
    assert "before Plumbline counted costs" in text(response)
    assert (
        show(client, new, old, axis="iterations").context["found"].equal.standings[1].stop.gold.value == 0.4
    )


def test_what_was_taken_over_from_another_run_is_paid_for_from_the_first_iteration_on(owner, shared):
    lender = make_spender([0.2, 0.2], 700, **shared)
    made = Artefact.objects.create(
        run=lender, kind="reward-model", iteration=1, sha256="1" * 64, directory="x"
    )
    taker = make_spender([0.2, 0.3], 1000, recipe="rest-em", **shared)
    ArtefactUse.objects.create(run=taker, name="reward-model", artefact=made)
    line = compare([taker], GENERATED).lines[0]
    assert [stop.costs["tokens_generated"] for stop in line.stops] == [0, 1700]


def test_measuring_costs_the_loop_nothing(owner, shared):
    run = make_spender([0.2, 0.3], 1000, **shared)
    costs = compare([run], GENERATED).lines[0].last.costs
    expected = {
        "tokens_generated": 1000,
        "tokens_trained": 500,
        "device_seconds": 150,
        "labels": 0,
        "bought": 0,
    }
    assert costs == {**expected, "iterations": 1}


def test_every_cost_that_somebody_spent_has_its_plot_with_its_table(client, owner, shared):
    first = make_spender([0.2, 0.3], recipe="rest-em", labels=96, **shared)
    second = make_spender([0.2, 0.4], recipe="self-consistency", **shared)
    response = show(client, first, second)
    plots = {plot.axis.name: plot for plot in response.context["plots"]}
    assert set(plots) == {"tokens_generated", "tokens_trained", "device_seconds", "labels", "iterations"}
    assert "no line spent any: bought answers" in text(response)
    labelled = {trace["name"]: trace["x"] for trace in plots["labels"].figure["data"]}
    assert labelled == {"rest-em": [0, 96], "self-consistency": [0, 0]}
    assert ["rest-em", 1, 96.0, 0.3, 0.25, 0.35, 100] in [
        [*row[:4], pytest.approx(row[4]), pytest.approx(row[5]), row[6]] for row in plots["labels"].table.rows
    ]


@pytest.mark.parametrize("count", [0, 1, 4, 30])
def test_plotly_accepts_the_figures(count):
    points = [CostPoint(900.0 * n, Point(n, 0.1 * n, 0.0, 0.2 * n, 100)) for n in range(3)]
    lines = [CostLine(f"line {n}", points, n) for n in range(count)]
    figure = cost_figure(lines, "device time", seconds=True)
    go.Figure(coloured(figure))
    assert len(figure["data"]) == min(count, 12)
    if count:
        assert figure["data"][0]["x"] == [0, 15, 30]


def test_a_wrong_budget_or_level_is_said_beside_its_field(client, owner, shared):
    run = make_spender([0.2, 0.3], **shared)
    page = text(show(client, run, budget="much", level="7", axis="beauty"))
    assert "Enter a number." in page
    assert "less than or equal to 1" in page


def test_picked_rows_lead_to_their_comparison_and_one_is_not_enough(client, shared):
    client.force_login(make_user("reviewer"))
    one, two = (make_spender([0.2, 0.3], **shared) for _ in range(2))
    assert 'name="pick"' in client.get("/runs/").content.decode()
    url = reverse("run-compare-picked")
    assert client.post(url, {"pick": [one.pk, two.pk]})["Location"] == f"{URL}?run={one.pk}&run={two.pk}"
    assert "at least two" in text(client.post(url, {"pick": [one.pk]}, follow=True))
    assert client.get(url).status_code == 405


def test_a_sweep_is_compared_by_its_name_and_the_run_page_leads_there(client, owner, shared):
    runs = [make_spender([0.2, 0.3], sweep="a & b", seed=n, **shared) for n in range(2)]
    page = client.get(reverse("run-detail", args=[runs[0].pk])).content.decode()
    assert "/runs/compare/?sweep=a%20%26%20b" in page
    found = client.get(URL, {"sweep": "a & b"}).context["found"]
    assert [run.pk for run in found.runs] == [run.pk for run in runs]


def test_more_runs_than_fit_are_cut_and_that_is_said(client, owner, shared):
    runs = [make_spender([0.2], seed=n, **shared) for n in range(51)]
    response = show(client, *runs)
    assert len(response.context["found"].runs) == 50
    assert "the first 50 are compared" in text(response)


def test_queries_do_not_grow_with_runs_and_iterations(client, owner, shared):
    def queries(runs: list[Run]) -> int:
        client.get(URL)
        with CaptureQueriesContext(connection) as seen:
            show(client, *runs)
        return len(seen)

    few = [make_spender([0.2, 0.3], config={"samples": 2 + n}, recipe="rest-em", **shared) for n in range(2)]
    many = [
        make_spender([0.2] * 20, config={"samples": 2 + n}, recipe="rest-em", **shared) for n in range(20)
    ]
    assert queries(many) == queries(few) <= 14


def test_the_file_holds_every_iteration(client, owner, shared):
    run = make_spender([0.2, 0.3], **shared)
    body = b"".join(client.get(reverse("run-compare-csv"), {"run": run.pk}).streaming_content).decode()
    lines = list(csv.DictReader(io.StringIO(body)))
    assert [(line["iteration"], line["gold"], line["tokens_generated"]) for line in lines] == [
        ("0", "0.2", "0.0"),
        ("1", "0.3", "1000.0"),
    ]


def test_sources_rank_the_best_line_of_each_recipe_at_equal_cost(client, owner, shared):
    make_spender([0.2, 0.3], 1000, recipe="rest-em", config={"samples": 4}, **shared)
    best = make_spender([0.2, 0.5], 900, recipe="rest-em", config={"samples": 8}, **shared)
    other = make_spender([0.2, 0.35, 0.6], 800, recipe="self-consistency", **shared)
    make_spender([0.9, 0.9], 800, recipe="self-rewarding", simulated=True, **shared)
    response = client.get("/compare/")
    real, simulated = response.context["arenas"]
    assert real.budget == 1000
    assert [(row.recipe, row.standing.stop.gold.value, row.tried) for row in real.rows] == [
        ("rest-em", 0.5, 2),
        ("self-consistency", 0.35, 1),
    ]
    assert simulated.simulated
    assert f"run={best.pk}&amp;run={other.pk}&amp;" in response.content.decode()
    more = client.get("/compare/", {"budget": "1600"}).context["arenas"][0]
    assert [row.recipe for row in more.rows] == ["self-consistency", "rest-em"]


def test_a_difference_needs_two_estimates():
    assert unpaired(Cell(value=0.5), Cell()).value is None
    assert unpaired(Cell(value=0.5), Cell(value=0.25)).low is None
    assert {axis.name for axis in AXES} >= {"tokens_generated", "labels", "bought"}
