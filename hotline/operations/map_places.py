"""What stands on the map: areas and incidents, each at the middle of ZIP codes and never more exactly."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from hotline.domain.incident import IncidentState
from hotline.domain.language import Language
from hotline.operations.line import Line
from hotline.store import incidents
from hotline.store.database import transaction
from hotline.store.places import place_of, position_of

MOST_INCIDENTS: Final = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A point, in degrees. `code` and `state` are those of an incident; areas have neither."""

    kind: Literal["area", "incident"]
    name: str
    where: str
    north: float
    east: float
    code: str = ""
    state: IncidentState | None = None
    is_urgent: bool = False
    created_at: datetime | None = None


def areas(line: Line, language: Language) -> list[Place]:
    """The network's areas, each at the middle of its ZIP codes."""
    found = []
    for area in line.network.areas.values():
        middle = _middle(area.zips)
        if middle:
            found.append(Place("area", area.name(language), ", ".join(area.zips), *middle))
    return found


def open_incidents(line: Line) -> list[Place]:
    """Open incidents whose ZIP code is known, the urgent and the newest first."""
    with transaction(line.database) as db:
        rows = incidents.open_page(db, line.keyring, None, MOST_INCIDENTS)
    places = (
        incident_place(row.code, row.zip, row.state, row.is_urgent, row.created_at)
        for row in rows
        if row.zip is not None
    )
    return [place for place in places if place]


def incident_place(
    code: str,
    zip_code: str,
    state: IncidentState,
    is_urgent: bool = False,
    created_at: datetime | None = None,
) -> Place | None:
    """Where one incident stands; None for a ZIP code that the data set does not know."""
    position = position_of(zip_code)
    if position is None:
        return None
    where = place_of(zip_code) or zip_code
    return Place("incident", code, where, *position, code, state, is_urgent, created_at)


def _middle(zips: Iterable[str]) -> tuple[float, float] | None:
    known = [position for zip_code in zips if (position := position_of(zip_code))]
    if not known:
        return None
    return sum(north for north, _ in known) / len(known), sum(east for _, east in known) / len(known)
