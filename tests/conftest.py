"""Fixtures that several kinds of tests share: the broker, processes beside the test, the browser."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.support import chromium, services


@pytest.fixture(scope="session")
def broker() -> Iterator[Path]:
    """A real broker at `settings.BROKER_URL`; without this fixture every ring is refused at once."""
    with services.running_broker(Path(settings.DATA_DIR)) as socket:
        yield socket


@pytest.fixture
def process_environment(transactional_db: None) -> Callable[..., dict[str, str]]:
    """Makes the environment of a process that shares the test's database, data and broker."""
    return services.process_environment


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[object]:
    """A headless Chromium, driven by Playwright."""
    import os

    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, and Django's ORM refuses to run beside one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.arguments())
        yield browser
        browser.close()
