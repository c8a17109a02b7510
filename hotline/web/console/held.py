"""What we hold of people, in the browser: how much, how old, and when the next of it is erased."""

from itertools import groupby
from typing import Final

from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.operations.held import glance
from hotline.operations.held_kinds import Group
from hotline.web.console.page import Page
from hotline.web.console.routes import Routes

routes = Routes("held")

GROUPS: Final[dict[Group, str]] = {
    "callers": sentence("Of people who write or call"),
    "network": sentence("Of people of the network"),
    "sites": sentence("Of sites, partners and events"),
    "programs": sentence("Of programs"),
    "record": sentence("Of what happened"),
}

# Why something has no day on which it goes; {COUNT} are the days that texts are kept.
KEPT: Final[dict[str, str]] = {
    "subscriptions": sentence("Until the person stops, or is not seen for a long time."),
    "ended conversations": sentence(
        "That somebody was greeted goes with the contact; that they called, after {COUNT} days."
    ),
    "waiting tickets": sentence("Until somebody closes it."),
    "rows of broadcasts": sentence(
        "{COUNT} days after the end, or when the person is erased, they lose whom they were for."
    ),
    "consents": sentence("Proof of what people agreed to: kept, with a hash instead of a number."),
    "opt-outs": sentence("A hash of a number that must not be written to: kept."),
    "stops at the carrier": sentence("A hash of a number that must not be written to: kept."),
    "to delete at the carrier": sentence("Until the carrier says that it is gone."),
    "people of the network": sentence("While they work with us."),
    "people who left": sentence("Their name, for the record; the number is gone: kept."),
    "accounts": sentence("While they work with us."),
    "passkeys": sentence("While they work with us."),
    "requests to verifiers": sentence("Who did what: kept."),
    "sites": sentence("Until the site or the contact is removed."),
    "closed sites": sentence("Name and place, without plan and contacts: kept."),
    "site contacts": sentence("Until the site or the contact is removed."),
    "reports of sites": sentence("That a report is about a site: kept, without what it says."),
    "notices to sites": sentence("Until the site or the contact is removed."),
    "partner organisations": sentence("How staff reach them: kept."),
    "events": sentence("With who wrote it: kept."),
    "keys of programs": sentence("A hash, with who made it; also of those that ended: kept."),
    "webhooks": sentence("Addresses of programs, sealed; also of those that ended: kept."),
    "steps of incidents": sentence("Who did what: kept. Why they did it goes with the incident."),
    "what was seen": sentence("Who looked and when: kept. What they wrote goes with the incident."),
    "alerts": sentence("What was told to all, with who wrote and released it: kept."),
    "reviews of texts": sentence("Who decided on which wording: kept."),
    "lines of the audit": sentence("Who did what: kept."),
}


@routes.get("/held", needs="held.see")
def show_held(page: Page) -> Response:
    rows = page.desk.recent.get("held", lambda: glance(page.line), page.now)
    groups = [(page.say(GROUPS[group]), list(of)) for group, of in groupby(rows, lambda row: row.group)]
    return page.show("held/show.html", groups=groups, kept=KEPT, limits=page.line.limits)
