"""A signed-in person in a real browser, a live server and a real worker."""

from collections.abc import Callable, Iterator

import pytest

from tests.support import loops
from tests.support.factories import make_user

PASSWORD = "a plumb line hangs straight"


@pytest.fixture
def working(broker, process_environment) -> Iterator[None]:
    """A worker of the queue of loops, on the test's database."""
    with loops.worker(process_environment()):
        yield


@pytest.fixture
def person(live_server, chromium_browser) -> Iterator[Callable[..., object]]:
    """Makes a page on which a new member has signed in through the form; complaints of the page are kept."""
    contexts = []

    def sign_in(email: str, role: str, **options: object) -> object:
        make_user(role, email=email, password=PASSWORD)
        context = chromium_browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
        page.goto("/sign-in/")
        page.get_by_label("e-mail").fill(email)
        page.get_by_label("password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/")
        return page

    yield sign_in
    for context in contexts:
        context.close()
