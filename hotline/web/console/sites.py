"""Sites: schools, workplaces, hotels, markets; their contacts, their plan, their flyer."""

from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.domain.code import read_code
from hotline.domain.site import (
    NAME_AT_MOST,
    NOTE_AT_MOST,
    PERSON_AT_MOST,
    PLACE_AT_MOST,
    PLAN_AT_MOST,
    ROLE_AT_MOST,
    SITE_KINDS,
    ContactState,
)
from hotline.operations import sites as operations
from hotline.operations.flyers import flyer
from hotline.operations.sites import (
    KIND_WORDS,
    SITE_REFUSALS,
    STATE_WORDS,
    ContactFields,
    SiteFields,
    SiteRefusal,
    SiteRefused,
)
from hotline.store import site_contacts, sites
from hotline.store.database import transaction
from hotline.store.sites import After, Site
from hotline.web.console.forms import Form, FormFields
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("sites")

ROWS: Final = 50
REPORTS: Final = 10
OWN_NAMES: Final = {"es": "Español", "en": "English"}
TONES: Final[dict[ContactState, str]] = {"asked": "busy", "confirmed": "good", "declined": "bad"}

# Why it was refused -> the field at which that is said.
FIELDS: Final[dict[SiteRefusal, str]] = {
    "name": "name",
    "kind": "kind",
    "zip": "zip",
    "place": "place",
    "plan": "plan",
    "person": "person",
    "role": "role",
    "note": "note",
    "number": "number",
    "real": "number",
    "contact_known": "number",
    "opted_out": "number",
    "language": "language",
}


@routes.get("/sites", needs="sites.see")
def show_sites(page: Page, kind: str = "", after: str = "") -> Response:
    chosen = next((one for one in SITE_KINDS if one == kind), None)
    with transaction(page.line.database) as db:
        rows = sites.page(db, page.line.keyring, _after(after), ROWS + 1, chosen)
        confirmed = site_contacts.count_confirmed(db, [row.id for row in rows])
        counts = sites.count_by_kind(db)
    shown = rows[:ROWS]
    return page.show(
        "sites/list.html",
        rows=shown,
        confirmed=confirmed,
        counts=counts,
        kind=chosen or "",
        kinds=_kinds(page),
        next=f"{shown[-1].key[1]}.{shown[-1].key[0]}" if len(rows) > ROWS else "",
        is_first=not after,
        **_words(page),
    )


@routes.get("/sites/new", needs="sites.edit")
def new_site(page: Page) -> Response:
    return _form(page, SiteFields("", "", ""), None, None)


@routes.post("/sites/new", needs="sites.edit")
def add_site(page: Page, form: Form) -> Response:
    fields = _fields(form)
    try:
        code = operations.add(page.line, fields, page.me.name, page.now)
    except SiteRefused as refused:
        return _form(page, fields, None, refused)
    return page.go(f"/sites/{code}", sentence("{NAME} has the code {CODE}."), NAME=fields.name, CODE=code)


@routes.get("/sites/{code}", needs="sites.see")
def show_site(page: Page, code: str) -> Response:
    return _show(page, _found(page, code), ContactFields("", "", "es"), None)


@routes.get("/sites/{code}/edit", needs="sites.edit")
def edit_site(page: Page, code: str) -> Response:
    one = _found(page, code)
    return _form(page, SiteFields(one.name, one.kind, one.zip, one.place, one.plan), one, None)


@routes.post("/sites/{code}/edit", needs="sites.edit")
def change_site(page: Page, code: str, form: Form) -> Response:
    one, fields = _found(page, code), _fields(form)
    try:
        operations.change(page.line, one.code, fields, page.me.name, page.now)
    except SiteRefused as refused:
        return _form(page, fields, one, refused)
    return page.go(f"/sites/{one.code}", sentence("{NAME} is changed."), NAME=fields.name)


@routes.get("/sites/{code}/flyer.pdf", needs="sites.see")
def print_flyer(page: Page, code: str) -> Response:
    one, line = _found(page, code), page.line
    organisation = line.library().values["es"].get("ORG", "")
    made = flyer(organisation, one.name, one.code, line.voice_number)
    name = f'inline; filename="{one.code}.pdf"'
    return Response(made, media_type="application/pdf", headers={"Content-Disposition": name})


@routes.get("/sites/{code}/close", needs="sites.edit")
def ask_to_close(page: Page, code: str) -> Response:
    return page.show("sites/close.html", one=_found(page, code))


@routes.post("/sites/{code}/close", needs="sites.edit")
def close_site(page: Page, code: str) -> Response:
    one = _found(page, code)
    operations.close(page.line, one.code, page.me.name, page.now)
    return page.go("/sites", sentence("{NAME} is closed; its plan and contacts are erased."), NAME=one.name)


@routes.post("/sites/{code}/contacts", needs="sites.edit")
def add_contact(page: Page, code: str, form: Form) -> Response:
    one = _found(page, code)
    fields = ContactFields(
        form.text("person", 200),
        form.text("number", 40),
        form.text("language", 2),
        form.text("role", 200),
        form.text("note", 600),
    )
    try:
        operations.add_contact(page.line, one.code, fields, page.me.name, page.now)
    except SiteRefused as refused:
        return _show(page, one, fields, refused)
    return page.go(f"/sites/{one.code}", sentence("A text is on its way: they confirm from their own phone."))


@routes.post("/sites/{code}/contacts/{contact_id}/ask", needs="sites.edit")
def ask_contact(page: Page, code: str, contact_id: int) -> Response:
    one = _found(page, code)
    try:
        operations.ask_again(page.line, one.code, contact_id, page.me.name, page.now)
    except SiteRefused as refused:
        return page.go(f"/sites/{one.code}", SITE_REFUSALS[refused.reason])
    return page.go(f"/sites/{one.code}", sentence("A text is on its way: they confirm from their own phone."))


@routes.get("/sites/{code}/contacts/{contact_id}/remove", needs="sites.edit")
def ask_to_remove(page: Page, code: str, contact_id: int) -> Response:
    one = _found(page, code)
    with transaction(page.line.database) as db:
        contact = site_contacts.by_id(db, page.line.keyring, contact_id)
    if contact is None or contact.site_id != one.id:
        raise HTTPException(404)
    return page.show("sites/remove.html", one=one, contact=contact)


@routes.post("/sites/{code}/contacts/{contact_id}/remove", needs="sites.edit")
def remove_contact(page: Page, code: str, contact_id: int) -> Response:
    one = _found(page, code)
    try:
        operations.remove_contact(page.line, one.code, contact_id, page.me.name, page.now)
    except SiteRefused:
        raise HTTPException(404) from None
    return page.go(f"/sites/{one.code}", sentence("The contact is erased."))


def _found(page: PageContext, code: str) -> Site:
    with transaction(page.line.database) as db:
        one = sites.by_code(db, page.line.keyring, read_code(code) or "")
    if one is None:
        raise HTTPException(404)
    return one


def _show(page: PageContext, one: Site, fields: ContactFields, refused: SiteRefused | None) -> Response:
    with transaction(page.line.database) as db:
        contacts = site_contacts.of_sites(db, page.line.keyring, [one.id])
        told = sites.reports_of(db, one.id, REPORTS)
    return page.show(
        "sites/one.html",
        status=422 if refused else 200,
        one=one,
        contacts=contacts,
        reports=told,
        fields=fields,
        wrong=_wrong(page, refused),
        languages=list(OWN_NAMES.items()),
        person_at_most=PERSON_AT_MOST,
        role_at_most=ROLE_AT_MOST,
        note_at_most=NOTE_AT_MOST,
        state_of=lambda contact: page.say(STATE_WORDS[contact.state]),
        tone_of=lambda contact: TONES[contact.state],
        **_words(page),
    )


def _form(page: PageContext, fields: SiteFields, one: Site | None, refused: SiteRefused | None) -> Response:
    return page.show(
        "sites/form.html",
        status=422 if refused else 200,
        fields=fields,
        one=one,
        wrong=_wrong(page, refused),
        kinds=[("", page.say("Choose")), *_kinds(page)],
        name_at_most=NAME_AT_MOST,
        place_at_most=PLACE_AT_MOST,
        plan_at_most=PLAN_AT_MOST,
    )


def _fields(form: FormFields) -> SiteFields:
    return SiteFields(
        form.text("name", 200),
        form.text("kind", 12),
        form.text("zip", 10),
        form.text("place", 200),
        form.text("plan", PLAN_AT_MOST + 1),
    )


def _wrong(page: PageContext, refused: SiteRefused | None) -> dict[str, str]:
    if refused is None:
        return {}
    return {FIELDS.get(refused.reason, "form"): page.say(SITE_REFUSALS[refused.reason])}


def _kinds(page: PageContext) -> list[tuple[str, str]]:
    return [(kind, page.say(words)) for kind, words in KIND_WORDS.items()]


def _words(page: PageContext) -> dict[str, Any]:
    return {"kind_of": lambda one: page.say(KIND_WORDS[one.kind])}


def _after(given: str) -> After | None:
    row_id, point, name = given.partition(".")
    is_key = point and row_id.isascii() and row_id.isdigit() and len(row_id) < 16
    return (name, int(row_id)) if is_key else None
