"""One hotline, one browser for all pages: both take a while to come up."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.simulator.test_page import ARGUMENTS, CHROMIUM
from tests.whole.console.furnished import Furnished, furnish
from tests.whole.stage import Stage, embedded_stage


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with embedded_stage(speed=10.0) as found:
        yield found


@pytest.fixture(scope="session")
def furnished(stage: Stage) -> Furnished:
    return furnish(stage)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield found
        found.close()
