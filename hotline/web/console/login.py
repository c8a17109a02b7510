"""The door: signing in by name and password, then a second proof; taking up an invitation; signing out."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from fastapi import Request
from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.operations import invitations, sessions, sign_in
from hotline.operations.account_refusals import REASONS, AccountRefused
from hotline.operations.invitations import Second
from hotline.operations.sign_in import Caller, NeedsSecond, NotSignedIn, SignedIn
from hotline.web.console import cookies
from hotline.web.console.forms import Form, FormFields
from hotline.web.console.onward import below, typed
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("login")

DEVICE_S: Final = 180 * 24 * 3600

WRONG: Final = sentence("Name, password or code is wrong. Try again.")
WAIT: Final = sentence("That was tried too often. Wait {SECONDS} seconds and try again.")
AGAIN: Final = sentence("That did not work, or it took too long. Begin again with your password.")

# What a browser calls itself -> how its owner knows it again. The first that fits.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@routes.get("/login", needs="nobody")
def login(page: Page, next: str = "") -> Response:
    if page.visitor is not None:
        return page.go(below(next))
    return page.show("account/login.html", next=below(next), name="", wrong="")


@routes.post("/login", needs="nobody")
def check_password(page: Page, form: Form) -> Response:
    found = sign_in.with_password(
        page.line,
        form.text("name", 80),
        typed(form, "password"),
        caller_of(page),
        page.desk.public_url,
        page.now,
    )
    if isinstance(found, SignedIn):
        return enter(page, found, form)
    if isinstance(found, NeedsSecond):
        return _ask_second(page, found, form)
    return _refuse(page, found, form)


@routes.post("/login/second", needs="nobody")
def check_second(page: Page, form: Form) -> Response:
    proof, caller = form.text("proof", 100), caller_of(page)
    shown = form.text("passkey", 20_000)
    found = (
        sign_in.with_passkey(page.line, proof, shown, caller, page.desk.public_url, page.now)
        if shown
        else sign_in.with_code(page.line, proof, form.text("code", 20), caller, page.now)
    )
    if isinstance(found, SignedIn):
        return enter(page, found, form)
    again = sign_in.second_of(page.line, proof, page.desk.public_url, page.now)
    if again is not None:
        return _ask_second(page, again, form, wrong=page.say(WRONG))
    return page.show(
        "account/login.html", status=401, next=below(form.text("next")), name="", wrong=page.say(AGAIN)
    )


@routes.get("/join/{token}", needs="nobody")
def open_invitation(page: Page, token: str) -> Response:
    return _welcome(page, token)


@routes.post("/join/{token}", needs="nobody")
def take_up(page: Page, token: str, form: Form) -> Response:
    password, again = typed(form, "password"), typed(form, "again")
    if password != again:
        return _welcome(page, token, {"again": page.say("The two are not the same.")})
    second = Second(form.text("sealed", 500), form.text("code", 20), form.text("passkey", 20_000))
    try:
        entered = invitations.accept(
            page.line, token, password, second, device_of(page.request), page.desk.public_url, page.now
        )
    except AccountRefused as refused:
        return _welcome(
            page, token, {_FIELDS.get(refused.reason, "password"): page.say(REASONS[refused.reason])}
        )
    return enter(page, entered, form)


@routes.post("/sign-out", needs="account.own")
def sign_out(page: Page) -> Response:
    sessions.sign_out(page.line, page.me, page.now)
    page.request.state.new_token = None
    response = page.go("/login", sentence("You are signed out."))
    cookies.end_session(response, page.desk.is_secure)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


_FIELDS: Final = {"wrong_code": "code", "needs_second": "code", "wrong_passkey": "passkey"}


def _welcome(page: PageContext, token: str, wrong: dict[str, str] | None = None) -> Response:
    try:
        shown = invitations.welcome(page.line, token, page.desk.public_url, page.now)
    except AccountRefused as refused:
        return page.show("account/over.html", status=404, why=page.say(REASONS[refused.reason]))
    return page.show(
        "account/join.html", status=422 if wrong else 200, shown=shown, token=token, wrong=wrong or {}
    )


def enter(page: PageContext, found: SignedIn, form: FormFields) -> Response:
    """Go in: a new session in the browser, which is known from now on."""
    page.request.state.new_token = found.token
    response = page.go(below(form.text("next")))
    response.set_cookie(
        _device_name(page.desk.is_secure),
        found.device_token,
        max_age=DEVICE_S,
        path="/",
        secure=page.desk.is_secure,
        httponly=True,
        samesite="lax",
    )
    return response


def _ask_second(page: PageContext, asked: NeedsSecond, form: FormFields, wrong: str = "") -> Response:
    status = 401 if wrong else 200
    return page.show(
        "account/second.html", status=status, asked=asked, next=below(form.text("next")), wrong=wrong
    )


def _refuse(page: PageContext, found: NotSignedIn, form: FormFields) -> Response:
    wrong = page.say(WAIT, SECONDS=page.number(found.wait_s)) if found.wait_s else page.say(WRONG)
    response = page.show(
        "account/login.html",
        status=429 if found.wait_s else 401,
        next=below(form.text("next")),
        name=form.text("name", 80),
        wrong=wrong,
    )
    if found.wait_s:
        response.headers["Retry-After"] = str(found.wait_s)
    return response


def caller_of(page: PageContext) -> Caller:
    known = page.request.cookies.get(_device_name(page.desk.is_secure), "")
    return Caller(source_of(page.request), device_of(page.request), known)


def source_of(request: Request) -> str:
    """Where somebody comes from, as far as attempts from there are counted together.

    A proxy of ours beside us (it is what speaks TLS) is everybody: it says last in `X-Forwarded-For` who
    came to it, and is believed because nobody from outside has a private address. Who has one IPv6 address
    has the 2^64 beside it. https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For
    """
    peer = _address(request.client.host if request.client else "")
    told = _address(request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip())
    found = told if told and (peer is None or peer.is_private) else peer
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False))
    return str(found or "")


def _address(given: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(given)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def device_of(request: Request) -> str:
    """Such as `Firefox, Android`: enough for its owner to know it again."""
    agent = request.headers.get("user-agent", "")
    found = [next((word for sign, word in table if sign in agent), "") for table in (BROWSERS, SYSTEMS)]
    return ", ".join(word for word in found if word)


def _device_name(is_secure: bool) -> str:
    return "__Host-hotline-device" if is_secure else "hotline_device"
