"""The demo's story, played when asked: on a real line there is no such page."""

import threading
import time
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.channels.pretend_phones import PretendPhones
from hotline.operations import demo_story
from hotline.operations.demo_story import FAILED, SCENES, Stage, Story, StoryRefused
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("story")
_log = structlog.get_logger("console")


@routes.get("/story", needs="account.own")
def show(page: Page) -> Response:
    _require_demo(page)
    return page.show("story/show.html", phones_url=page.desk.phones_url, **_told(page))


@routes.get("/story/live", needs="account.own")
def follow(page: Page) -> Response:
    """The scenes again as each begins."""
    _require_demo(page)
    return page.follow(
        f"story.{page.language}", lambda: page.text("story/show.html", "scenes", **_told(page))
    )


@routes.post("/story/play", needs="account.own")
def play(page: Page) -> Response:
    _require_demo(page)
    try:
        story = demo_story.begin(page.line, page.now)
    except StoryRefused:
        return page.go("/story", "It is being told already.")
    stage = Stage(page.line, PretendPhones(page.desk.phones_url), time.sleep)
    threading.Thread(target=_tell, args=(stage, story), name="story", daemon=True).start()
    return page.go("/story", "It begins.")


def _tell(stage: Stage, story: Story) -> None:
    try:
        demo_story.tell(stage, story)
    except Exception as fault:
        _log.warning("story_stopped", why=type(fault).__name__)


def _require_demo(page: PageContext) -> None:
    if page.line.mode != "demo":
        raise HTTPException(404)


def _told(page: PageContext) -> dict[str, Any]:
    story = demo_story.story_of(page.line)
    at = story.scene if story else -1
    is_over = story is not None and story.state == "over"
    return {
        "story": story,
        "failed": page.say(FAILED),
        "scenes": [
            (_standing(number, at, is_over), _said(page, story, number)) for number in range(len(SCENES))
        ],
    }


def _said(page: PageContext, story: Story | None, number: int) -> str:
    return demo_story.said_of(story or Story(0, "over", ""), number, page.say)


def _standing(number: int, at: int, is_over: bool) -> str:
    if number < at or is_over:
        return "done"
    return "now" if number == at else "to come"
