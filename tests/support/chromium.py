"""Finds a Chromium for the browser tests; `python -m tests.support.chromium` prints it or fails."""

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def arguments() -> list[str]:
    """Command-line arguments that keep the browser quiet; Chromium's own sandbox refuses to run as root."""
    return [*ARGUMENTS, "--no-sandbox"] if os.getuid() == 0 else ARGUMENTS


def path() -> str | None:
    """CHROMIUM, else a browser of the system, else Playwright's own download."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


if __name__ == "__main__":
    found = path()
    print(found or "no Chromium found")
    sys.exit(0 if found else 1)
