"""The standing experiments: their pages, their launch and the sentences that figures decide."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from experiments.alignment.errors import ConfigError
from experiments.models import DatasetVersion, Metric, Run
from experiments.services.standing import STANDING, find_standing, launch_standing
from experiments.services.standing.parts import over_seeds, side, spread
from tests.support.factories import make_dataset, make_metric, make_model, make_run, make_user

pytestmark = pytest.mark.django_db


def estimate(value: float | None, low: float | None = None, high: float | None = None) -> Metric:
    return Metric(value=value, low=low, high=high, n=100)


def test_one_seed_shows_its_own_interval_and_several_their_spread() -> None:
    alone = over_seeds([estimate(0.5, 0.4, 0.6)])
    assert (alone.value, alone.low, alone.high, alone.n) == (0.5, 0.4, 0.6, 1)
    three = over_seeds([estimate(0.4), estimate(0.5), estimate(0.6)])
    assert three.value == pytest.approx(0.5)
    assert three.high == pytest.approx(0.5 + 4.303 * 0.1 / 3**0.5)
    assert spread([0.2, 0.2]) == (0.2, 0.2)


def test_seeds_that_agree_are_no_surer_than_their_prompts() -> None:
    same = over_seeds([estimate(0.1, 0.03, 0.19)] * 3)
    assert (same.low, same.high) == (pytest.approx(0.03), pytest.approx(0.19))
    apart = over_seeds([estimate(0.2, 0.19, 0.21), estimate(0.4, 0.39, 0.41), estimate(0.6, 0.59, 0.61)])
    assert apart.high == pytest.approx(0.4 + 4.303 * 0.2 / 3**0.5)


def test_counts_stay_whole_and_missing_figures_are_short_in_a_table() -> None:
    assert repr(over_seeds([estimate(8.0)]).shown) == "8"
    assert (
        over_seeds([estimate(None), estimate(None)], "the gap is too small").short
        == "undefined in 2 of 2 seeds"
    )
    assert over_seeds([estimate(None)]).missing == "not enough data"


def test_an_undefined_seed_makes_the_cell_undefined_and_says_why() -> None:
    cell = over_seeds([estimate(0.4), estimate(None)], "the gap is too small")
    assert cell.value is None
    assert cell.missing == "undefined in 1 of 2 seeds: the gap is too small"
    assert over_seeds([None, None]).missing == "not measured"


@pytest.mark.parametrize(
    ("low", "high", "words"), [(0.1, 0.3, "above"), (-0.3, -0.1, "below"), (-0.1, 0.2, "even")]
)
def test_the_side_is_the_interval_s_not_the_point_s(low: float, high: float, words: str) -> None:
    assert side(over_seeds([estimate((low + high) / 2, low, high)])) == words
    assert side(over_seeds([])) == "unknown"


def sweep_run(slug: str, recipe: str, seed: int, dataset: str, **fields: Any) -> Run:
    version = DatasetVersion.objects.filter(dataset__name=dataset).first()
    return make_run(
        recipe=recipe,
        seed=seed,
        sweep=f"{slug} 2026-01-01 10:00:00",
        version=version or make_dataset(dataset),
        traces=False,
        **fields,
    )


def page_of(client: Client, slug: str) -> str:
    client.force_login(make_user("reviewer"))
    return client.get(reverse("standing-detail", args=[slug])).content.decode()


def test_the_weak_to_strong_report_shows_an_undefined_cell_as_such(client: Client) -> None:
    for seed, (clear, unclear) in enumerate([(0.4, None), (0.5, None)]):
        for dataset, value in (("sentences-products", clear), ("sentences-tweets", unclear)):
            run = sweep_run("weak-to-strong-sweep", "weak-to-strong", seed, dataset)
            make_metric(run, 1, "pgr", "gold", value)
            make_metric(run, 1, "naive_pgr", "gold", None if value is None else value - 0.2)
            make_metric(run, 0, "weak_accuracy", "gold", 0.7)
    page = page_of(client, "weak-to-strong-sweep")
    assert "sentences-products: 0.45" in page
    assert "undefined in 2 of 2 seeds: the strong model is not clearly better" in page
    assert "In 1 of 1 domains" in page


def test_the_tool_report_says_which_of_loop_and_control_is_better(client: Client) -> None:
    for seed, gap in enumerate([-0.2, -0.21, -0.19]):
        run = sweep_run("code-interpreter-loop", "tool-refine", seed, "functions")
        make_metric(run, 0, "operator_against_control", "probe", gap)
        for attempts in (1, 2):
            make_metric(run, 0, f"pass_after_{attempts}", "probe", 0.4)
            make_metric(run, 0, f"fresh_after_{attempts}", "probe", 0.4 + 0.1 * attempts)
        make_metric(run, 0, "repair_rate", "probe", 0.125)
    page = page_of(client, "code-interpreter-loop")
    assert "No: fresh samples solve more than retries that see the error, by −0.20" in page.replace(
        "-0", "−0"
    )


def test_the_self_rewarding_report_puts_gold_and_length_beside_the_own_score(client: Client) -> None:
    for seed in range(3):
        run = sweep_run("self-rewarding-loop", "self-rewarding", seed, "format-rules")
        make_metric(run, 1, "accuracy_gain", "gold", 0.001 * seed)
        make_metric(run, 0, "proxy", "probe", 2.6)
        make_metric(run, 1, "proxy", "probe", 3.0)
        make_metric(run, 1, "length_ratio", "probe", 1.4)
    page = page_of(client, "self-rewarding-loop")
    assert "Its own score" not in page
    assert "went from 2.60 to 3.00 of 5" in page
    assert "1.40 times as long" in page


def test_unfinished_runs_are_counted_but_not_read(client: Client) -> None:
    sweep_run("self-rewarding-loop", "self-rewarding", 0, "format-rules", status="running")
    page = page_of(client, "self-rewarding-loop")
    assert "0 of 1 runs ended" in page
    assert "No run of this launch has succeeded yet" in page


@pytest.mark.parametrize("one", STANDING, ids=lambda one: one.slug)
def test_home_leads_to_each_of_them_in_one_click(client: Client, one: Any) -> None:
    client.force_login(make_user("reviewer"))
    assert reverse("standing-detail", args=[one.slug]) in client.get(reverse("home")).content.decode()
    assert "Launch all its runs" not in page_of(client, one.slug)


def test_a_researcher_launches_all_runs_under_one_name_and_a_reviewer_cannot(client: Client) -> None:
    model = make_model()
    make_dataset("format-rules")
    address = reverse("standing-launch", args=["self-rewarding-loop"])
    client.force_login(make_user("reviewer"))
    assert client.post(address, {"model": model.name}).status_code == 403
    client.force_login(make_user())
    client.post(address, {"model": model.name})
    assert sorted(Run.objects.values_list("seed", flat=True)) == [0, 1, 2]
    assert Run.objects.values("sweep").distinct().count() == 1


def test_a_launch_that_does_not_fit_starts_nothing_and_says_why(client: Client) -> None:
    client.force_login(make_user())
    address = reverse("standing-launch", args=["self-rewarding-loop"])
    page = client.post(address, {"model": "absent"}, follow=True).content.decode()
    assert "There is no model" in page
    assert not Run.objects.exists()


def test_an_unknown_experiment_or_launch_is_refused(client: Client) -> None:
    client.force_login(make_user())
    assert client.get(reverse("standing-detail", args=["absent"])).status_code == 404
    address = reverse("standing-detail", args=["self-rewarding-loop"])
    assert client.get(address, {"launch": "somebody else's"}).status_code == 404
    with pytest.raises(ConfigError, match="there are self-rewarding-loop"):
        find_standing("absent")


def test_a_failed_cell_leaves_no_run_behind() -> None:
    make_dataset("sentences-products")
    with pytest.raises(Exception, match="sentences-editorials"):
        launch_standing(find_standing("weak-to-strong-sweep"), make_model().name, None)
    assert not Run.objects.exists()
