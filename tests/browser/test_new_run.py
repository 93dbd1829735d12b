"""The form of a new run: nothing that is typed while it changes is lost."""

import pytest
from playwright.sync_api import Route, expect

from tests.support import loops

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_settings_take_no_typing_while_those_of_another_recipe_are_fetched(person, complaints):
    loops.make_sums()
    loops.make_scripted(skill=0.4)
    page = person("researcher@example.org", "researcher")
    page.goto("/runs/new/")
    held: list[Route] = []
    page.route("**/runs/new/?part=settings*", lambda route: held.append(route))
    with page.expect_request("**/runs/new/?part=settings*"):
        page.get_by_role("radio", name="Keep what a verifier accepts").check()
    iterations = page.get_by_label("Iterations", exact=True)
    expect(iterations).to_be_disabled()
    with page.expect_response("**/runs/new/?part=estimate*"):
        held[0].continue_()
        iterations.fill("7")
    expect(iterations).to_have_value("7")
    expect(page.locator("#estimate")).to_contain_text("samples")
    assert complaints == []
