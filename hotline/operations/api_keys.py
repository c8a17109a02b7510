"""Keys of the interface: made by somebody for themselves, scoped, limited, ended; and who comes with one.

A key acts in the name of whoever made it and never may more than they may at that moment: so an alert that
was drafted with a key was written by them, and releasing it takes somebody else as ever.
"""

import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy.exc import IntegrityError

from hotline.catalogs import sentence
from hotline.domain.code import ALPHABET
from hotline.domain.permission import Permission, permissions_of
from hotline.domain.visitor import Visitor
from hotline.operations.line import Line
from hotline.operations.tokens import hash_of, new_token
from hotline.store import api_keys, audit
from hotline.store.api_keys import ApiKey
from hotline.store.database import transaction

# What a key can be made for. What releases, overrides, opens somebody's number or carries lists away is
# not here, and never will be through a key: these take a person who shows anew that it is them.
SCOPES: Final[tuple[Permission, ...]] = (
    "alerts.draft",
    "alerts.see",
    "events.see",
    "held.see",
    "incidents.see",
    "incidents.work",
    "people.see",
    "sites.see",
    "texts.see",
    "tickets.see",
    "tickets.work",
)
# In English; the catalogs in `locales/` say them in other languages.
SCOPE_WORDS: Final[dict[Permission, str]] = {
    "alerts.draft": sentence("draft alerts and ask a person to release them"),
    "alerts.see": sentence("see alerts and how far they are"),
    "events.see": sentence("see events"),
    "held.see": sentence("see what is held"),
    "incidents.see": sentence("see reports and incidents"),
    "incidents.work": sentence("write reports down and take steps of incidents"),
    "people.see": sentence("see who works here, without numbers"),
    "sites.see": sentence("see sites, without contacts and plans"),
    "texts.see": sentence("see which texts are approved"),
    "tickets.see": sentence("see tickets, without who waits"),
    "tickets.work": sentence("take and close tickets"),
}
DAYS: Final = (30, 90, 365)
DAY_WORDS: Final[dict[int, str]] = {
    30: sentence("30 days"),
    90: sentence("90 days"),
    365: sentence("a year"),
}
PER_MINUTE: Final = 120
KEYS_AT_MOST: Final = 50
NAME_AT_MOST: Final = 60
ID_LENGTH: Final = 10
MINUTE: Final = timedelta(minutes=1)
_SHOWN: Final = re.compile(rf"hl_([{ALPHABET}]{{{ID_LENGTH}}})_([\w-]{{43}})", re.ASCII)

KeyRefusal = Literal["name", "scopes", "days", "too_many", "maker"]
KeyState = Literal["ended", "expired", "empty", "good"]

# In English; the catalogs in `locales/` say them in other languages.
KEY_REFUSALS: Final[dict[KeyRefusal, str]] = {
    "name": sentence("Give the key a name of at most 60 letters: which program has it?"),
    "scopes": sentence("Choose at least one thing, of those that you may do yourself."),
    "days": sentence("Choose how long it is good."),
    "too_many": sentence("There are 50 keys: end one that is no longer used."),
    "maker": sentence("A key is made by an admin, for themselves: see `hotline people list`."),
}
STATE_WORDS: Final[dict[KeyState, str]] = {
    "ended": sentence("ended"),
    "expired": sentence("expired"),
    "empty": sentence("may do nothing any more"),
    "good": sentence("good"),
}


class KeyRefused(Exception):
    """A key cannot be made. `reason` is one of a closed list."""

    def __init__(self, reason: KeyRefusal) -> None:
        super().__init__(KEY_REFUSALS[reason])
        self.reason: KeyRefusal = reason


class NotAKey(Exception):
    """Nobody comes with this: no key, an ended one, or of somebody who left."""


class TooOften(Exception):
    """The key was used too often in this minute. `wait_s` is when it is good again."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(str(wait_s))
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes a key for themselves, and what they may do now."""

    person_id: int
    name: str
    permissions: frozenset[Permission]


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who comes with a key: `name` is the person in whose name it acts. `left` requests are left in this
    minute of `per_minute`."""

    row_id: int
    key_id: str
    name: str
    permissions: frozenset[Permission]
    per_minute: int
    left: int


def maker(line: Line, name: str) -> Maker:
    """Somebody by their name who may make keys. Raises KeyRefused."""
    person = line.people().named(name)
    may = permissions_of(person.roles) if person else frozenset()
    if person is None or "keys.edit" not in may:
        raise KeyRefused("maker")
    return Maker(person.id, person.name, may)


def make(
    line: Line, name: str, scopes: Collection[str], days: int, by: Visitor | Maker, now: datetime
) -> tuple[str, str]:
    """Make a key for oneself; returns its id and, this once, the whole of it. Raises KeyRefused."""
    label = " ".join(name.split())
    if not 0 < len(label) <= NAME_AT_MOST:
        raise KeyRefused("name")
    may = scopes_of(by)
    if not scopes or not set(scopes) <= set(may):
        raise KeyRefused("scopes")
    if days not in DAYS:
        raise KeyRefused("days")
    key_id, secret = "".join(line.pick(ALPHABET) for _ in range(ID_LENGTH)), new_token()
    try:
        with transaction(line.database) as db:
            if api_keys.count_open(db, now) >= KEYS_AT_MOST:
                raise KeyRefused("too_many")
            expires_at = now + timedelta(days=days)
            api_keys.add(
                db, key_id, hash_of(secret), label, by.person_id, sorted(scopes), PER_MINUTE, expires_at, now
            )
            audit.record(db, by.name, "api_key.make", key_id, now, {"scopes": sorted(scopes), "days": days})
    except IntegrityError:  # one in 60 million millions: once more
        return make(line, name, scopes, days, by, now)
    return key_id, f"hl_{key_id}_{secret}"


def end(line: Line, key_id: str, by: str, now: datetime) -> bool:
    """End a key at once; False when there is none, or it was ended before."""
    with transaction(line.database) as db:
        ended = api_keys.end(db, key_id, now)
        if ended:
            audit.record(db, by, "api_key.end", key_id, now)
    return ended


def scopes_of(person: Visitor | Maker) -> list[Permission]:
    """What this person can make a key for."""
    return [scope for scope in SCOPES if scope in person.permissions]


def admit(line: Line, shown: str, now: datetime) -> Bearer:
    """Who shows this key, and one request counted. Raises NotAKey and TooOften."""
    read = _SHOWN.fullmatch(shown)
    if read is None:
        raise NotAKey
    with transaction(line.database) as db:
        key = api_keys.by_key_id(db, read[1])
        if key is None or not hmac.compare_digest(key.secret_hash, hash_of(read[2])) or not key.is_good(now):
            raise NotAKey
        count, since = api_keys.used(db, key.id, now)
    if count > key.per_minute:
        raise TooOften(max(1, int((since + MINUTE - now).total_seconds()) + 1))
    return Bearer(
        key.id, key.key_id, key.person, permissions_now(key), key.per_minute, key.per_minute - count
    )


def state_of(key: ApiKey, now: datetime) -> KeyState:
    """What has become of a key."""
    if key.ended_at is not None:
        return "ended"
    if key.expires_at <= now:
        return "expired"
    return "good" if permissions_now(key) else "empty"


def permissions_now(key: ApiKey) -> frozenset[Permission]:
    """What the key may do: what it was made for, as far as its person still may."""
    may = permissions_of(key.roles)
    return frozenset(scope for scope in SCOPES if scope in key.scopes and scope in may)
