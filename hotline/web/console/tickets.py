"""Tickets and voicemails: who waits for an answer, and what is done about it."""

from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.domain.code import read_code
from hotline.domain.help import CLOSINGS, HELP_KINDS, HELP_OF_TOPIC, NOTE_AT_MOST, Closing
from hotline.domain.ports import CarrierUnreachable
from hotline.domain.ticket import TicketKind, TicketState
from hotline.operations import ticket_desk
from hotline.operations.staff_words import GO_ANSWERS, KINDS, LANGUAGE_NAMES, TAKE_ANSWERS, TOPICS
from hotline.operations.ticket_desk import DESK_REFUSALS, DeskRefused
from hotline.store import help_requests, recordings, ticket_queue, tickets
from hotline.store.database import transaction
from hotline.store.sealing import CannotOpen
from hotline.store.ticket_queue import After, Wanted
from hotline.store.tickets import Ticket
from hotline.web.console.forms import Form
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("tickets")

ROWS: Final = 50

TABS: Final[dict[str, str]] = {
    "open": sentence("Waiting"),
    "mine": sentence("Mine"),
    "taken": sentence("Being seen to"),
    "closed": sentence("Closed"),
}
CLOSING_WORDS: Final[dict[Closing, str]] = {
    "helped": sentence("They have what they asked for"),
    "handed_over": sentence("A partner organisation sees to it"),
    "not_reached": sentence("We did not reach them"),
    "not_needed": sentence("They need it no longer"),
    "could_not_help": sentence("We could not help"),
    "mistake": sentence("It was a mistake or no request"),
}


@routes.get("/tickets", needs="tickets.see")
def show_queue(page: Page, tab: str = "open", kind: str = "", after: str = "") -> Response:
    tab = tab if tab in TABS else "open"
    chosen = ticket_desk.ticket_kind(kind)
    with transaction(page.line.database) as db:
        rows = ticket_queue.page(db, _wanted(page, tab, chosen), _after(after), ROWS + 1)
        heard = ticket_queue.with_recordings(db, [row.id for row in rows])
        counts = ticket_queue.counts(db)
    shown = rows[:ROWS]
    return page.show(
        "tickets/list.html",
        rows=shown,
        heard=heard,
        counts=counts,
        tab=tab,
        tabs=TABS,
        kind=chosen or "",
        kinds=_kinds(page),
        next=_key(shown[-1]) if len(rows) > ROWS else "",
        is_first=not after,
        **_words(page),
    )


@routes.get("/tickets/{code}", needs="tickets.see")
def show_ticket(page: Page, code: str) -> Response:
    with transaction(page.line.database) as db:
        one = tickets.by_code(db, read_code(code) or "")
        if one is None:
            raise HTTPException(404)
        more = help_requests.more_of(db, page.line.keyring, one.id)
        partners = help_requests.partners(db, page.line.keyring)
        try:
            heard = recordings.of_ticket(db, page.line.keyring, one.id)
        except CannotOpen:
            heard = []
    fit = [partner for partner in partners if one.kind not in HELP_KINDS or one.kind in partner.kinds]
    return page.show(
        "tickets/one.html",
        one=one,
        more=more,
        recordings=heard,
        partners=[(partner.id, partner.name) for partner in fit],
        partner=next((partner for partner in partners if partner.id == more.partner_id), None),
        helps=[(kind, page.say(KINDS[kind])) for kind in HELP_KINDS],
        likely=HELP_OF_TOPIC.get(one.topic, ""),
        closings=[(closing, page.say(CLOSING_WORDS[closing])) for closing in CLOSINGS],
        ended=page.say(CLOSING_WORDS[more.outcome]) if more.outcome else "",
        note_at_most=NOTE_AT_MOST,
        is_mine=one.owner == page.me.name and one.state == "taken",
        is_workable=one.state != "closed" and (one.state == "open" or one.owner == page.me.name),
        **_words(page),
    )


@routes.post("/tickets/{code}/take", needs="tickets.work")
def take(page: Page, code: str) -> Response:
    try:
        answer = ticket_desk.take(page.line, code, page.me.name, page.now)
    except DeskRefused as refused:
        return _refused(page, code, refused)
    return page.go(f"/tickets/{code}", TAKE_ANSWERS[answer], CODE=code)


@routes.post("/tickets/{code}/ring", needs="tickets.work")
def ring(page: Page, code: str) -> Response:
    """The dispatcher's phone rings, then the person's: what the text GO does."""
    try:
        answer = ticket_desk.ring(page.line, code, page.me.name, page.now)
    except DeskRefused as refused:
        return _refused(page, code, refused)
    return page.go(f"/tickets/{code}", GO_ANSWERS[answer], CODE=code)


@routes.post("/tickets/{code}/back", needs="tickets.work")
def put_back(page: Page, code: str) -> Response:
    try:
        ticket_desk.put_back(page.line, code, page.me.name, page.now)
    except DeskRefused as refused:
        return _refused(page, code, refused)
    return page.go("/tickets", sentence("Ticket {CODE} waits for somebody again."), CODE=code)


@routes.post("/tickets/{code}/close", needs="tickets.work")
def close(page: Page, code: str, form: Form) -> Response:
    try:
        ticket_desk.close(page.line, code, form.text("outcome"), page.me.name, page.now)
    except DeskRefused as refused:
        return _refused(page, code, refused)
    return page.go(
        f"/tickets/{code}", sentence("Ticket {CODE} is closed. It can be opened again."), CODE=code
    )


@routes.post("/tickets/{code}/reopen", needs="tickets.work")
def reopen(page: Page, code: str) -> Response:
    try:
        ticket_desk.reopen(page.line, code, page.me.name, page.now)
    except DeskRefused as refused:
        return _refused(page, code, refused)
    return page.go(f"/tickets/{code}", sentence("Ticket {CODE} waits for somebody again."), CODE=code)


@routes.post("/tickets/{code}/hand-over", needs="tickets.work")
def hand_over(page: Page, code: str, form: Form) -> Response:
    partner = form.text("partner", 12)
    try:
        partner_id = int(partner) if partner.isascii() and partner.isdigit() else 0
        ticket_desk.hand_over(page.line, code, partner_id, page.me.name, page.now)
    except DeskRefused as refused:
        return _refused(page, code, refused)
    said = sentence("Ticket {CODE} is handed over. It waits again in two days, to ask what became of it.")
    return page.go(f"/tickets/{code}", said, CODE=code)


@routes.post("/tickets/{code}/note", needs="tickets.work")
def write_note(page: Page, code: str, form: Form) -> Response:
    try:
        ticket_desk.note(page.line, code, form.text("note"), page.me.name, page.now)
    except DeskRefused as refused:
        return _refused(page, code, refused)
    return page.go(f"/tickets/{code}", sentence("The note is kept."))


@routes.post("/tickets/{code}/kind", needs="tickets.work")
def make_help(page: Page, code: str, form: Form) -> Response:
    try:
        ticket_desk.make_help(page.line, code, form.text("kind", 16), page.me.name, page.now)
    except DeskRefused as refused:
        return _refused(page, code, refused)
    return page.go(f"/tickets/{code}", sentence("Ticket {CODE} is a help request now."), CODE=code)


@routes.get("/recordings/{recording_id}.audio", needs="recordings.hear", is_recorded=True)
def hear(page: Page, recording_id: int) -> Response:
    """The bytes as the carrier gives them; kept nowhere on the way."""
    try:
        found = ticket_desk.hear(page.line, recording_id, page.me.name, page.now)
        audio = page.line.records.recording_audio(found.sid) if found else b""
    except (CannotOpen, CarrierUnreachable):
        raise HTTPException(404) from None
    if not audio:
        raise HTTPException(404)
    return Response(audio, media_type=_kind_of(audio), headers={"Cache-Control": "no-store"})


def _kind_of(audio: bytes) -> str:
    """WAV or MP3: what carriers keep recordings as."""
    return "audio/wav" if audio[:4] == b"RIFF" else "audio/mpeg"


def _wanted(page: PageContext, tab: str, kind: TicketKind | None) -> Wanted:
    kinds = (kind,) if kind else ()
    if tab == "mine":
        return Wanted("taken", kinds, page.me.name)
    states: dict[str, TicketState] = {"open": "open", "taken": "taken", "closed": "closed"}
    return Wanted(states[tab], kinds)


def _key(row: Ticket) -> str:
    return f"{'u' if row.is_urgent else 'n'}{row.id}"


def _after(given: str) -> After | None:
    digits = given[1:13]
    is_key = given[:1] in ("u", "n") and digits.isascii() and digits.isdigit()
    return (given[0] == "u", int(digits)) if is_key else None


def _kinds(page: PageContext) -> list[tuple[str, str]]:
    every = [(kind, page.say(words)) for kind, words in KINDS.items()]
    return [("", page.say("Everything")), *every]


def _words(page: PageContext) -> dict[str, Any]:
    return {
        "what": lambda one: page.say(KINDS[one.kind]),
        "about": lambda one: page.say(TOPICS[one.topic]) if one.topic in TOPICS else "",
        "spoken": lambda one: page.say(LANGUAGE_NAMES[one.language]) if one.language else "",
    }


def _refused(page: PageContext, code: str, refused: DeskRefused) -> Response:
    if refused.reason == "unknown":
        raise HTTPException(404)
    return page.go(f"/tickets/{code}", DESK_REFUSALS[refused.reason])
