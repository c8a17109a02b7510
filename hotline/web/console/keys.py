"""Other programs: keys that they come with, and webhooks by which the line tells them what happened."""

from datetime import datetime
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.catalogs import sentence
from hotline.domain.hook import HOOK_EVENTS
from hotline.operations import api_keys as key_operations
from hotline.operations import hooks as hook_operations
from hotline.operations.api_keys import (
    DAY_WORDS,
    DAYS,
    KEY_REFUSALS,
    NAME_AT_MOST,
    SCOPE_WORDS,
    STATE_WORDS,
    KeyRefused,
    KeyState,
    scopes_of,
    state_of,
)
from hotline.operations.hooks import ENDED_WORDS, EVENT_WORDS, HOOK_REFUSALS, HookRefusal, HookRefused
from hotline.store import api_keys, hooks
from hotline.store.api_keys import ApiKey
from hotline.store.database import transaction
from hotline.store.hooks import Hook
from hotline.web.console.forms import Form
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("keys")

ROWS: Final = 100
TRIES: Final = 50

TONES: Final[dict[KeyState, str]] = {"ended": "calm", "expired": "calm", "empty": "bad", "good": "good"}
_AT: Final[dict[HookRefusal, str]] = {
    "address": "address",
    "https": "address",
    "private": "address",
    "events": "events",
    "too_many": "address",
}


@routes.get("/keys", needs="keys.edit")
def show_keys(page: Page) -> Response:
    return _show(page)


@routes.post("/keys", needs="keys.edit")
def make_key(page: Page, form: Form) -> Response:
    """A new key, on this answer and never again."""
    given = {"name": form.text("name", 200), "days": form.text("days", 4)}
    scopes = list(form.all("scopes"))
    days = int(given["days"]) if given["days"].isascii() and given["days"].isdecimal() else 0
    try:
        key_id, whole = key_operations.make(page.line, given["name"], scopes, days, page.me, page.now)
    except KeyRefused as refused:
        at = "name" if refused.reason == "too_many" else refused.reason
        return _show(page, {at: page.say(KEY_REFUSALS[refused.reason])}, given, scopes)
    return page.show("keys/made.html", name=given["name"], secret=whole, key_id=key_id, is_hook=False)


@routes.get("/keys/{key_id}/end", needs="keys.edit")
def ask_to_end_key(page: Page, key_id: str) -> Response:
    return page.show("keys/end.html", key=_key(page, key_id), hook=None)


@routes.post("/keys/{key_id}/end", needs="keys.edit")
def end_key(page: Page, key_id: str) -> Response:
    one = _key(page, key_id)
    key_operations.end(page.line, one.key_id, page.me.name, page.now)
    return page.go("/keys", sentence("The key is ended: it opens nothing any more."))


@routes.post("/hooks", needs="keys.edit")
def add_hook(page: Page, form: Form) -> Response:
    """A new webhook; its secret stands on this answer and never again."""
    address, events = form.text("address", 400), list(form.all("events"))
    try:
        added = hook_operations.add(page.line, address, events, page.me.name, page.now)
    except HookRefused as refused:
        wrong = {_AT[refused.reason]: page.say(HOOK_REFUSALS[refused.reason])}
        return _show(page, wrong, {"address": address}, events)
    return page.show(
        "keys/made.html", name=address, secret=added.secret, key_id=str(added.hook_id), is_hook=True
    )


@routes.get("/hooks/{hook_id}", needs="keys.edit")
def show_hook(page: Page, hook_id: int) -> Response:
    one = _hook(page, hook_id)
    with transaction(page.line.database) as db:
        tries = hooks.tries(db, one.id, TRIES)
    return page.show("keys/hook.html", one=one, tries=tries, events=EVENT_WORDS, ended=ENDED_WORDS)


@routes.get("/hooks/{hook_id}/end", needs="keys.edit")
def ask_to_end_hook(page: Page, hook_id: int) -> Response:
    return page.show("keys/end.html", key=None, hook=_hook(page, hook_id))


@routes.post("/hooks/{hook_id}/end", needs="keys.edit")
def end_hook(page: Page, hook_id: int) -> Response:
    one = _hook(page, hook_id)
    hook_operations.end(page.line, one.id, page.me.name, page.now)
    return page.go("/keys", sentence("The webhook is ended: nothing more is told there."))


def _show(
    page: PageContext,
    wrong: dict[str, str] | None = None,
    given: dict[str, str] | None = None,
    chosen: list[str] | None = None,
) -> Response:
    with transaction(page.line.database) as db:
        keys = api_keys.latest(db, ROWS)
        told = hooks.latest(db, page.line.keyring, ROWS)
    return page.show(
        "keys/list.html",
        status=422 if wrong else 200,
        keys=keys,
        hooks=told,
        wrong=wrong or {},
        given={"name": "", "days": "90", "address": "", **(given or {})},
        chosen=chosen or (),
        scopes=[(scope, page.say(SCOPE_WORDS[scope])) for scope in scopes_of(page.me)],
        events=[(event, page.say(EVENT_WORDS[event])) for event in HOOK_EVENTS],
        days=[(str(days), page.say(DAY_WORDS[days])) for days in DAYS],
        scope_words=SCOPE_WORDS,
        event_words=EVENT_WORDS,
        ended_words=ENDED_WORDS,
        name_at_most=NAME_AT_MOST,
        state_of=lambda key: _state(page, key, page.now),
    )


def _state(page: PageContext, key: ApiKey, now: datetime) -> tuple[str, str]:
    """Its word and its tone."""
    state = state_of(key, now)
    return page.say(STATE_WORDS[state]), TONES[state]


def _key(page: PageContext, key_id: str) -> ApiKey:
    """One that is not ended."""
    if key_id.isascii() and key_id.isalnum() and len(key_id) <= 12:
        with transaction(page.line.database) as db:
            one = api_keys.by_key_id(db, key_id)
        if one is not None and one.ended_at is None:
            return one
    raise HTTPException(404)


def _hook(page: PageContext, hook_id: int) -> Hook:
    if 0 < hook_id < 2**63:
        with transaction(page.line.database) as db:
            one = hooks.by_id(db, page.line.keyring, hook_id)
        if one is not None:
            return one
    raise HTTPException(404)
