"""The pretend world as JSON: what a phone shows, what a judge wants to know."""

from collections import Counter
from datetime import datetime
from typing import Any

from hotline.simulator.account import Phone
from hotline.simulator.call.leg import Heard, Leg
from hotline.simulator.carrier import Carrier
from hotline.simulator.message import Message

_THREAD_LENGTH = 200
_SEEN = frozenset({"delivered", "received"})


def phone_json(carrier: Carrier, phone: Phone) -> dict[str, Any]:
    """A phone as its owner sees it: the thread (oldest first) and the call with all that was heard."""
    texts = [m for m in carrier.account.by_person.get(phone.number, ()) if m.status in _SEEN]
    leg = phone.leg
    return {
        "number": phone.number,
        "name": phone.name,
        "language": phone.language,
        "behaviour": phone.behaviour,
        "version": phone.version,
        "thread": [text_json(carrier, message) for message in texts[-_THREAD_LENGTH:]],
        "call": call_json(leg) if leg else None,
        "last_call": call_json(phone.last_leg) if phone.last_leg else None,
    }


def text_json(carrier: Carrier, message: Message) -> dict[str, Any]:
    mine = message.direction == "inbound"
    return {
        "sid": message.sid,
        "mine": mine,
        "other": message.to if mine else message.from_,
        "body": message.body,
        "media": [_media_link(carrier, sid) for sid in message.media],
        "at": message.updated_at.isoformat(),
        "segments": message.segments,
        "by_carrier": message.is_carriers_own,
        "deleted": message.is_deleted,
    }


def _media_link(carrier: Carrier, sid: str) -> str:
    """Where the page finds it; empty when the carrier has it no longer."""
    medium = carrier.account.media.get(sid)
    return (medium.url or carrier.links.path(sid, carrier.now())) if medium else ""


def call_json(leg: Leg) -> dict[str, Any]:
    """`state`: calling (we called, not answered yet), ringing (it rings here), talking, over."""
    if leg.is_over:
        state = "over"
    elif leg.answered_at_s is not None:
        state = "talking"
    else:
        state = "calling" if leg.direction == "inbound" else "ringing"
    return {
        "sid": leg.sid,
        "state": state,
        "status": leg.status,
        "other": leg.to if leg.direction == "inbound" else leg.from_,
        "direction": leg.direction,
        "joined": leg.in_a_talk,
        "by_machine": leg.by_machine,
        "heard": [heard_json(heard) for heard in leg.heard],
    }


def heard_json(heard: Heard) -> dict[str, Any]:
    return {
        "at": heard.at,
        "kind": heard.kind,
        "text": heard.text,
        "language": heard.language,
        "voice": heard.voice,
    }


def record_json(carrier: Carrier, with_messages: bool, direction: str = "") -> dict[str, Any]:
    """The judge's record: every accepted text, every attempt, counts per person."""
    account = carrier.account
    sent = [m for m in account.messages.values() if m.direction == "outbound-api"]
    shown = [m for m in account.messages.values() if direction in {"", m.direction}]
    refused = [a for a in account.attempts if not a.outcome.startswith(("SM", "MM"))]
    record: dict[str, Any] = {
        "accepted": len(sent),
        "per_to": Counter(m.to for m in sent),
        "statuses": Counter(m.status for m in sent),
        "attempts": len(account.attempts),
        "refused": Counter(a.outcome for a in refused),
        "callbacks": account.callbacks,
        "misbehaved": carrier.misbehaviour.done,
        "blocks": account.blocks.pairs(),
    }
    if with_messages:
        record["messages"] = [message_json(message) for message in shown]
        record["attempt_list"] = [
            {"at": a.at, "to": a.to, "outcome": a.outcome, "body": a.body} for a in account.attempts
        ]
    return record


def message_json(message: Message) -> dict[str, Any]:
    return {
        "sid": message.sid,
        "direction": message.direction,
        "from": message.from_,
        "to": message.to,
        "body": message.body,
        "segments": message.segments,
        "status": message.status,
        "error_code": message.error_code,
        "status_callback": message.status_callback,
        "by_carrier": message.is_carriers_own,
        "accepted_at": _iso(message.created_at),
        "sent_at": _iso(message.sent_at),
        "history": message.history,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
