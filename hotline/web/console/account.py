"""One's own account: where one is signed in, what one signs in with, in which language; and proof anew."""

from collections.abc import Callable
from typing import Final

from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.domain.language import LANGUAGES
from hotline.operations import accounts, second_factor, sessions
from hotline.operations.account_refusals import REASONS, AccountReason, AccountRefused
from hotline.web.console.forms import Form
from hotline.web.console.onward import below, require_proof, typed
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("account")

OWN_NAMES: Final = {"es": "Español", "en": "English"}
_PASSWORD_FIELDS: Final[dict[AccountReason, str]] = {"wrong_password": "old", "wait": "old"}


@routes.get("/account", needs="account.own")
def show_account(page: Page) -> Response:
    return _account(page)


@routes.post("/account/password", needs="account.own")
def change_password(page: Page, form: Form) -> Response:
    new, again = typed(form, "new"), typed(form, "again")
    if new != again:
        return _account(page, {"again": page.say("The two are not the same.")})
    try:
        token = accounts.change_password(page.line, page.me, typed(form, "old"), new, page.now)
    except AccountRefused as refused:
        return _account(
            page, {_PASSWORD_FIELDS.get(refused.reason, "new"): page.say(REASONS[refused.reason])}
        )
    page.request.state.new_token = token
    return page.go("/account", sentence("Your password is changed. Your other sessions are ended."))


@routes.post("/account/language", needs="account.own")
def set_language(page: Page, form: Form) -> Response:
    chosen = next((language for language in LANGUAGES if language == form.text("language", 2)), None)
    if chosen is not None:
        accounts.set_language(page.line, page.me, chosen, page.now)
    return page.go("/account")


@routes.post("/account/sessions/end", needs="account.own")
def end_session(page: Page, form: Form) -> Response:
    wanted = form.text("session", 20)
    if wanted.isdecimal():
        sessions.end_own(page.line, page.me, int(wanted), page.now)
    return page.go("/account", sentence("That session is ended."))


@routes.post("/account/sessions/end-others", needs="account.own")
def end_others(page: Page) -> Response:
    sessions.end_others(page.line, page.me, page.now)
    return page.go("/account", sentence("Your other sessions are ended."))


@routes.get("/account/code", needs="account.own")
def new_code(page: Page) -> Response:
    require_proof(page, "/account/code")
    return _code(page)


@routes.post("/account/code", needs="account.own")
def keep_code(page: Page, form: Form) -> Response:
    require_proof(page, "/account")
    try:
        accounts.add_code(page.line, page.me, form.text("sealed", 500), form.text("code", 20), page.now)
    except AccountRefused as refused:
        return _code(page, page.say(REASONS[refused.reason]))
    return page.go("/account", sentence("Codes of your app are asked for from now on."))


@routes.post("/account/code/remove", needs="account.own")
def remove_code(page: Page) -> Response:
    require_proof(page, "/account")
    return _remove(page, lambda: accounts.remove_code(page.line, page.me, page.now))


@routes.get("/account/passkey", needs="account.own")
def new_passkey(page: Page) -> Response:
    require_proof(page, "/account/passkey")
    return _passkey(page)


@routes.post("/account/passkey", needs="account.own")
def keep_passkey(page: Page, form: Form) -> Response:
    require_proof(page, "/account")
    try:
        accounts.add_passkey(
            page.line,
            page.me,
            form.text("proof", 100),
            form.text("passkey", 20_000),
            form.text("name", 40) or "1",
            page.desk.public_url,
            page.now,
        )
    except AccountRefused as refused:
        return _passkey(page, page.say(REASONS[refused.reason]))
    return page.go("/account", sentence("Your passkey is kept."))


@routes.post("/account/passkey/remove", needs="account.own")
def remove_passkey(page: Page, form: Form) -> Response:
    require_proof(page, "/account")
    wanted = form.text("passkey", 20)
    passkey_id = int(wanted) if wanted.isdecimal() else 0
    return _remove(page, lambda: accounts.remove_passkey(page.line, page.me, passkey_id, page.now))


@routes.get("/step-up", needs="account.own")
def ask_proof(page: Page, next: str = "") -> Response:
    return _step_up(page, below(next))


@routes.post("/step-up", needs="account.own")
def prove(page: Page, form: Form) -> Response:
    line, me, now = page.line, page.me, page.now
    code, shown = form.text("code", 20), form.text("passkey", 20_000)
    try:
        if shown:
            proof = form.text("proof", 100)
            token = accounts.step_up_with_passkey(line, me, proof, shown, page.desk.public_url, now)
        elif code:
            token = accounts.step_up_with_code(line, me, code, now)
        else:
            token = accounts.step_up_with_password(line, me, typed(form, "password"), now)
    except AccountRefused as refused:
        return _step_up(page, below(form.text("next")), page.say(REASONS[refused.reason]))
    page.request.state.new_token = token
    return page.go(below(form.text("next")))


def _account(page: PageContext, wrong: dict[str, str] | None = None) -> Response:
    return page.show(
        "account/account.html",
        status=422 if wrong else 200,
        own=accounts.own_account(page.line, page.me),
        sessions=sessions.own_sessions(page.line, page.me, page.now),
        can_have_passkeys=second_factor.can_have_passkeys(page.desk.public_url),
        languages=list(OWN_NAMES.items()),
        wrong=wrong or {},
    )


def _code(page: PageContext, wrong: str = "") -> Response:
    fresh = second_factor.new_code(page.line, page.me.person_id, page.me.name)
    return page.show("account/code.html", status=422 if wrong else 200, fresh=fresh, wrong=wrong)


def _passkey(page: PageContext, wrong: str = "") -> Response:
    asked = accounts.ask_passkey(page.line, page.me, "passkey", page.desk.public_url, page.now)
    return page.show("account/passkey.html", status=422 if wrong else 200, asked=asked, wrong=wrong)


def _step_up(page: PageContext, next: str, wrong: str = "") -> Response:
    return page.show(
        "account/step_up.html",
        status=401 if wrong else 200,
        own=accounts.own_account(page.line, page.me),
        asked=accounts.ask_passkey(page.line, page.me, "step_up", page.desk.public_url, page.now),
        next=next,
        wrong=wrong,
    )


def _remove(page: PageContext, task: Callable[[], None]) -> Response:
    try:
        task()
    except AccountRefused as refused:
        return page.go("/account", REASONS[refused.reason])
    return page.go("/account", sentence("It is removed."))
