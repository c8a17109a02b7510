"""Numbers and carrier health in the browser: who sends, what waits, what fails and why, what it costs."""

from typing import Final

from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.channels.twilio.codes import sentence_of
from hotline.domain.sender import Kind
from hotline.operations.carrier_state import carrier_state
from hotline.operations.progress import resume_all
from hotline.store.queue import Role
from hotline.web.console.forms import Form
from hotline.web.console.page import Page
from hotline.web.console.routes import Routes

routes = Routes("carrier")

KINDS: Final[dict[Kind, str]] = {
    "service": sentence("Messaging service"),
    "short_code": sentence("Short code"),
    "toll_free": sentence("Toll-free number"),
    "number": sentence("Local number"),
    "foreign_number": sentence("Number of another country"),
}
ROLES: Final[dict[Role, str]] = {
    "send": sentence("Sending texts and calls"),
    "receipts": sentence("Reading receipts"),
    "rest": sentence("Everything else"),
}
DOLLAR: Final = 1_000_000  # in which money is counted


@routes.get("/carrier", needs="carrier.see")
def show_carrier(page: Page) -> Response:
    recent = page.desk.recent
    return page.show(
        "carrier/show.html",
        state=recent.get("carrier", lambda: carrier_state(page.line, page.now), page.now),
        queues=recent.get("queues", page.desk.queues, page.now),
        kinds=KINDS,
        roles=ROLES,
        sentence_of=sentence_of,
        dollars=_dollars,
        public_url=page.desk.public_url.rstrip("/"),
    )


@routes.post("/carrier/resume", needs="alerts.steer")
def resume_sending(page: Page, form: Form) -> Response:
    """After the carrier lets us send again."""
    if not form.is_set("sure"):
        return page.go("/carrier", "Nothing was changed: tick the box when the carrier lets us send again.")
    resume_all(page.line, page.me.name, page.now)
    page.desk.recent.drop("carrier")
    return page.go("/carrier", "Sending goes on.")


def _dollars(amount: int) -> str:
    return f"${amount / DOLLAR:,.2f}"
