"""Every page of the console in a real browser: both languages, on a phone and on a desk, light and dark."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page, ViewportSize

from hotline.domain.language import LANGUAGES, Language
from hotline.web.console.rooms import LINKS, ROUTES
from tests.simulator.test_page import CHROMIUM
from tests.whole.console.furnished import Furnished, opened
from tests.whole.console.looking import (
    COLOURS,
    SHAPES,
    WHOLE,
    Complaints,
    hold_still,
    out_of_reach,
    too_wide,
    violations,
)

DESK: Final[ViewportSize] = {"width": 1280, "height": 900}
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}

# What is no page: a stream, a file, a way out or on to somewhere else.
NO_PAGES: Final = re.compile(
    r"/live$|\.pdf$|\.csv$|\.audio$|/pictures/|^/console$|/join/|/alerts/\{code\}/\{act\}$"
)

pytestmark = [
    pytest.mark.whole,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"Chromium is not installed at {CHROMIUM}"),
]


def routes() -> list[APIRoute]:
    """Every page that there is, the longer paths first: `/alerts/new` is no code."""
    found = [
        route
        for room in ROUTES
        for route in room.router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and not NO_PAGES.search(route.path)
    ]
    return sorted(found, key=lambda route: route.path.count("{"))


def route_of(address: str) -> str | None:
    path = urlsplit(address).path
    return next((route.path for route in routes() if route.path_regex.match(path)), None)


@pytest.fixture(scope="module")
def addresses(furnished: Furnished, browser: Browser) -> list[str]:
    """One address of every page: those of the menu, those that were furnished, those they link to."""
    context = opened(browser, furnished, "es", DESK)
    page = context.new_page()
    waiting = [*(link.path for link in LINKS), *furnished.addresses]
    found: dict[str, str] = {}
    while waiting:
        address = waiting.pop(0)
        route = route_of(address)
        key = address if address in furnished.addresses and "{key}" not in address else route
        if key is None or key in found:
            continue
        answer = page.request.get(furnished.stage.url + address.replace("{key}", furnished.keys["es"]))
        if address not in furnished.addresses and answer.status == 404:
            continue
        found[key] = address
        linked = re.findall(r'href="(/console/[^"#]+)"', answer.text())
        waiting += [one.replace("&amp;", "&") for one in linked]
    for one in routes():
        if "{" not in one.path and one.path not in found and one.path != "/console/login":
            found[one.path] = one.path
    context.close()
    return list(found.values())


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    found = Complaints()
    yield found
    assert found.words == [], "\n".join(found.words)


def goes_to(page: Page, furnished: Furnished, address: str, language: Language = "es") -> list[str]:
    named = address.replace("{key}", furnished.keys[language])
    answer = page.goto(furnished.stage.url + named, wait_until="load")
    return [] if answer and answer.ok else [f"status {answer and answer.status}"]


def test_every_page_is_looked_at(addresses: list[str]) -> None:
    seen = {route_of(address) for address in addresses} | {"/console/login"}
    assert {route.path for route in routes()} - seen == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_shuts_anybody_out(
    furnished: Furnished,
    browser: Browser,
    addresses: list[str],
    complaints: Complaints,
    language: Language,
) -> None:
    """On a phone's screen and on a desk, in the light and in the dark."""
    context = opened(browser, furnished, language, PHONE)
    page = context.new_page()
    complaints.listen(page)
    faults: list[str] = []
    for address in addresses:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
        found = goes_to(page, furnished, address, language)
        assert page.locator("html").get_attribute("lang") == language
        found += [*violations(page, WHOLE), *too_wide(page)]
        page.set_viewport_size(DESK)
        found += violations(page, WHOLE if language == "en" else SHAPES)
        if language == "es":  # colours are the same in every language
            page.emulate_media(color_scheme="dark")
            found += [f"dark: {one}" for one in violations(page, COLOURS)]
        faults += [f"{address}: {one}" for one in dict.fromkeys(found)]
    context.close()
    assert faults == [], "\n".join(faults)


def test_everything_is_reached_by_keyboard(
    furnished: Furnished, browser: Browser, addresses: list[str], complaints: Complaints
) -> None:
    context = opened(browser, furnished, "es", DESK)
    page = context.new_page()
    complaints.listen(page)
    hold_still(page)
    faults: list[str] = []
    for address in addresses:
        found = [*goes_to(page, furnished, address), *out_of_reach(page)]
        faults += [f"{address}: {one}" for one in found]
    context.close()
    assert faults == [], "\n".join(faults)


def test_whoever_is_not_signed_in_finds_a_door_for_everybody(
    furnished: Furnished, browser: Browser, complaints: Complaints
) -> None:
    for language in LANGUAGES:
        context = browser.new_context(viewport=PHONE)
        page = context.new_page()
        complaints.listen(page)
        faults = goes_to(page, furnished, f"/console/login?lang={language}")
        faults += [*violations(page, WHOLE), *too_wide(page), *out_of_reach(page)]
        assert page.locator("html").get_attribute("lang") == language
        context.close()
        assert faults == [], "\n".join(faults)
