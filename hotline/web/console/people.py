"""People: who works for the network, in which roles, and who is on duty."""

from dataclasses import dataclass
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.domain.language import LANGUAGES
from hotline.domain.person import ROLES
from hotline.operations import people as operations
from hotline.operations.languages import name_of
from hotline.operations.people import REFUSALS, Given, PersonRefused, Reason
from hotline.operations.staff_words import ROLE_NAMES
from hotline.store import audit, people
from hotline.store.database import transaction
from hotline.store.people import Record
from hotline.web.console.forms import Form, FormFields
from hotline.web.console.onward import require_proof
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("people")

ROWS: Final = 50

# The names of the languages that staff texts come in, each in itself.
OWN_NAMES: Final = {"es": "Español", "en": "English"}

# Why it was refused -> the field at which that is said.
FIELDS: Final[dict[Reason, str]] = {
    "name": "name",
    "name_taken": "name",
    "role": "roles",
    "organisation": "organisation",
    "spoken": "spoken",
    "number": "number",
    "number_taken": "number",
    "real": "number",
    "language": "language",
    "zip": "zips",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands in the fields of the form."""

    name: str = ""
    roles: tuple[str, ...] = ()
    number: str = ""
    organisation: str = ""
    spoken: str = ""
    language: str = "es"
    zips: str = ""


@routes.get("/people", needs="people.see")
def list_people(page: Page, after: str = "", left: int = 0) -> Response:
    with transaction(page.line.database) as db:
        found = people.page(db, page.line.keyring, after, ROWS + 1, with_left=bool(left))
    rows, more = found[:ROWS], len(found) > ROWS
    return page.show(
        "people/list.html",
        rows=rows,
        next=rows[-1].name if more else "",
        is_first=not after,
        with_left=bool(left),
        is_nobody=not page.line.people().with_role("dispatcher"),
        **_words(page),
    )


@routes.get("/people/new", needs="people.edit")
def new_person(page: Page) -> Response:
    require_proof(page, "/people/new")
    return _form(page, Sheet(), None)


@routes.post("/people/new", needs="people.edit")
def add_person(page: Page, form: Form) -> Response:
    require_proof(page, "/people/new")
    sheet = _sheet(form)
    try:
        given = _given(sheet, number=sheet.number)
        person_id = operations.add(
            page.line, given, page.me.name, page.now, is_available=form.is_set("is_available")
        )
    except PersonRefused as refused:
        return _form(page, sheet, None, refused)
    return page.go(f"/people/{person_id}", sentence("{NAME} is one of us now."), NAME=sheet.name)


@routes.get("/people/{person_id}", needs="people.see")
def show_person(page: Page, person_id: int) -> Response:
    return page.show("people/person.html", one=_found(page, person_id), number=None, **_words(page))


@routes.get("/people/{person_id}/number", needs="people.number", is_recorded=True)
def show_number(page: Page, person_id: int) -> Response:
    """The whole number, after showing once more who asks; that it was shown is written down."""
    one = _found(page, person_id)
    if one.phone is None:
        raise HTTPException(404)
    with transaction(page.line.database) as db:
        audit.record(db, page.me.name, "person.number", str(one.id), page.now)
    return page.show("people/person.html", one=one, number=one.phone.e164, **_words(page))


@routes.get("/people/{person_id}/edit", needs="people.edit")
def edit_person(page: Page, person_id: int) -> Response:
    require_proof(page, f"/people/{person_id}/edit")
    one = _active(page, person_id)
    return _form(
        page,
        Sheet(
            name=one.name,
            roles=tuple(one.roles),
            organisation=one.organisation,
            spoken="\n".join(str(spoken) for spoken in one.languages),
            language=one.language,
            zips=" ".join(one.zips),
        ),
        one,
    )


@routes.post("/people/{person_id}/edit", needs="people.edit")
def change_person(page: Page, person_id: int, form: Form) -> Response:
    require_proof(page, f"/people/{person_id}/edit")
    one, sheet = _active(page, person_id), _sheet(form)
    try:
        given = _given(sheet, number=sheet.number or None)
        operations.change(page.line, one.id, given, page.me.name, page.now)
    except PersonRefused as refused:
        return _form(page, sheet, one, refused)
    return page.go(f"/people/{one.id}", sentence("{NAME} is changed."), NAME=sheet.name)


@routes.post("/people/{person_id}/duty", needs="people.edit")
def put_on_duty(page: Page, person_id: int, form: Form) -> Response:
    one = _active(page, person_id)
    return _put_on(page, one, form, f"/people/{one.id}")


@routes.post("/people/{person_id}/pin", needs="people.edit")
def give_pin(page: Page, person_id: int, form: Form) -> Response:
    """A new PIN, on this answer and never again."""
    require_proof(page, f"/people/{person_id}")
    one = _active(page, person_id)
    pin = operations.give_pin(page.line, one.id, page.me.name, page.now)
    return page.show("people/pin.html", one=one, pin=pin)


@routes.get("/people/{person_id}/leave", needs="people.edit")
def ask_leave(page: Page, person_id: int) -> Response:
    return page.show("people/leave.html", one=_active(page, person_id))


@routes.post("/people/{person_id}/leave", needs="people.edit")
def let_leave(page: Page, person_id: int, form: Form) -> Response:
    require_proof(page, f"/people/{person_id}/leave")
    one = _active(page, person_id)
    operations.leave(page.line, one.id, page.me.name, page.now)
    return page.go("/people", sentence("{NAME} has left."), NAME=one.name)


@routes.get("/duty", needs="account.own")
def my_duty(page: Page) -> Response:
    return page.show("people/duty.html", one=_found(page, page.me.person_id))


@routes.post("/duty", needs="account.own")
def put_me_on_duty(page: Page, form: Form) -> Response:
    return _put_on(page, _active(page, page.me.person_id), form, "/duty")


def _put_on(page: PageContext, one: Record, form: FormFields, back: str) -> Response:
    is_on = form.text("on") == "1"
    operations.put_on(page.line, one.id, is_on, page.me.name, page.now)
    said = sentence("{NAME} is on duty.") if is_on else sentence("{NAME} is off duty.")
    return page.go(back, said, NAME=one.name)


def _found(page: PageContext, person_id: int) -> Record:
    with transaction(page.line.database) as db:
        one = people.by_id(db, page.line.keyring, person_id)
    if one is None:
        raise HTTPException(404)
    return one


def _active(page: PageContext, person_id: int) -> Record:
    """Somebody who has not left: of who left nothing can be changed."""
    one = _found(page, person_id)
    if one.left_at is not None:
        raise HTTPException(404)
    return one


def _sheet(form: FormFields) -> Sheet:
    return Sheet(
        name=form.text("name", 80),
        roles=tuple(form.all("roles")),
        number=form.text("number", 40),
        organisation=form.text("organisation", 200),
        spoken=form.text("spoken"),
        language=form.text("language", 8),
        zips=form.text("zips"),
    )


def _given(sheet: Sheet, number: str | None) -> Given:
    return Given(
        sheet.name,
        number,
        sheet.roles,
        sheet.organisation,
        sheet.spoken.splitlines(),
        sheet.language,
        sheet.zips.replace(",", " ").split(),
    )


def _form(
    page: PageContext, sheet: Sheet, one: Record | None, refused: PersonRefused | None = None
) -> Response:
    """The form; refused, it keeps what was typed and says what is wrong where it is wrong."""
    if refused is not None and refused.reason not in FIELDS:  # they left meanwhile
        raise HTTPException(404)
    wrong = FIELDS[refused.reason] if refused else ""
    fault = f"{page.say(REFUSALS[refused.reason])} {refused.detail}".strip() if refused else ""
    return page.show(
        "people/form.html",
        status=422 if refused else 200,
        sheet=sheet,
        one=one,
        wrong={wrong: fault},
        role_choices=[(role, page.say(ROLE_NAMES[role])) for role in ROLES],
        language_choices=[(language, OWN_NAMES[language]) for language in LANGUAGES],
    )


def _words(page: PageContext) -> dict[str, Any]:
    """How roles and languages are called on this page."""

    def roles(one: Record) -> str:
        return ", ".join(page.say(ROLE_NAMES[role]) for role in ROLES if role in one.roles)

    def languages(one: Record) -> str:
        return ", ".join(name_of(spoken, page.language) for spoken in one.languages)

    return {"roles_of": roles, "languages_of": languages, "own_names": OWN_NAMES}
