"""Now: what waits, who is available, what is running; it shows what is new by itself."""

from typing import Any, Final

from starlette.responses import Response

from hotline.domain.permission import Permission
from hotline.domain.person import ROLES
from hotline.operations.now import now_of
from hotline.operations.staff_words import KINDS
from hotline.web.console import incident_words as words
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("now")

# Of these depends what stands on the page: whoever has the same ones follows the same thing.
SHOWN_BY: Final[tuple[Permission, ...]] = (
    "incidents.see",
    "incidents.work",
    "tickets.see",
    "people.see",
    "alerts.see",
)


@routes.get("/now", needs="now.see")
def show(page: Page) -> Response:
    return page.show("now/show.html", **_board(page))


@routes.get("/now/live", needs="now.see")
def follow(page: Page) -> Response:
    """The board again whenever it changed."""
    allowed = "".join(str(int(page.may(permission))) for permission in SHOWN_BY)
    topic = f"now.{page.language}.{allowed}"
    return page.follow(topic, lambda: page.text("now/show.html", "board", **_board(page)))


def _board(page: PageContext) -> dict[str, Any]:
    return {
        "now": now_of(page.line, page.desk.line.clock()),
        "role_names": [(role, words.ROLES[role]) for role in ROLES],
        "ticket_kinds": KINDS,
        "words": words,
    }
