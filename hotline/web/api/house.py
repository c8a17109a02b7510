"""The house, for programs: people without their numbers, sites, events, texts, and what is held."""

from datetime import date, datetime
from typing import Any

from hotline.domain.event import EventState
from hotline.domain.language import Channel, Language
from hotline.domain.person import Role
from hotline.domain.site import SiteKind
from hotline.operations.held import Held, glance
from hotline.operations.texts import Status, TextState, list_texts
from hotline.store import events, people, reviews, site_contacts, sites
from hotline.store.database import transaction
from hotline.store.events import Event
from hotline.store.people import Record
from hotline.store.sites import Site
from hotline.web.api.models import After, Limit, Model, Page, id_after, name_after, page_of
from hotline.web.api.problems import Problem
from hotline.web.api.routes import Call, Resource

resource = Resource("house")


class PersonRow(Model):
    """Somebody who works for the network. `languages` are tags of BCP 47; no number, ever."""

    id: int
    name: str
    roles: tuple[Role, ...]
    organisation: str
    languages: tuple[str, ...]
    is_available: bool
    zips: tuple[str, ...]


class SiteRow(Model):
    """A school, workplace, hotel or market. Its plan and its contacts are not told here."""

    code: str
    name: str
    kind: SiteKind
    zip: str
    place: str
    has_plan: bool
    confirmed_contacts: int


class EventRow(Model):
    """What people are invited to."""

    id: int
    state: EventState
    name_en: str
    name_es: str
    place: str
    zip: str
    capacity: int | None
    languages: tuple[str, ...]
    note_en: str
    note_es: str
    starts_at: datetime
    ends_at: datetime


class TextRow(Model):
    """A wording and whether it may be said. `due_on` is when it has to be reviewed again."""

    text: str
    language: Language
    channel: Channel
    status: Status
    due_on: date | None
    hash: str


class HeldRow(Model):
    """How much is held of one kind. `erased_at` is when the oldest of it goes."""

    kind: str
    rows: int
    is_estimate: bool
    oldest_at: datetime | None
    erased_at: datetime | None


class HeldList(Model):
    """Every kind there is."""

    rows: tuple[HeldRow, ...]


@resource.get("/people", scope="people.see", answers=Page[PersonRow])
def list_people(call: Call, after: After = "", limit: Limit = 50) -> dict[str, Any]:
    """Who works for the network, by name."""
    if "\0" in after:
        raise Problem(422, "after", fields=("query.after",))
    with transaction(call.line.database) as db:
        rows = people.page(db, call.line.keyring, after, limit + 1)
    return page_of(rows, limit, _person, lambda one: one.name)


@resource.get("/sites", scope="sites.see", answers=Page[SiteRow])
def list_sites(
    call: Call, kind: SiteKind | None = None, after: After = "", limit: Limit = 50
) -> dict[str, Any]:
    """Sites by name."""
    key = name_after(after)
    with transaction(call.line.database) as db:
        rows = sites.page(db, call.line.keyring, (key[1], key[0]) if key else None, limit + 1, kind)
        confirmed = site_contacts.count_confirmed(db, [row.id for row in rows])

    def made(one: Site) -> SiteRow:
        return SiteRow(
            code=one.code,
            name=one.name,
            kind=one.kind,
            zip=one.zip,
            place=one.place,
            has_plan=bool(one.plan),
            confirmed_contacts=confirmed.get(one.id, 0),
        )

    return page_of(rows, limit, made, lambda one: f"{one.key[1]}.{one.key[0]}")


@resource.get("/events", scope="events.see", answers=Page[EventRow])
def list_events(call: Call, is_past: bool = False, after: After = "", limit: Limit = 50) -> dict[str, Any]:
    """Events to come, the next one first; or those that are over, the latest first."""
    number = id_after(after)
    with transaction(call.line.database) as db:
        last = events.by_id(db, number) if number is not None else None
        if number is not None and last is None:
            raise Problem(422, "after", fields=("query.after",))
        listed = events.over if is_past else events.coming
        rows = listed(db, call.now, last.key if last else None, limit + 1)
    return page_of(rows, limit, _event, lambda one: str(one.id))


@resource.get("/texts", scope="texts.see", answers=Page[TextRow])
def list_wordings(call: Call, after: After = "", limit: Limit = 50) -> dict[str, Any]:
    """Every wording of the flows and whether it may be said, in the order of the files."""
    line, begin = call.line, id_after(after) or 0
    with transaction(line.database) as db:
        decisions = reviews.newest(db)
    today = call.now.astimezone(line.hours.zone).date()
    found = list(enumerate(list_texts(line.flow, decisions, today), 1))
    return page_of(
        found[begin : begin + limit + 1], limit, lambda one: _text(one[1]), lambda one: str(one[0])
    )


@resource.get("/held", scope="held.see", answers=HeldList)
def list_held(call: Call) -> HeldList:
    """What the line holds of people: how much, how old, when the next of it is erased."""
    return HeldList(rows=tuple(_held(one) for one in glance(call.line)))


def _person(one: Record) -> PersonRow:
    return PersonRow(
        id=one.id,
        name=one.name,
        roles=tuple(sorted(one.roles)),
        organisation=one.organisation,
        languages=tuple(spoken.tag for spoken in one.languages),
        is_available=one.is_available,
        zips=one.zips,
    )


def _event(one: Event) -> EventRow:
    return EventRow(
        id=one.id,
        state=one.state,
        name_en=one.name_en,
        name_es=one.name_es,
        place=one.place,
        zip=one.zip,
        capacity=one.capacity,
        languages=one.languages,
        note_en=one.note_en,
        note_es=one.note_es,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
    )


def _text(one: TextState) -> TextRow:
    return TextRow(
        text=one.text_id,
        language=one.language,
        channel=one.channel,
        status=one.status,
        due_on=one.review.due_on if one.review else None,
        hash=one.hash,
    )


def _held(one: Held) -> HeldRow:
    return HeldRow(
        kind=one.kind,
        rows=one.rows,
        is_estimate=one.is_estimate,
        oldest_at=one.oldest_at,
        erased_at=one.erased_at,
    )
