"""From a click to inspected deltas: launch, watch, look, cancel, and a second person's review."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from experiments import models as m
from experiments.services.people import first_admin_link
from tests.browser.conftest import PASSWORD
from tests.support import loops

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
RUN_ENDS = 180_000
PHONE = 360
PLACES = (
    "/ /recipes/ /recipes/rest-em/ /runs/ /runs/new/ /review/ /schedules/ /models/ /models/add/ /datasets/"
    " /datasets/import/ /storage/ /workers/ /team/ /notices/ /compare/ /runs/compare/"
)


def launch(page: Page, model: m.LanguageModel, recipe: str) -> None:
    """Start a small run through the form, beginning at the home page."""
    page.get_by_role("main").get_by_role("link", name="New run").click()
    page.get_by_role("radio", name=recipe).check()
    page.get_by_label("Model", exact=True).select_option(label=model.name)
    page.get_by_label("Iterations", exact=True).fill("1")
    page.get_by_label("Prompts", exact=True).fill("12")
    page.get_by_role("button", name="Start now").click()
    page.wait_for_url(re.compile(r"/runs/\d+/$"))
    assert m.Run.objects.latest("pk").config["iterations"] == 1


def state(page: Page, word: str) -> Locator:
    return page.get_by_role("status").get_by_text(word, exact=True)


def test_the_one_time_link_lets_the_first_person_in(open_page, complaints):
    page = open_page()
    page.goto(first_admin_link())
    page.get_by_label("e-mail").fill("first@example.org")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    assert complaints == []


def test_a_run_is_launched_watched_without_a_reload_and_its_deltas_are_opened(working, person, complaints):
    loops.make_sums()
    page = person("researcher@example.org", "researcher")
    launch(page, loops.make_scripted(skill=0.4, delay_seconds=0.05), "Keep what a verifier accepts")
    page.evaluate("window.neverReloaded = true")
    expect(state(page, "succeeded")).to_be_visible(timeout=RUN_ENDS)
    rounds = page.get_by_role("region", name="Iterations")
    expect(rounds.get_by_role("link", name="0 · before training")).to_be_visible()
    assert page.evaluate("window.neverReloaded")

    rounds.get_by_role("link", name="1", exact=True).click()
    expect(page.get_by_role("heading", name="Iteration 1", exact=True)).to_be_visible()
    page.get_by_role("link", name="All traces").click()
    page.goto(f"{page.url}&part=probe")
    page.get_by_role("main").get_by_role("link", name=re.compile(r"What is \d+ \+ 1")).first.click()
    across = page.get_by_role("region", name="Answers by iteration")
    for index in (0, 1):
        expect(across.get_by_role("heading", name=f"Iteration {index}", exact=True)).to_be_visible()
    assert complaints == []


def test_a_slow_run_is_cancelled_from_its_page(working, person, complaints):
    loops.make_sums()
    page = person("researcher@example.org", "researcher")
    launch(page, loops.make_scripted(delay_seconds=1.0), "Keep what a verifier accepts")
    expect(page.get_by_role("list", name="Stages of iteration 0")).to_be_visible(timeout=RUN_ENDS)
    page.get_by_role("button", name="Cancel").click()
    expect(state(page, "cancelled")).to_be_visible(timeout=10_000)
    assert m.Run.objects.get().status == "cancelled"
    assert complaints == []


def answer(page: Page, verdict: str, note: str) -> None:
    """Answer the first verdict of the trace that the page shows."""
    page.get_by_label("Note (optional)").first.fill(note)
    page.get_by_role("button", name=re.compile(rf"^{verdict}\b")).first.click()
    expect(page.get_by_role("listitem").filter(has_text=note)).to_be_visible()


def test_two_people_review_a_verdict_without_seeing_each_other_first(working, person, complaints):
    run = loops.start("self-rewarding", loops.make_scripted(), loops.make_sums())
    first, second = person("one@example.org", "researcher"), person("two@example.org", "reviewer")
    first.goto(f"/runs/{run.pk}/")
    expect(state(first, "succeeded")).to_be_visible(timeout=RUN_ENDS)
    trace = m.Trace.objects.filter(iteration__run=run, part="train").first()
    for page in (first, second):
        page.goto(f"/traces/{trace.pk}/")
    answer(first, "Disagree", "It never says why.")
    second.reload()
    expect(second.get_by_text("One colleague has answered")).to_be_visible()
    assert "It never says why." not in second.content()
    answer(second, "Agree", "The sum is right.")
    expect(second.get_by_role("listitem").filter(has_text="It never says why.")).to_be_visible()
    expect(second.get_by_text("n = 2")).to_be_visible()
    assert set(m.Review.objects.values_list("verdict", flat=True)) == {"agree", "disagree"}
    assert complaints == []


def places_of(run: m.Run) -> list[str]:
    """Every page about a finished run, with its model and its data set."""
    trace = m.Trace.objects.filter(iteration__run=run, part="train", iteration__index=1).first()
    inside = ["", "iterations/0/", "iterations/1/", "traces/", f"prompts/{trace.row_id}/?part=train"]
    version, bound = run.dataset_version, run.models.get(role="policy")
    library = [f"/models/{bound.model_id}/", f"/datasets/{version.dataset_id}/"]
    beside = [f"/traces/{trace.pk}/", f"/runs/compare/?run={run.pk}"]
    return [*(f"/runs/{run.pk}/{path}" for path in inside), *library, *beside]


def width(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


def test_no_page_is_wider_than_a_phone_or_complains_in_light_or_dark(working, person, complaints):
    run = loops.start("self-rewarding", loops.make_scripted(), loops.make_sums())
    page = person("admin@example.org", "admin", viewport={"width": PHONE, "height": 800})
    page.goto(f"/runs/{run.pk}/")
    expect(state(page, "succeeded")).to_be_visible(timeout=RUN_ENDS)
    places, wide = [*PLACES.split(), *places_of(run)], []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for place in places:
            assert page.goto(place).status == 200, place
            if width(page) > PHONE:
                wide.append((scheme, place, width(page)))
    assert wide == []
    assert complaints == []
