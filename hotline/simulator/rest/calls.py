"""Calls: make, change, list, fetch, delete."""

from typing import Any, Final

from hotline.simulator.call.events import Redirected
from hotline.simulator.call.leg import Callback, Leg
from hotline.simulator.call.life import call_out
from hotline.simulator.call.progress import end
from hotline.simulator.call.run import Document, Go
from hotline.simulator.call.talk import drop
from hotline.simulator.carrier import Carrier
from hotline.simulator.numbers import is_pretend, normalise
from hotline.simulator.rest.errors import RestError
from hotline.simulator.rest.form import Form
from hotline.simulator.rest.paging import page
from hotline.simulator.texts.accepting import MAGIC_OK, is_web_url
from hotline.simulator.transport import Answer
from hotline.simulator.twiml.parse import TwimlError, read_voice

_MAGIC_TO: Final = {
    "+15005550001": 21217,
    "+15005550002": 21214,
    "+15005550003": 21215,
    "+15005550004": 21216,
}
_MAGIC_FROM: Final = {"+15005550001": 21212}
_EVENTS: Final = frozenset({"initiated", "ringing", "answered", "completed"})
_LONGEST_TWIML: Final = 4000


def create(carrier: Carrier, form: Form) -> Leg:
    """POST Calls. Raises RestError."""
    to, from_ = _to(carrier, form), _from(carrier, form)
    start = _start(form)
    timeout_s, limit_s = _number(form, "Timeout", 60, 600), _number(form, "TimeLimit", 14_400, 86_400)
    leg = Leg(
        carrier=carrier,
        sid=carrier.account.new_sid("CA"),
        from_=from_,
        to=to,
        phone=to,
        direction="outbound-api",
        status="queued",
        created_at=carrier.now(),
        callback=_callback(form),
        fallback_url=form.get("FallbackUrl"),
    )
    detects = form.get("MachineDetection") in {"Enable", "DetectMessageEnd"} and not form.get("SendDigits")
    call_out(leg, start, timeout_s, detects, limit_s)
    return leg


def _to(carrier: Carrier, form: Form) -> str:
    given = form.get("To")
    if not given:
        raise RestError(21201)
    to = normalise(given)
    if to is None:
        raise RestError(21211, given)
    if to in _MAGIC_TO:
        raise RestError(_MAGIC_TO[to], to)
    if not is_pretend(to):
        carrier.error(21219, "a call to a number outside 555-0100 to 0199 and 500-555 was refused")
        raise RestError(21219, to)
    return to


def _from(carrier: Carrier, form: Form) -> str:
    given = form.get("From")
    if not given:
        raise RestError(21213)
    from_ = normalise(given) or given
    if from_ in _MAGIC_FROM:
        raise RestError(_MAGIC_FROM[from_], from_)
    if from_ not in carrier.config.numbers and from_ != MAGIC_OK:
        raise RestError(21210, given)
    return from_


def _start(form: Form) -> Go | Document:
    """The first document; `Twiml` is ignored when `Url` is given."""
    if url := form.get("Url"):
        if not is_web_url(url):
            raise RestError(21205, url)
        return Go(url, form.get("Method") or "POST")
    if "Twiml" not in form:
        raise RestError(21205, "")
    return Document(_inline(form), "")


def _inline(form: Form) -> Any:
    twiml = form.get("Twiml")
    if len(twiml) > _LONGEST_TWIML:
        raise RestError(32018)
    try:
        return read_voice(Answer(200, "text/xml", twiml.encode()))
    except TwimlError as error:
        raise RestError(20001, f"Twiml: {error.message}") from None


def _callback(form: Form) -> Callback:
    url = form.get("StatusCallback")
    if url and not is_web_url(url):
        raise RestError(21609, url)
    events = {word for text in form.all("StatusCallbackEvent") for word in text.split()} or {"completed"}
    if unknown := events - _EVENTS:
        raise RestError(20001, f"StatusCallbackEvent {', '.join(sorted(unknown))}")
    return Callback(url, form.get("StatusCallbackMethod") or "POST", frozenset(events))


def _number(form: Form, name: str, default: int, most: int) -> int:
    given = form.get(name)
    if not given:
        return default
    if not given.isdigit() or int(given) > most:
        raise RestError(20001, name)
    return int(given)


def find(carrier: Carrier, sid: str) -> Leg:
    """Raises RestError 20404."""
    leg = carrier.account.calls.get(sid)
    if leg is None or not leg.is_listed:
        raise RestError(20404, f"/Calls/{sid}.json")
    return leg


def update(carrier: Carrier, sid: str, form: Form) -> Leg:
    """Send a live call elsewhere, or end it. Raises RestError 21220 when it is over."""
    leg = find(carrier, sid)
    status = form.get("Status")
    if leg.is_over:
        raise RestError(21220)
    if status == "canceled":
        if leg.answered_at_s is not None:
            raise RestError(21220)
        _cancel(leg)
    elif status == "completed":
        drop(leg)
    elif status:
        raise RestError(20001, "Status")
    elif form.get("Url") or "Twiml" in form:
        _redirect(leg, form)
    return leg


def _cancel(leg: Leg) -> None:
    drop(leg)
    end(leg, "canceled")


def _redirect(leg: Leg, form: Form) -> None:
    if leg.answered_at_s is None:
        raise RestError(21220)
    if url := form.get("Url"):
        if not is_web_url(url):
            raise RestError(21205, url)
        leg.post(Redirected(url, form.get("Method") or "POST"))
        return
    _inline(form)
    leg.post(Redirected("", "POST", form.get("Twiml").encode()))


def delete(carrier: Carrier, sid: str) -> None:
    """Raises RestError 20009 while the call lasts."""
    leg = find(carrier, sid)
    if not leg.is_over:
        raise RestError(20009)
    leg.is_listed = False


def list_calls(carrier: Carrier, query: Form) -> dict[str, Any]:
    """GET Calls: newest first, by To, From, Status, ParentCallSid."""
    root = f"/2010-04-01/Accounts/{carrier.config.account_sid}/Calls.json"
    found = [leg for leg in carrier.account.calls.values() if leg.is_listed and _matches(leg, query)]
    found.reverse()
    return page("calls", root, query, found, lambda leg: leg.sid, Leg.to_json)


def _matches(leg: Leg, query: Form) -> bool:
    wanted = {"To": leg.to, "From": leg.from_, "Status": leg.status, "ParentCallSid": leg.parent_sid}
    return all(not query.get(name) or query.get(name) == value for name, value in wanted.items())
