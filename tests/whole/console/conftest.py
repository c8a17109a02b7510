"""One hotline for all pages, and a browser for each file."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.simulator.test_page import ARGUMENTS, CHROMIUM
from tests.whole.console.furnished import Furnished, furnish
from tests.whole.stage import Stage, embedded_stage


@pytest.fixture(scope="package")
def stage() -> Iterator[Stage]:
    with embedded_stage(speed=10.0) as found:
        yield found


@pytest.fixture(scope="package")
def furnished(stage: Stage) -> Furnished:
    return furnish(stage)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed after each file: while Playwright's sync side is open, no other may begin in the process, and
    nothing else may run a loop of its own."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield found
        found.close()
