"""Every room of the console, in the order in which they stand in its navigation."""

from dataclasses import dataclass
from typing import Final

from hotline.catalogs import sentence
from hotline.domain.permission import Permission
from hotline.web.console import (
    account,
    alert_drafts,
    alerts,
    audit,
    begin,
    carrier,
    charts,
    events,
    flows,
    frame,
    held,
    help,
    incident_acts,
    incidents,
    keys,
    login,
    map,
    now,
    people,
    pictures,
    recovery,
    reports,
    site_notices,
    sites,
    story,
    subscribers,
    texts,
    tickets,
)
from hotline.web.console.routes import Routes


@dataclass(frozen=True, slots=True)
class Link:
    """A word in the navigation; shown to whoever has the permission. What is not needed every day stands
    under "More"."""

    path: str
    word: str
    needs: Permission
    is_daily: bool = False


ROUTES: Final[tuple[Routes, ...]] = (
    frame.routes,
    now.routes,
    reports.routes,
    incidents.routes,
    incident_acts.routes,
    pictures.routes,
    alert_drafts.routes,  # before alerts: /alerts/new is no code
    alerts.routes,
    tickets.routes,
    help.routes,
    site_notices.routes,
    sites.routes,
    events.routes,
    people.routes,
    recovery.routes,
    login.routes,
    audit.routes,
    subscribers.routes,
    texts.routes,
    flows.routes,
    carrier.routes,
    charts.routes,
    map.routes,
    held.routes,
    keys.routes,
    account.routes,
    begin.routes,
    story.routes,
)

# The words are sentences of the catalog like any other.
LINKS: Final[tuple[Link, ...]] = (
    Link("/console/now", sentence("Now"), "now.see", is_daily=True),
    Link("/console/reports", sentence("Reports"), "incidents.see", is_daily=True),
    Link("/console/incidents", sentence("Incidents"), "incidents.see", is_daily=True),
    Link("/console/map", sentence("Map"), "incidents.see", is_daily=True),
    Link("/console/tickets", sentence("Tickets"), "tickets.see", is_daily=True),
    Link("/console/help", sentence("Help requests"), "tickets.see", is_daily=True),
    Link("/console/alerts", sentence("Alerts"), "alerts.see", is_daily=True),
    Link("/console/sites", sentence("Sites"), "sites.see"),
    Link("/console/events", sentence("Events"), "events.see"),
    Link("/console/subscribers", sentence("Subscribers"), "subscribers.see"),
    Link("/console/texts", sentence("Texts"), "texts.see"),
    Link("/console/flows", sentence("Flows"), "flows.see"),
    Link("/console/carrier", sentence("Carrier"), "carrier.see"),
    Link("/console/charts", sentence("Charts"), "charts.see"),
    Link("/console/held", sentence("What we hold"), "held.see"),
    Link("/console/people", sentence("People"), "people.see"),
    Link("/console/duty", sentence("My duty"), "account.own"),
    Link("/console/recovery", sentence("Ways in"), "people.edit"),
    Link("/console/keys", sentence("Other programs"), "keys.edit"),
    Link("/console/audit", sentence("Audit"), "audit.see"),
    Link("/console/begin", sentence("First steps"), "account.own"),
)
