"""Tell other programs what happened: signed, only codes and areas, tried again with growing waits."""

import hmac
import json
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import ip_address
from typing import Final, Literal
from urllib.parse import urlsplit

from sqlalchemy import Connection

from hotline.catalogs import sentence
from hotline.domain.alert import ENDS_THE_FIRST
from hotline.domain.hook import (
    ENDS_AFTER,
    GONE,
    HOOK_EVENTS,
    HOOKS_AT_MOST,
    KEPT,
    LEASE,
    LONGEST_ADDRESS,
    Ended,
    HookEvent,
    Told,
    is_public,
    next_try,
)
from hotline.domain.notice import audience_of
from hotline.operations.line import Line
from hotline.operations.tokens import new_token
from hotline.store import audit, hooks
from hotline.store.alerts import Alert
from hotline.store.database import transaction
from hotline.store.hooks import Due

SYSTEM: Final = "system"
TEST: Final = "test"  # what is told only to see whether it arrives; nobody can ask for it
AT_ONCE: Final = 16  # requests, each bounded: a round is over after ANSWER_WITHIN_S
FORGOTTEN_AT_ONCE: Final = 500

# Address, headers, body -> what came of it. Never raises; follows no redirect; reaches only where
# `is_public` allows, or also this machine in a demo.
Post = Callable[[str, Mapping[str, str], bytes], Told]

HookRefusal = Literal["address", "https", "private", "events", "too_many"]

# In English; the catalogs in `locales/` say them in other languages.
HOOK_REFUSALS: Final[dict[HookRefusal, str]] = {
    "address": sentence("Give the whole address, without a name, a password or a # in it."),
    "https": sentence("The address must begin with https://: others could read along."),
    "private": sentence("An address inside a house or a machine is not told anything."),
    "events": sentence("Choose at least one thing to tell."),
    "too_many": sentence("There are 20 webhooks: end one first."),
}
EVENT_WORDS: Final[dict[HookEvent, str]] = {
    "alert.ended": sentence("an alert was ended"),
    "alert.released": sentence("an alert was released"),
    "incident.closed": sentence("an incident was closed"),
    "incident.confirmed": sentence("an incident was confirmed"),
    "incident.not_found": sentence("nothing was found"),
    "incident.other_agency": sentence("it was another agency"),
}
ENDED_WORDS: Final[dict[Ended, str]] = {
    "person": sentence("ended by a person"),
    "failures": sentence("ended by itself: 12 tries in a row failed"),
    "gone": sentence("ended by the other side"),
}


class HookRefused(Exception):
    """A webhook cannot be added. `reason` is one of a closed list."""

    def __init__(self, reason: HookRefusal) -> None:
        super().__init__(HOOK_REFUSALS[reason])
        self.reason: HookRefusal = reason


@dataclass(frozen=True, slots=True)
class Added:
    """`secret` signs what is told, and is shown this once."""

    hook_id: int
    secret: str


def add(line: Line, address: str, events: Collection[str], by: str, now: datetime) -> Added:
    """Tell an address of some events from now on. Raises HookRefused."""
    checked = check_address(address, is_demo=line.mode == "demo")
    chosen: list[HookEvent] = [event for event in HOOK_EVENTS if event in events]
    if not chosen:
        raise HookRefused("events")
    secret = f"hs_{new_token()}"
    with transaction(line.database) as db:
        if hooks.count_open(db) >= HOOKS_AT_MOST:
            raise HookRefused("too_many")
        hook_id = hooks.add(db, line.keyring, checked, secret, chosen, by, now)
        audit.record(db, by, "hook.add", str(hook_id), now, {"events": chosen})
    return Added(hook_id, secret)


def end(line: Line, hook_id: int, by: str, now: datetime) -> bool:
    """Tell it nothing more; False when there is none, or it was ended before."""
    return _end(line, hook_id, "person", by, now)


def try_out(line: Line, hook_id: int, post: Post, by: str, now: datetime) -> Told | None:
    """Tell an address once, signed as ever, that this is a test; what comes of it counts for nothing.

    None when there is no such webhook, or it was ended.
    """
    with transaction(line.database) as db:
        of = hooks.to_try(db, line.keyring, hook_id, TEST, now)
        if of is not None:
            audit.record(db, by, "hook.test", str(hook_id), now)
    return _tell(of, post, now) if of else None


def check_address(address: str, is_demo: bool) -> str:
    """The address as it stands, when it may be told at all. Raises HookRefused.

    What a name leads to is looked at with every request again: a name can lead elsewhere tomorrow.
    """
    whole = address.strip()
    try:
        parts = urlsplit(whole)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise HookRefused("address") from None
    has_more = parts.username is not None or parts.fragment or not whole.isascii() or not whole.isprintable()
    if not host or has_more or " " in whole or len(whole) > LONGEST_ADDRESS:
        raise HookRefused("address")
    is_here = host == "localhost" or host.endswith(".localhost") or _is_private(host)
    if is_here and not (is_demo and parts.scheme in {"http", "https"} and _is_loopback(host)):
        raise HookRefused("private")
    if parts.scheme != "https" and not is_here:
        raise HookRefused("https")
    return whole


def announce_release(db: Connection, of: Alert, follows: str | None, now: datetime) -> None:
    """An alert goes out, in this transaction; what goes to named contacts is told to nobody else."""
    if audience_of(of.kind) == "named":
        return
    told = {"alert": of.code, "kind": of.kind, "area": of.area, "ends_at": of.ends_at.isoformat()}
    hooks.announce(db, "alert.released", told | {"follows": follows}, now)
    if follows and of.kind in ENDS_THE_FIRST:
        hooks.announce(db, "alert.ended", {"alert": follows, "ended_by": of.code, "kind": of.kind}, now)


def deliver(line: Line, post: Post, now: Callable[[], datetime]) -> int:
    """One round: tell what is due, all at once; returns how many tries. Bounded by the slowest answer."""
    with transaction(line.database) as db:
        due = hooks.take_due(db, line.keyring, now(), now() + LEASE, AT_ONCE)
        hooks.forget(db, now() - KEPT, FORGOTTEN_AT_ONCE)
    if not due:
        return 0
    with ThreadPoolExecutor(len(due), "hooks") as threads:
        answers = list(threads.map(lambda of: _tell(of, post, now()), due))
    for of, told in zip(due, answers, strict=True):
        _settle(line, of, told, now())
    return len(due)


def is_waiting(line: Line, now: datetime) -> bool:
    with transaction(line.database) as db:
        return hooks.has_due(db, now)


def body_of(of: Due) -> bytes:
    """What is told, as JSON."""
    told = {
        "id": of.id,
        "event": of.event,
        "at": of.created_at.astimezone(UTC).isoformat(),
        "data": of.payload,
    }
    return json.dumps(told, separators=(",", ":")).encode()


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256, in hex, over the timestamp, a point and the body."""
    return hmac.new(secret.encode(), b"%d.%b" % (timestamp, body), sha256).hexdigest()


def _tell(of: Due, post: Post, now: datetime) -> Told:
    if not of.address or not of.secret:  # sealed with a key that was dropped
        return Told(None)
    body, timestamp = body_of(of), int(now.timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "hotline-webhooks/1",
        "Hotline-Event": of.event,
        "Hotline-Delivery": str(of.id),
        "Hotline-Signature": f"t={timestamp},v1={signature(of.secret, timestamp, body)}",
    }
    return post(of.address, headers, body)


def _settle(line: Line, of: Due, told: Told, now: datetime) -> None:
    again_at = None if told.is_taken else next_try(of.attempt, now)
    with transaction(line.database) as db:
        failures = hooks.settle(db, of, told.status, told.is_taken, again_at)
    if told.status == GONE:
        _end(line, of.hook_id, "gone", SYSTEM, now)
    elif failures >= ENDS_AFTER:
        _end(line, of.hook_id, "failures", SYSTEM, now)


def _end(line: Line, hook_id: int, why: Ended, by: str, now: datetime) -> bool:
    with transaction(line.database) as db:
        ended = hooks.end(db, hook_id, why, now)
        if ended:
            audit.record(db, by, "hook.end", str(hook_id), now, {"why": why})
    return ended


def _is_private(host: str) -> bool:
    try:
        return not is_public(ip_address(host))
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
