"""What we hold of people, in the browser: how much, how old, and when the next of it is erased."""

from typing import Final

from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.operations.held import glance
from hotline.web.console.page import Page
from hotline.web.console.routes import Routes

routes = Routes("held")

# Why something has no day on which it goes.
KEPT: Final[dict[str, str]] = {
    "subscriptions": sentence("Until the person stops, or is not seen for a long time."),
    "waiting tickets": sentence("Until somebody closes it."),
    "people of the network": sentence("While they work with us."),
    "consents": sentence("Proof of what people agreed to: kept, with a hash instead of a number."),
    "opt-outs": sentence("A hash of a number that must not be written to: kept."),
    "to delete at the carrier": sentence("Until the carrier says that it is gone."),
    "rows of broadcasts": sentence("They lose whom they were for when the person is erased."),
    "site contacts": sentence("Until the site or the contact is removed."),
    "lines of the audit": sentence("Who did what: kept."),
}


@routes.get("/held", needs="held.see")
def show_held(page: Page) -> Response:
    rows = page.desk.recent.get("held", lambda: glance(page.line), page.now)
    return page.show("held/show.html", rows=rows, kept=KEPT, limits=page.line.limits)
