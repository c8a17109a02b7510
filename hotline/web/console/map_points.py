"""Points of the map as map.js reads them, for the map itself and for the page of one incident."""

from collections.abc import Sequence
from typing import Any

from hotline.operations.map_places import Place, areas, incident_place
from hotline.store.incidents import Incident
from hotline.web.console import incident_words
from hotline.web.console.page import PageContext

Points = list[dict[str, Any]]


def points_of_incident(page: PageContext, of: Incident) -> Points:
    """One incident among the areas, for `{% include "map/block.html" %}`; nothing where its ZIP code is not
    known."""
    place = incident_place(of.code, of.zip, of.state, of.is_urgent) if of.zip else None
    return points(page, [*areas(page.line, page.language), place]) if place else []


def points(page: PageContext, places: Sequence[Place]) -> Points:
    """Places as map.js reads them."""
    return [
        {
            "kind": "urgent" if place.is_urgent else place.kind,
            "name": place.name,
            "where": f"{place.where} · {page.say(incident_words.STATES[place.state])}"
            if place.state
            else place.where,
            "at": [round(place.north, 4), round(place.east, 4)],
            "href": f"/console/incidents/{place.code}" if place.code else "",
        }
        for place in places
    ]
