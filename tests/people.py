"""Builders for broadcasts: subscribers by the dozen, alerts ready to go, and a carrier that is told
what to answer."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import text

from hotline.domain.outcome import Accepted, Outcome, Unknown
from hotline.domain.phone import PhoneNumber
from hotline.domain.ports import CarrierMessage, CarrierUnreachable, Gate, Outgoing
from hotline.operations.alerts import draft
from hotline.operations.fan_out import fan_out
from hotline.operations.line import Line
from hotline.operations.release import answer_release, ask_release
from hotline.store import contacts, subscriptions
from hotline.store.database import transaction
from hotline.store.messages import body_place
from hotline.store.rates import Grant
from tests.lines import ANA, BO, Carrier, Clock

PLACE = {"agency": "ice", "activity": "parking_lot", "cross_streets": "1st & Soto"}


def phone(number: int) -> PhoneNumber:
    """One of ten thousand numbers that reach nobody."""
    return PhoneNumber(f"+1500555{number:04d}")


def subscribe(
    line: Line, number: int, zip_code: str = "90033", language: str | None = "es", now: datetime | None = None
) -> int:
    """Make somebody who asked for alerts."""
    with transaction(line.database) as db:
        contact_id = contacts.add(db, line.keyring, phone(number), now or line.clock())
        if language in {"es", "en"}:
            contacts.remember_language(db, contact_id, "es" if language == "es" else "en")
        subscriptions.add(db, contact_id, zip_code, now or line.clock())
        return contact_id


def draft_test(line: Line, area: str = "boyle_heights", **changes: object) -> str:
    return draft(line, line.clock(), "test", {}, ANA.name, area=area, **changes)  # type: ignore[arg-type]


def draft_actual(line: Line, **changes: object) -> str:
    given: dict[str, object] = {
        "area": "boyle_heights",
        "basis": "verifier_on_scene",
        "observer": "V7",
        "seen_at": line.clock() - timedelta(minutes=5),
    }
    return draft(line, line.clock(), "actual", PLACE, ANA.name, **(given | changes))  # type: ignore[arg-type]


def follow_up(line: Line, kind: str, follows: str, **values: str) -> str:
    return draft(
        line,
        line.clock(),
        kind,  # type: ignore[arg-type]
        values,
        ANA.name,
        basis="verifier_on_scene",
        observer="V7",
        seen_at=line.clock(),
        follows=follows,
    )


def word_for(line: Line) -> str:
    """The one-time word, read from the newest text to the second person."""
    body = staff_texts(line)[-1]
    found = body.split("word ", 1)[1]
    return found[:4]


def staff_texts(line: Line) -> list[str]:
    with transaction(line.database) as db:
        rows = db.execute(text("SELECT id, body_ct FROM message WHERE kind = 'staff' ORDER BY id")).all()
    return [line.keyring.open(row.body_ct, body_place(row.id)) for row in rows]


def release(line: Line, code: str) -> int:
    """Take an alert the whole way to its rows; returns the broadcast's id."""
    ask_release(line, code, ANA.name, BO.name, line.clock())
    with transaction(line.database) as db:
        answered = answer_release(line, db, BO, word_for(line), line.clock())
    assert answered is not None
    assert answered.wakes, answered.words
    broadcast_id = answered.wakes[0][1]
    assert broadcast_id is not None
    while fan_out(line, broadcast_id, line.clock()):
        pass
    settle_staff_texts(line)
    return broadcast_id


def settle_staff_texts(line: Line) -> None:
    """Texts to staff are not what these tests look at."""
    with transaction(line.database) as db:
        db.execute(text("UPDATE message SET status = 'delivered' WHERE kind = 'staff'"))


def statuses(line: Line, broadcast_id: int) -> list[tuple[str, str | None]]:
    """Status and reason of each row, in their order."""
    with transaction(line.database) as db:
        rows = db.execute(
            text("SELECT status, reason FROM delivery WHERE broadcast_id = :id ORDER BY seq"),
            {"id": broadcast_id},
        ).all()
    return [(row.status, row.reason) for row in rows]


def plain(line: Line, broadcast_id: int) -> list[str]:
    return [status for status, _ in statuses(line, broadcast_id)]


@dataclass
class FreeRates:
    """Every rate is permitted, unless a sender has an allowance; when that is used up, `stopping` is set."""

    allowance: dict[str, int] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)
    given_back: int = 0

    def take(self, sender: str, least: int, most: int) -> Grant:
        if sender not in self.allowance:
            return Grant(most, 0.0)
        granted = min(most, self.allowance[sender])
        if granted < least:
            self.stopping.set()
            return Grant(0, 0.001)
        self.allowance[sender] -= granted
        return Grant(granted, 0.0)

    def give_back(self, sender: str, segments: int) -> None:
        self.given_back += segments
        if sender in self.allowance:
            self.allowance[sender] += segments


@dataclass
class ListedCarrier(Carrier):
    """A carrier with a list: what it accepted can be looked up, whatever it answered."""

    clock: Clock = field(default_factory=Clock)
    swallow: bool = False  # accept, and lose the answer
    drop: bool = False  # neither accept nor answer
    is_away: bool = False
    accepted: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, batch: Sequence[Outgoing], gate: Gate | None = None) -> Sequence[Outcome]:
        with self._lock:
            return [self._one(one) for one in batch]

    def _one(self, one: Outgoing) -> Outcome:
        self.sent.append(one)
        if self.drop:
            return Unknown("timeout")
        answer = self.answer(one) if self.answer else self._accept()
        if isinstance(answer, Accepted):
            self.accepted.append(one.to.e164)
            self.listed.append(
                CarrierMessage(
                    answer.sid,
                    one.to.e164,
                    one.sender or "",
                    one.body,
                    "queued",
                    None,
                    self.clock(),
                    "outbound-api",
                )
            )
        return Unknown("timeout") if self.swallow else answer

    def sent_to(self, number: PhoneNumber, since: datetime) -> list[CarrierMessage]:
        if self.is_away:
            raise CarrierUnreachable
        return [m for m in self.listed if m.to == number.e164 and m.created_at >= since]

    def message(self, sid: str) -> CarrierMessage | None:
        if self.is_away:
            raise CarrierUnreachable
        return next((m for m in self.listed if m.sid == sid), None)
