"""Builders: a whole line on a real database, with honest stand-ins for the carrier and the queue."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from hotline.domain.hours import Hours
from hotline.domain.language import Language
from hotline.domain.outcome import Accepted, Outcome
from hotline.domain.person import ROLES, Person, Role, Roster, Spoken
from hotline.domain.phone import PhoneNumber
from hotline.domain.ports import CarrierMessage, Gate, Outgoing, Ring
from hotline.flow.inbound import Inbound
from hotline.flow.input import Arrived, Digits, Input, Text
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.library import build_library
from hotline.operations.line import Limits, Line
from hotline.store import people
from hotline.store.database import transaction
from hotline.store.places import place_of
from hotline.store.quick import Quick
from hotline.store.sealing import read_keys

NOON = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)  # noon in Los Angeles, a Monday
MARIA = PhoneNumber("+12135550101")
JOHN = PhoneNumber("+12135550102")
HOTLINE = PhoneNumber("+15005550006")
EVERY_ROLE: frozenset[Role] = frozenset(ROLES)
ANA = Person(1, "Ana", EVERY_ROLE, "", (Spoken("es"),), PhoneNumber("+12135550190"), "es", True, ("90033",))
BO = Person(2, "Bo", EVERY_ROLE, "", (Spoken("en"),), PhoneNumber("+12135550191"), "en", True, ("90033",))
KEY = "dGVzdC1rZXktb2YtMzItYnl0ZXMtZm9yLXRlc3RzISE="


@dataclass
class Clock:
    """Time that moves when told to."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **amount: float) -> datetime:
        self.now += timedelta(**amount)
        return self.now


@dataclass
class Wakes:
    """Remembers what was woken."""

    jobs: list[tuple[str, int | None]] = field(default_factory=list)

    def wake(self, job: str, identifier: int | None = None) -> None:
        self.jobs.append((job, identifier))

    def is_ready(self) -> bool:
        return True


@dataclass
class Carrier:
    """Accepts everything and remembers it, or answers as it is told to."""

    sent: list[Outgoing] = field(default_factory=list)
    rung: list[Ring] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    listed: list[CarrierMessage] = field(default_factory=list)
    answer: Callable[[Outgoing], Outcome] | None = None
    _numbers: Any = field(default_factory=lambda: count(1))

    def send(self, batch: Sequence[Outgoing], gate: Gate | None = None) -> Sequence[Outcome]:
        self.sent += batch
        return [self.answer(one) if self.answer else self._accept() for one in batch]

    def _accept(self) -> Accepted:
        return Accepted(f"SM{next(self._numbers):032x}")

    def ring(self, ring: Ring) -> Outcome:
        self.rung.append(ring)
        return Accepted(f"CA{next(self._numbers):032x}")

    def ring_all(self, rings: Sequence[Ring], gate: Gate | None = None) -> Sequence[Outcome]:
        return [self.ring(ring) for ring in rings]

    def called(self, number: PhoneNumber, since: datetime) -> Iterable[CarrierMessage]:
        return [m for m in self.listed if m.to == number.e164 and m.sid.startswith("CA")]

    def call(self, sid: str) -> CarrierMessage | None:
        return next((m for m in self.listed if m.sid == sid), None)

    def messages_with(self, number: PhoneNumber) -> Iterable[CarrierMessage]:
        return [m for m in self.listed if number.e164 in {m.to, m.sender}]

    def message(self, sid: str) -> CarrierMessage | None:
        return next((m for m in self.listed if m.sid == sid), None)

    def sent_to(self, number: PhoneNumber, since: datetime) -> Iterable[CarrierMessage]:
        return [m for m in self.listed if m.to == number.e164 and m.created_at >= since]

    def sent_since(self, since: datetime) -> Iterable[CarrierMessage]:
        return [m for m in self.listed if m.created_at >= since]

    def delete_message(self, sid: str) -> bool:
        self.deleted.append(sid)
        return True

    delete_recording = delete_call = delete_message

    def recording_audio(self, sid: str) -> bytes:
        return b"audio"

    def picture(self, address: str) -> bytes:
        return b"\x89PNG\r\n\x1a\n" + address.encode()


def say_english(_: Language, sentence: str) -> str:
    return sentence


def roster_of(*people: Person) -> Callable[[], Roster]:
    """A roster that does not change: `replace(line, people=roster_of(BO))`."""
    roster = Roster(people)
    return lambda: roster


def add_people(line: Line) -> None:
    """Rows of Ana and Bo; in a fresh database under the ids that they have here."""
    with transaction(line.database) as db:
        for one in (ANA, BO):
            if people.by_name(db, line.keyring, one.name) is None:
                people.add(
                    db,
                    line.keyring,
                    one.name,
                    one.roles,
                    one.organisation,
                    one.languages,
                    one.phone,
                    one.language,
                    one.zips,
                    one.is_available,
                    NOON,
                )


def make_line(database: Engine, flow: Flow, network: Network, **changes: Any) -> Line:
    """A demo line with Ana and Bo on duty, everything approved, and chance that repeats itself.

    Ana and Bo have rows too, but the roster does not change: `people=Board(...)` gives one that does.
    """
    carrier = Carrier()
    own = {"ORG": "Red de Prueba", "VOICE_PHONE": "500-555-0006"}
    library = build_library(flow, network, "demo", own, {}, NOON.date())
    line = Line(
        mode="demo",
        database=database,
        quick=Quick(database),
        keyring=read_keys(KEY),
        flow=flow,
        network=network,
        library=lambda: library,
        place_of=place_of,
        queue=Wakes(),
        sender=carrier,
        caller=carrier,
        records=carrier,
        people=roster_of(ANA, BO),
        hours=Hours(ZoneInfo("America/Los_Angeles")),
        senders=(HOTLINE.e164,),
        voice_number=HOTLINE,
        limits=Limits(),
        pick=random.Random(7).choice,
        gettext=say_english,
        clock=Clock(),
    )
    made = replace(line, **changes)
    add_people(made)
    return made


def text_from(
    number: PhoneNumber, body: str, sid: str, media: tuple[str, ...] = (), **changes: Any
) -> Inbound:
    return Inbound("sms", sid, 0, number, HOTLINE.e164, Text(body, media, **changes))


def call_from(number: PhoneNumber | None, sid: str, n: int = 0, event: Input | None = None) -> Inbound:
    return Inbound("voice", sid, n, number, HOTLINE.e164, event or (Arrived() if n == 0 else Digits("1")))
