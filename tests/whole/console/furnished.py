"""One of everything that has a page of its own, and people who are signed in to see it."""

import time
from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import Browser, BrowserContext, ViewportSize
from sqlalchemy import text

from hotline.channels.pretend_phones import PretendPhones
from hotline.domain.language import Language
from hotline.domain.person import ROLES
from hotline.domain.phone import PhoneNumber
from hotline.domain.visitor import Visitor
from hotline.operations import (
    api_keys,
    demo_story,
    events,
    help_requests,
    hooks,
    sessions,
    sites,
    subscriber_desk,
)
from hotline.operations.alerts import draft
from hotline.operations.demo_story import Stage as StoryStage
from hotline.operations.demo_story import Story
from hotline.operations.events import Written
from hotline.operations.help_requests import HelpFields, PartnerFields
from hotline.operations.incidents import describe, enter
from hotline.operations.line import Line
from hotline.operations.merging import merge
from hotline.operations.overriding import ask_override
from hotline.operations.people import Given, add
from hotline.operations.sites import ContactFields, SiteFields
from hotline.store.database import transaction
from hotline.web.console.cookies import session_name
from tests.whole.stage import Stage

PATIENCE_MS = 30_000
FIELDS = {"cross_streets": "4th & Main", "activity": "parked", "agency": "hsi"}
SEEING: dict[Language, str] = {"es": "Ofelia", "en": "Olive"}


@dataclass(frozen=True, slots=True)
class Furnished:
    """A running hotline with the story told and one of everything; `addresses` are pages that no other page
    links to in this state; in them {key} opens one record, for each visitor another."""

    stage: Stage
    story: Story
    visitors: dict[Language, Visitor]
    tokens: dict[Language, str]
    addresses: tuple[str, ...]
    keys: dict[Language, str]


def play(stage: Stage) -> Story:
    """The demo's story without its pauses."""
    line = stage.line
    phones = PretendPhones(stage.phones_url)
    return demo_story.tell(StoryStage(line, phones, time.sleep, 0.0), demo_story.begin(line, line.clock()))


def furnish(stage: Stage) -> Furnished:
    """Play the story, and put beside it what else has a page."""
    story = play(stage)
    line, now = stage.line, stage.line.clock()
    visitors, tokens = {}, {}
    for number, (language, name) in enumerate(SEEING.items()):
        given = Given(name, f"+1213555016{number}", ROLES, "Red de Prueba", (language,), language, ())
        visitors[language], tokens[language] = signed_in(line, add(line, given, "demo", now))
    admin = visitors["es"]
    addresses = [*_incidents(line), *_alerts(line), *_places(line), *_people(line, admin)]
    lupe = PhoneNumber("+12135550101")
    keys = {
        language: subscriber_desk.open_record(
            line, lupe, "she asked us to look it up", one.name, one.session_id, now
        )
        or ""
        for language, one in visitors.items()
    }
    return Furnished(stage, story, visitors, tokens, tuple(addresses), keys)


def signed_in(line: Line, person_id: int) -> tuple[Visitor, str]:
    """Somebody who has just shown that it is them, and the token of their session."""
    now = line.clock()
    with transaction(line.database) as db:
        token = sessions.begin(db, person_id, "Chromium, Linux", now)
    visited = sessions.visit(line, token, now)
    assert visited is not None
    with transaction(line.database) as db:
        proven = sessions.prove(db, visited.visitor, now)
    assert proven is not None
    return visited.visitor, proven


def opened(browser: Browser, furnished: Furnished, language: Language, size: ViewportSize) -> BrowserContext:
    """A browser of somebody who may see everything, in one language."""
    context = browser.new_context(viewport=size, locale=language)
    context.set_default_timeout(PATIENCE_MS)
    name, token = session_name(is_secure=False), furnished.tokens[language]
    context.add_cookies([{"name": name, "value": token, "url": furnished.stage.url}])
    return context


def _incidents(line: Line) -> list[str]:
    """One that is being looked at, one that waits for an override, one that is part of another."""
    now = line.clock()
    _, open_one = enter(line, "Ana", {"place": "4th & Main", "activity": "una van"}, now, is_urgent=True)
    describe(line, open_one, "Ana", FIELDS, "90015", now)
    ask_override(line, open_one, "Ana", "The church phoned: agents are inside", now)
    _, same = enter(line, "Ana", {"place": "Main y la 4", "activity": "camionetas"}, now)
    _, part = enter(line, "Ana", {"place": "Main y 4th"}, now)
    merge(line, part, open_one, "Ana", "same corner", now)
    root = f"/console/incidents/{open_one}"
    return [
        f"{root}/override",
        f"{root}/override/agree",
        f"{root}/step/verifying",
        f"/console/incidents/{same}/merge/{open_one}",
        f"/console/incidents/{part}/unmerge",
        f"{root}/sites",
        "/console/incidents?show=done",
    ]


def _alerts(line: Line) -> list[str]:
    code = draft(line, line.clock(), "test", {}, "Ana", area="boyle_heights")
    root = f"/console/alerts/{code}"
    kinds = ("test", "event", "official_notice", "kyr_reminder")
    return [f"{root}/release", f"{root}/withdraw", *(f"/console/alerts/new?kind={kind}" for kind in kinds)]


def _places(line: Line) -> list[str]:
    now = line.clock()
    site = sites.add(line, SiteFields("Escuela Ejemplo", "school", "90033", "1st & Soto"), "Ana", now)
    contact = sites.add_contact(
        line, site, ContactFields("Marta", "+12135550171", "es", "directora"), "Ana", now
    )
    local = (now + timedelta(days=3)).astimezone(line.hours.zone)
    starts, ends = local.strftime("%Y-%m-%dT10:00"), local.strftime("%Y-%m-%dT12:00")
    written = Written("Rights workshop", "Taller de derechos", "Centro Ejemplo", "90033", starts, ends)
    event = events.add(line, written, "Ana", now)
    events.move(line, event, "confirmed", "Ana", now)
    fields = PartnerFields("Ayuda Legal Ejemplo", ["lawyer"], "213-555-0107")
    partner = help_requests.add_partner(line, fields, "Ana", now)
    ticket = help_requests.open_help(line, HelpFields("lawyer", "+12135550172", note="una cita"), "Ana", now)
    return [
        f"/console/sites/{site}",
        f"/console/sites/{site}/edit",
        f"/console/sites/{site}/close",
        f"/console/sites/{site}/contacts/{contact}/remove",
        f"/console/events/{event}",
        f"/console/events/{event}/edit",
        f"/console/events/{event}/cancel",
        f"/console/alerts/new?kind=event&event={event}",
        f"/console/help/partners/{partner}",
        f"/console/tickets/{ticket}",
    ]


def _people(line: Line, admin: Visitor) -> list[str]:
    now = line.clock()
    key, _ = api_keys.make(line, "Otra red", ["alerts.see"], 90, admin, now)
    hook = hooks.add(line, "http://127.0.0.1:9/hook", ["alert.released"], admin.name, now)
    with transaction(line.database) as db:
        ana = db.scalar(text("SELECT id FROM person WHERE language = 'es' ORDER BY id LIMIT 1"))
    person = f"/console/people/{ana}"
    return [
        "/console/texts/home/block",
        "/console/subscribers/record?key={key}",
        "/console/subscribers/stop?key={key}",
        *(person, f"{person}/edit", f"{person}/number", f"{person}/leave"),
        f"/console/keys/{key}/end",
        f"/console/hooks/{hook.hook_id}",
        f"/console/hooks/{hook.hook_id}/end",
    ]
