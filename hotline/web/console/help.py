"""Help requests: food, someone to go along, a lawyer, someone detained; and who takes them over."""

from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.domain.help import HELP_KINDS, NOTE_AT_MOST, PARTNER_AT_MOST, PARTNER_CONTACT_AT_MOST
from hotline.domain.ticket import TicketState
from hotline.operations import help_requests as operations
from hotline.operations.help_requests import HELP_REFUSALS, HelpFields, HelpRefused, PartnerFields
from hotline.operations.staff_words import KINDS, LANGUAGE_NAMES
from hotline.operations.ticket_desk import DESK_REFUSALS, DeskRefused
from hotline.store import help_requests, ticket_queue
from hotline.store.database import transaction
from hotline.store.help_requests import Partner
from hotline.store.ticket_queue import After, Wanted
from hotline.web.console.forms import Form, FormFields
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("help")

ROWS: Final = 50
STATES: Final[dict[TicketState, str]] = {
    "open": sentence("Waiting"),
    "taken": sentence("Being seen to"),
    "closed": sentence("Closed"),
}
OWN_NAMES: Final = {"es": "Español", "en": "English"}

# Why it was refused -> the field at which that is said.
FIELDS: Final[dict[str, str]] = {
    "help_kind": "kind",
    "number": "number",
    "real": "number",
    "language": "language",
    "note": "note",
    "status": "note",
    "full": "is_urgent",
    "partner_name": "name",
    "partner_known": "name",
    "partner_kinds": "kinds",
    "partner_contact": "contact",
}


@routes.get("/help", needs="tickets.see")
def show_requests(page: Page, state: str = "open", after: str = "") -> Response:
    chosen: TicketState = next((one for one in STATES if one == state), "open")
    with transaction(page.line.database) as db:
        rows = ticket_queue.page(db, Wanted(chosen, HELP_KINDS), _after(after), ROWS + 1)
    shown = rows[:ROWS]
    return page.show(
        "help/list.html",
        rows=shown,
        state=chosen,
        states=STATES,
        next=f"{'u' if shown[-1].is_urgent else 'n'}{shown[-1].id}" if len(rows) > ROWS else "",
        is_first=not after,
        what=lambda one: page.say(KINDS[one.kind]),
        spoken=lambda one: page.say(LANGUAGE_NAMES[one.language]) if one.language else "",
    )


@routes.get("/help/new", needs="tickets.work")
def new_request(page: Page) -> Response:
    return _form(page, HelpFields(""), {})


@routes.post("/help/new", needs="tickets.work")
def open_request(page: Page, form: Form) -> Response:
    fields = HelpFields(
        form.text("kind", 16),
        form.text("number", 40),
        form.text("language", 2),
        form.text("note"),
        form.is_set("is_urgent"),
    )
    try:
        code = operations.open_help(page.line, fields, page.me.name, page.now)
    except (HelpRefused, DeskRefused) as refused:
        return _form(page, fields, _wrong(page, refused))
    return page.go(f"/tickets/{code}", sentence("The request is ticket {CODE}."), CODE=code)


@routes.get("/help/partners", needs="tickets.see")
def show_partners(page: Page, after: str = "") -> Response:
    with transaction(page.line.database) as db:
        rows = help_requests.partners(db, page.line.keyring, after, ROWS + 1)
        handed = help_requests.count_handed(db, [row.id for row in rows])
    return page.show(
        "help/partners.html",
        rows=rows[:ROWS],
        handed=handed,
        next=rows[ROWS - 1].name if len(rows) > ROWS else "",
        is_first=not after,
        takes=lambda one: ", ".join(page.say(KINDS[kind]) for kind in one.kinds),
    )


@routes.get("/help/partners/new", needs="tickets.work")
def new_partner(page: Page) -> Response:
    return _partner_form(page, PartnerFields("", (), ""), None, {})


@routes.post("/help/partners/new", needs="tickets.work")
def add_partner(page: Page, form: Form) -> Response:
    fields = _partner_fields(form)
    try:
        operations.add_partner(page.line, fields, page.me.name, page.now)
    except HelpRefused as refused:
        return _partner_form(page, fields, None, _wrong(page, refused))
    return page.go("/help/partners", sentence("{NAME} is on the list."), NAME=fields.name)


@routes.get("/help/partners/{partner_id}", needs="tickets.work")
def edit_partner(page: Page, partner_id: int) -> Response:
    one = _found(page, partner_id)
    return _partner_form(page, PartnerFields(one.name, one.kinds, one.contact), one, {})


@routes.post("/help/partners/{partner_id}", needs="tickets.work")
def change_partner(page: Page, partner_id: int, form: Form) -> Response:
    one, fields = _found(page, partner_id), _partner_fields(form)
    try:
        operations.change_partner(page.line, one.id, fields, page.me.name, page.now)
    except HelpRefused as refused:
        return _partner_form(page, fields, one, _wrong(page, refused))
    return page.go("/help/partners", sentence("{NAME} is changed."), NAME=fields.name)


@routes.post("/help/partners/{partner_id}/close", needs="tickets.work")
def close_partner(page: Page, partner_id: int) -> Response:
    one = _found(page, partner_id)
    operations.close_partner(page.line, one.id, page.me.name, page.now)
    said = sentence("{NAME} is off the list. Saving its page again puts it back.")
    return page.go(f"/help/partners/{one.id}", said, NAME=one.name)


def _form(page: PageContext, fields: HelpFields, wrong: dict[str, str]) -> Response:
    return page.show(
        "help/form.html",
        status=422 if wrong else 200,
        fields=fields,
        wrong=wrong,
        kinds=[("", page.say("Choose")), *((kind, page.say(KINDS[kind])) for kind in HELP_KINDS)],
        languages=list(OWN_NAMES.items()),
        note_at_most=NOTE_AT_MOST,
    )


def _partner_form(
    page: PageContext, fields: PartnerFields, one: Partner | None, wrong: dict[str, str]
) -> Response:
    return page.show(
        "help/partner.html",
        status=422 if wrong else 200,
        fields=fields,
        one=one,
        wrong=wrong,
        kinds=[(kind, page.say(KINDS[kind])) for kind in HELP_KINDS],
        name_at_most=PARTNER_AT_MOST,
        contact_at_most=PARTNER_CONTACT_AT_MOST,
    )


def _partner_fields(form: FormFields) -> PartnerFields:
    return PartnerFields(form.text("name", 200), tuple(form.all("kinds", 16)), form.text("contact", 400))


def _wrong(page: PageContext, refused: HelpRefused | DeskRefused) -> dict[str, str]:
    sentences: dict[Any, str] = {**HELP_REFUSALS, **DESK_REFUSALS}
    if isinstance(refused, HelpRefused):
        sentences = {**HELP_REFUSALS}
    return {FIELDS.get(refused.reason, "form"): page.say(sentences[refused.reason])}


def _found(page: PageContext, partner_id: int) -> Partner:
    with transaction(page.line.database) as db:
        one = help_requests.partner_by_id(db, page.line.keyring, partner_id)
    if one is None:
        raise HTTPException(404)
    return one


def _after(given: str) -> After | None:
    digits = given[1:13]
    is_key = given[:1] in ("u", "n") and digits.isascii() and digits.isdigit()
    return (given[0] == "u", int(digits)) if is_key else None
