"""A product to look at: a live server, a real worker, and people who sign in with a real browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.support import loops
from tests.support.factories import make_user

PASSWORD = "a plumb line hangs straight"
# A busy machine with two cores answers late.
expect.set_options(timeout=15_000)


@pytest.fixture
def working(broker, process_environment) -> Iterator[None]:
    """A worker of the queue of loops, on the test's database."""
    with loops.worker(process_environment()):
        yield


def _counts(line: ConsoleMessage) -> bool:
    # Leaving a live page aborts the poll under way, which htmx logs under these two names.
    aborted = line.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))
    return line.type in ("error", "warning") and not aborted


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of: console errors, violations of the content policy, uncaught exceptions."""
    return []


@pytest.fixture
def open_page(live_server, chromium_browser: Browser, complaints) -> Iterator[Callable[..., Page]]:
    """Opens an empty page in a browser profile of its own."""
    contexts = []

    def opened(**options: object) -> Page:
        context = chromium_browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: _counts(line) and complaints.append(line.text))
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def person(open_page) -> Callable[..., Page]:
    """Makes a page on which a new member has signed in through the form."""

    def signed_in(email: str, role: str, **options: object) -> Page:
        make_user(role, email=email, password=PASSWORD)
        page = open_page(**options)
        page.goto("/")
        page.get_by_label("e-mail").fill(email)
        page.get_by_label("password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Home")).to_be_visible()
        return page

    return signed_in
