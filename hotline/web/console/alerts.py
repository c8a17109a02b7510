"""Alerts: all of them, one of them, its release by a second person, and how it goes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from starlette.exceptions import HTTPException
from starlette.responses import Response

from hotline.domain.alert import ENDS_THE_FIRST, FOLLOW_UPS, AlertKind
from hotline.domain.language import Language
from hotline.domain.notice import approvers_of, rule_of
from hotline.domain.person import key_of
from hotline.operations import progress as steering
from hotline.operations.alert_refusals import RELEASE, AlertRefused
from hotline.operations.alerts import find
from hotline.operations.composing import Preview, preview_of
from hotline.operations.console_release import release_here
from hotline.operations.line import Line
from hotline.operations.progress import Progress, progress
from hotline.operations.release import ask_release, withdraw
from hotline.store import alerts, broadcasts, incidents
from hotline.store.alerts import Alert
from hotline.store.database import transaction
from hotline.store.incidents import Incident
from hotline.web.console import alert_words as words
from hotline.web.console.alert_words import Tone
from hotline.web.console.forms import Form
from hotline.web.console.page import Page, PageContext
from hotline.web.console.routes import Routes

routes = Routes("alerts")

ROWS: Final = 30
FOLLOWING: Final[tuple[AlertKind, ...]] = ("update", "all_clear", "correction")

Act = Literal["pause", "resume", "stop"]
_ACTS: Final[Mapping[str, tuple[Act, Callable[..., bool]]]] = {
    "pause": ("pause", steering.pause),
    "resume": ("resume", steering.resume),
    "stop": ("stop", steering.cancel),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One alert as its pages show it. `texts` went out, or would."""

    of: Alert
    first: Alert | None
    incident: Incident | None
    followers: tuple[Alert, ...]
    texts: Mapping[Language, str]
    shown: Preview | None
    refused: AlertRefused | None
    state: str


@routes.get("/alerts", needs="alerts.see")
def everything(page: Page) -> Response:
    """The newest first, a page at a time."""
    before = page.request.query_params.get("before", "")
    before_id = int(before) if before.isascii() and before.isdecimal() and len(before) < 18 else None
    with transaction(page.line.database) as db:
        found = alerts.page(db, page.line.keyring, before_id, ROWS + 1)
        states = broadcasts.states_of(db, [of.id for of in found])
    rows = [(of, *_state(page, of, states.get(of.id)), _area(page, of)) for of in found[:ROWS]]
    next_page = f"/console/alerts?before={found[ROWS - 1].id}" if len(found) > ROWS else None
    newest = "/console/alerts" if before_id is not None else None
    return page.show("alerts/list.html", rows=rows, kinds=words.KINDS, next=next_page, newest=newest)


@routes.get("/alerts/{code}", needs="alerts.see")
def one(page: Page, code: str) -> Response:
    seen = _look(page, code)
    people = [person for person in page.line.people().people if _may_release(page, seen.of, person.name)]
    return page.show(
        "alerts/one.html",
        seen=seen,
        **_named(page, seen.of, seen.state) | _progress(page, code),
        may_be_asked=[person for person in people if key_of(person.name) != key_of(page.me.name)],
        may_release=page.may("alerts.release") and _may_release(page, seen.of, page.me.name),
        following=_following(seen),
        refusal=words.refusal_of(page, seen.refused) if seen.refused else "",
    )


@routes.get("/alerts/{code}/live", needs="alerts.see")
def live(page: Page, code: str) -> Response:
    """How far it is, again whenever it changes."""
    _look(page, code)

    def make() -> str:
        return page.text("alerts/one.html", "progress", **_progress(page, code))

    return page.follow(f"alert/{code}/{page.language}", make)


@routes.get("/alerts/{code}/release", needs="alerts.release")
def read_again(page: Page, code: str) -> Response:
    return _release_page(page, _look(page, code), "", 200)


@routes.post("/alerts/{code}/release", needs="alerts.release")
def release(page: Page, code: str, form: Form) -> Response:
    if not form.is_set("checked"):
        return _release_page(page, _look(page, code), page.say("Tick that you have read it."), 422)
    try:
        released = release_here(page.line, code, page.me.name, page.now)
    except AlertRefused as refused:
        return _release_page(page, _look(page, code), words.refusal_of(page, refused), 422)
    if released.broadcast_id is None:
        return page.go(f"/alerts/{code}", "You agreed. It goes out when one more person agrees.")
    return page.go(f"/alerts/{code}", "It is going out.")


@routes.post("/alerts/{code}/ask", needs="alerts.draft")
def ask(page: Page, code: str, form: Form) -> Response:
    """Text the one-time word to the person who was chosen."""
    try:
        asked = ask_release(page.line, code, page.me.name, form.text("second"), page.now)
    except AlertRefused as refused:
        return page.go(f"/alerts/{code}", words.refusal_of(page, refused))
    return page.go(
        f"/alerts/{code}",
        "{NAME} got a text with a word. It goes out when they answer with it from their own phone.",
        NAME=asked.second,
    )


@routes.get("/alerts/{code}/withdraw", needs="alerts.draft")
def about_to_withdraw(page: Page, code: str) -> Response:
    seen = _look(page, code)
    return page.show("alerts/withdraw.html", seen=seen, **_named(page, seen.of, seen.state))


@routes.post("/alerts/{code}/withdraw", needs="alerts.draft")
def take_back(page: Page, code: str) -> Response:
    try:
        withdraw(page.line, code, page.me.name, page.now)
    except AlertRefused as refused:
        return page.go(f"/alerts/{code}", words.refusal_of(page, refused))
    return page.go(f"/alerts/{code}", "Withdrawn. Nothing went out.")


@routes.get("/alerts/{code}/{act}", needs="alerts.steer")
def about_to(page: Page, code: str, act: str) -> Response:
    """What it means, before it is done."""
    named, _ = _act(act)
    seen = _look(page, code)
    found = progress(page.line, code, page.now)
    return page.show(
        "alerts/steer.html", seen=seen, act=named, found=found, **_named(page, seen.of, seen.state)
    )


@routes.post("/alerts/{code}/{act}", needs="alerts.steer")
def steer(page: Page, code: str, act: str) -> Response:
    named, do = _act(act)
    try:
        moved = do(page.line, code, page.me.name, page.now)
    except AlertRefused:
        raise HTTPException(404) from None
    if not moved:
        return page.go(f"/alerts/{code}", "Nothing changed: it was not being sent any more.")
    match named:
        case "pause":
            return page.go(f"/alerts/{code}", "Paused. What is already at the carrier still arrives.")
        case "resume":
            return page.go(f"/alerts/{code}", "It goes on where it was.")
        case "stop":
            return page.go(f"/alerts/{code}", "Stopped for good. Tell those who got it already how it ended.")


def _act(act: str) -> tuple[Act, Callable[..., bool]]:
    if act not in _ACTS:
        raise HTTPException(404)
    return _ACTS[act]


def _look(page: PageContext, code: str) -> Seen:
    """Raises HTTPException 404."""
    line: Line = page.line
    with transaction(line.database) as db:
        try:
            of = find(line, db, code)
        except AlertRefused:
            raise HTTPException(404) from None
        out = broadcasts.of_alert(db, of.id)
        first = alerts.by_id(db, line.keyring, of.follows_id) if of.follows_id else None
        at = incidents.by_id(db, line.keyring, of.incident_id) if of.incident_id is not None else None
        followers = tuple(alerts.following(db, line.keyring, of.id))
        shown, refused = None, None
        texts: Mapping[Language, str] = {}
        if out:
            bodies = broadcasts.bodies_of(db, line.keyring, out.id)
            texts = {"es": bodies["es"].text, "en": bodies["en"].text}
        elif of.state != "withdrawn":
            try:
                shown = preview_of(line, db, of, page.now)
            except AlertRefused as why:
                refused = why
        return Seen(of, first, at, followers, texts, shown, refused, out.state if out else of.state)


def _named(page: PageContext, of: Alert, state: str) -> dict[str, Any]:
    said, tone = _state(page, of, state)
    return {
        "kind": page.say(words.KINDS[of.kind]),
        "kinds": words.KINDS,
        "state": said,
        "tone": tone,
        "area": _area(page, of),
        "basis": page.say(words.BASES[of.basis]) if of.basis else "",
        "channels": words.CHANNELS,
        "languages": words.LANGUAGES,
    }


def _state(page: PageContext, of: Alert, out: str | None) -> tuple[str, Tone]:
    """The broadcast's state once there is one; what is past its end is over."""
    state = out or of.state
    if state == "draft" and of.agreed_by and approvers_of(of.kind) > 1:
        state = "agreed"
    if state in {"done", "draft", "asked", "agreed"} and of.ends_at <= page.now:
        state = "ended"
    said, tone = words.STATES[state]
    return page.say(said), tone


def _area(page: PageContext, of: Alert) -> str:
    known = page.line.network.areas.get(of.area)
    if known:
        return str(known.name(page.language))
    return of.area or page.say("Everywhere")


def _progress(page: PageContext, code: str) -> dict[str, Any]:
    """What the moving part shows; made anew by every tick of a stream."""
    now = page.line.clock()
    found: Progress = progress(page.line, code, now)
    reasons: dict[str, int] = {}
    for tally in found.reasons:
        said = page.say(words.reason_of(tally.reason, tally.code))
        reasons[said] = reasons.get(said, 0) + tally.count
    why = words.REASONS.get(found.reason or "")
    return {
        "found": found,
        "reasons": sorted(reasons.items(), key=lambda one: -one[1]),
        "why": page.say(why) if why else "",
        "picture": steering.picture(found),
        "languages": words.LANGUAGES,
        "is_over": found.ends_at <= now or found.state in {"done", "cancelled"},
    }


def _following(seen: Seen) -> tuple[AlertKind, ...]:
    """What can follow an alert of the world that went out; nothing once something says that it is over."""
    if seen.of.state != "released" or seen.of.kind not in {"actual", "update"}:
        return ()
    is_over = any(one.state == "released" and one.kind in ENDS_THE_FIRST for one in seen.followers)
    return () if is_over else FOLLOWING


def _may_release(page: PageContext, of: Alert, name: str) -> bool:
    """Is it somebody else than whoever wrote it, or agreed to it already? The operation asks for more."""
    person = page.line.people().named(name)
    others = {key_of(other) for other in (of.author, of.agreed_by) if other}
    return bool(person and person.roles & RELEASE and key_of(person.name) not in others)


def _release_page(page: PageContext, seen: Seen, wrong: str, status: int) -> Response:
    return page.show(
        "alerts/release.html",
        status=status,
        seen=seen,
        wrong=wrong or (words.refusal_of(page, seen.refused) if seen.refused else ""),
        may_release=_may_release(page, seen.of, page.me.name) and seen.of.state in {"draft", "asked"},
        takes_two=approvers_of(seen.of.kind) > 1,
        is_notice=rule_of(seen.of.kind) is not None,
        is_follow_up=seen.of.kind in FOLLOW_UPS,
        **_named(page, seen.of, seen.state),
    )
