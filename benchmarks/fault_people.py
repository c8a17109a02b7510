"""Who is texted in a run, and the alerts that go out to them."""

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from benchmarks.fault_stage import AREAS
from hotline.domain.phone import PhoneNumber
from hotline.operations.alerts import draft
from hotline.operations.line import Line
from hotline.operations.release import start
from hotline.store import alerts
from hotline.store.contacts import place
from hotline.store.database import Contended, DatabaseAway, transaction

# 213 is left to the hotline's own numbers and its staff; 500-555 reach nobody either.
NUMBERS: Final = [
    *(f"+1{area}555{last:04d}" for area in range(200, 1000) if area != 213 for last in range(100, 200)),
    *(f"+1500555{last:04d}" for last in range(1000, 10_000)),
]
TRIES: Final = 20
_FORGET: Final = text(
    "TRUNCATE message, turn, session, ticket, report, consent, suppression, carrier_block, number_health,"
    " subscription, delivery, delivery_tally, broadcast_body, broadcast, alert, contact, spend, sender_rest,"
    " audit CASCADE"
)
_ADD: Final = text(
    "INSERT INTO contact (id, phone_hash, phone_ct, language, created_at, seen_at)"
    " OVERRIDING SYSTEM VALUE SELECT id, hash, phone, language, :now, :now"
    " FROM unnest(CAST(:ids AS bigint[]), CAST(:hashes AS bytea[]), CAST(:phones AS bytea[]),"
    " CAST(:languages AS text[])) AS p(id, hash, phone, language)"
)
_SIGN_UP: Final = text(
    "INSERT INTO subscription (contact_id, zip, kinds, created_at) SELECT id, :zip, '{alert}', :now"
    " FROM unnest(CAST(:ids AS bigint[])) AS p(id)"
)


@dataclass(frozen=True, slots=True)
class Person:
    contact_id: int
    number: str


def forget_everything(line: Line) -> None:
    """Empty every table of the run before; ids go on, so that what comes late finds nothing.

    The hotline goes on working meanwhile, and the database may end a deadlock on our side.
    """
    for _ in range(TRIES):
        with suppress(DatabaseAway, Contended), transaction(line.database) as db:
            db.execute(_FORGET)
            return
    raise RuntimeError("the tables could not be emptied")


def sign_up(line: Line, count: int, areas: int, chance: random.Random) -> list[Person]:
    """So many people who asked for the alerts of the first few areas, sealed as anybody's numbers are."""
    numbers = chance.sample(NUMBERS, count)
    now = line.clock()
    with transaction(line.database) as db:
        ids = list(
            db.scalars(
                text("SELECT nextval(pg_get_serial_sequence('contact', 'id')) FROM generate_series(1, :n)"),
                {"n": count},
            )
        )
        people = [Person(int(one), number) for one, number in zip(ids, numbers, strict=True)]
        values = {
            "ids": ids,
            "hashes": [line.keyring.lookup(PhoneNumber(one.number)) for one in people],
            "phones": [line.keyring.seal(one.number, place(one.contact_id)) for one in people],
            "languages": [chance.choice(("es", "en", None)) for _ in people],
            "now": now,
        }
        db.execute(_ADD, values)
        for zip_code in list(AREAS.values())[:areas]:
            db.execute(_SIGN_UP, {"ids": ids, "zip": zip_code, "now": now})
    return people


def release(line: Line, count: int, ends_in_s: float | None) -> list[int]:
    """Let an alert go out in each of the first few areas; their broadcasts' ids."""
    return [_release(line, area, ends_in_s) for area in list(AREAS)[:count]]


def _release(line: Line, area: str, ends_in_s: float | None) -> int:
    now = line.clock()
    code = draft(
        line,
        now,
        "actual",
        {"agency": "ice", "activity": "parking_lot", "cross_streets": "1st & Soto"},
        "Ana",
        area=area,
        basis="verifier_on_scene",
        observer="V7",
        seen_at=now - timedelta(minutes=5),
        ends_at=_end(now, ends_in_s),
    )
    with transaction(line.database) as db:
        written = alerts.by_code(db, line.keyring, code, lock=True)
        assert written is not None
        broadcast_id = start(line, db, written, "Bo", now)
    line.queue.wake("fan_out", broadcast_id)
    return broadcast_id


def _end(now: datetime, ends_in_s: float | None) -> datetime | None:
    return now + timedelta(seconds=ends_in_s) if ends_in_s is not None else None


def codes_of(line: Line, broadcast_ids: Sequence[int]) -> list[str]:
    """The codes by which people steer them."""
    with transaction(line.database) as db:
        rows = db.execute(
            text("SELECT a.code FROM broadcast b JOIN alert a ON a.id = b.alert_id WHERE b.id = ANY(:ids)"),
            {"ids": list(broadcast_ids)},
        )
        return [row.code for row in rows]
