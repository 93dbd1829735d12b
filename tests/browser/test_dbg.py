"""From a click to inspected deltas: launch, watch, look, cancel, and a second person's review."""

import re

import pytest
from playwright.sync_api import expect

from experiments import models as m
from experiments.services.people import first_admin_link
from tests.browser.conftest import PASSWORD
from tests.support import loops

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SECONDS = 60_000


def launch(page, model: m.LanguageModel, recipe: str = "rest-em", **settings: int) -> None:
    page.goto(f"/runs/new/?recipe={recipe}")
    page.get_by_label("Model", exact=True).select_option(label=model.name)
    for label, value in {"Iterations": 1, "Prompts": 12, **settings}.items():
        page.get_by_label(label, exact=True).fill(str(value))
    page.get_by_role("button", name="Start now").click()
    page.wait_for_url(re.compile(r"/runs/\d+/$"))


def test_the_one_time_link_lets_the_first_person_in(live_server, chromium_browser):
    page = chromium_browser.new_page(base_url=live_server.url)
    page.goto(first_admin_link())
    page.get_by_label("e-mail").fill("first@example.org")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", name="Home")).to_be_visible()
    page.context.close()


def test_a_run_is_launched_watched_and_its_deltas_are_opened(working, person):
    loops.make_sums()
    model = loops.make_scripted(skill=0.4)
    page = person("researcher@example.org", "researcher")
    launch(page, model)
    expect(page.get_by_text("succeeded").first).to_be_visible(timeout=SECONDS)
    page.get_by_role("link", name="1", exact=True).first.click()
    expect(page).to_have_url(re.compile(r"/iterations/1/"))
    row = m.Trace.objects.filter(part="probe").first().row_id
    page.goto(f"/runs/{m.Run.objects.get().pk}/prompts/{row}/?part=probe")
    expect(page.get_by_role("heading", name="Iteration 0", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Iteration 1", exact=True)).to_be_visible()
    assert page.complaints == []


def test_a_slow_run_is_cancelled_from_its_page(working, person):
    loops.make_sums()
    page = person("researcher@example.org", "researcher")
    launch(page, loops.make_scripted(delay_seconds=1.0))
    expect(page.get_by_text(re.compile("iteration 0 of 1"))).to_be_visible(timeout=SECONDS)
    page.get_by_role("button", name="Cancel").first.click()
    expect(page.get_by_text("cancelled").first).to_be_visible(timeout=10_000)
    assert m.Run.objects.get().status == "cancelled"


def answer(page, trace: m.Trace, verdict: str, note: str) -> None:
    page.goto(f"/traces/{trace.pk}/")
    page.get_by_role("textbox").first.fill(note)
    page.on("response", lambda r: print("RESP", r.request.method, r.url, r.status))
    page.on("requestfailed", lambda r: print("FAILED", r.url, r.failure))
    page.evaluate(
        """() => { window.log=[]; for (const n of ['click','submit','htmx:configRequest','htmx:beforeRequest','htmx:sendError','htmx:validation:failed','htmx:confirm','htmx:validation:halted','htmx:targetError']) document.addEventListener(n, e => window.log.push(n+' '+e.target.tagName+' '+(e.target.className||'')+' '+e.defaultPrevented), true); }"""
    )
    print(
        "HOW MANY",
        page.get_by_role("button", name=verdict).count(),
        page.get_by_role("button", name=verdict).first.evaluate(
            "e=>e.outerHTML + ' || ' + e.closest('form')?.outerHTML.slice(0,300)"
        ),
    )
    page.get_by_role("button", name=verdict).first.click()
    page.wait_for_timeout(2000)
    print(page.complaints, "LOG", page.evaluate("window.log"))
    expect(page.get_by_text(note).first).to_be_visible()


def test_two_people_review_a_verdict_without_seeing_each_other_first(working, person):
    version, model = loops.make_sums(), loops.make_scripted()
    run = loops.start("self-rewarding", model, version)
    first, second = person("one@example.org", "researcher"), person("two@example.org", "reviewer")
    first.goto(f"/runs/{run.pk}/")
    expect(first.get_by_text("succeeded").first).to_be_visible(timeout=SECONDS)
    trace = m.Trace.objects.filter(iteration__run=run, part="train").first()
    answer(first, trace, "Agree", "The sum is right.")
    second.goto(f"/traces/{trace.pk}/")
    assert "The sum is right." not in second.content()
    answer(second, trace, "Disagree", "It never says why.")
    expect(second.get_by_text("The sum is right.")).to_be_visible()
    assert set(m.Review.objects.values_list("verdict", flat=True)) == {"agree", "disagree"}
    assert first.complaints == second.complaints == []


PATHS = "/ /recipes/ /runs/ /runs/new/ /review/ /schedules/ /models/ /datasets/ /storage/ /workers/ /team/ /notices/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_overflows_a_phone_or_complains(scheme, working, person):
    run = loops.start("rest-em", loops.make_scripted(), loops.make_sums())
    phone = {"viewport": {"width": 360, "height": 800}, "color_scheme": scheme}
    page = person("admin@example.org", "admin", **phone)
    page.goto(f"/runs/{run.pk}/")
    expect(page.get_by_text("succeeded").first).to_be_visible(timeout=SECONDS)
    trace = m.Trace.objects.filter(iteration__run=run, part="probe", iteration__index=1).first()
    own = (
        f"/runs/{run.pk}/",
        f"/runs/{run.pk}/iterations/1/",
        f"/runs/{run.pk}/traces/",
        f"/traces/{trace.pk}/",
    )
    prompt = f"/runs/{run.pk}/prompts/{trace.row_id}/?part=probe"
    wide = []
    for path in (*PATHS.split(), *own, prompt):
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth") > 360:
            wide.append(path)
    assert wide == []
    assert page.complaints == []
