"""The demo tells its story when it is asked: every scene really happened."""

import pytest
from playwright.sync_api import Browser, expect

from hotline.operations.demo_story import LOOKING, NEIGHBOURS, SCENES
from hotline.operations.progress import progress
from tests.simulator.test_page import CHROMIUM
from tests.whole.console.furnished import Furnished, opened

pytestmark = [
    pytest.mark.whole,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"Chromium is not installed at {CHROMIUM}"),
]


def test_the_alert_and_the_all_clear_are_on_twenty_phones(furnished: Furnished) -> None:
    stage, story = furnished.stage, furnished.story
    assert story.state == "over"
    for code in (story.alert, story.clear):
        assert progress(stage.line, code, stage.line.clock()).count("delivered") == 20
    for number in NEIGHBOURS:
        texts = stage.carrier.thread(number)
        assert ["VERIFICADO" in text or "TERMINADO" in text for text in texts].count(True) == 2
    assert not any("VERIFICADO" in text for text in stage.carrier.thread(story.witness))
    for _, number in LOOKING:
        assert any(story.incident in text for text in stage.carrier.thread(number))


def test_the_page_shows_each_scene(furnished: Furnished, browser: Browser) -> None:
    context = opened(browser, furnished, "es", {"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{furnished.stage.url}/console/story")
    expect(page.locator(".timeline li")).to_have_count(len(SCENES))
    expect(page.locator(".timeline .badge.good")).to_have_count(len(SCENES))
    expect(page.get_by_role("link", name=furnished.story.incident)).to_be_visible()
    context.close()
