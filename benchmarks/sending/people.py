"""Subscribers by the hundred thousand, and broadcasts to some of them, written past the front door."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Engine, text

from benchmarks.sending.stage import KEY
from hotline.domain.phone import PhoneNumber
from hotline.settings.variables import DEMO_NUMBER
from hotline.store import broadcasts
from hotline.store.broadcasts import Body
from hotline.store.contacts import place
from hotline.store.sealing import Keyring, read_keys

PER_ZIP: Final = 500
ENGLISH: Final = "TEST 1st & Soto: this is a drill of your neighbourhood alert line. Nothing is wrong. {}"
SPANISH: Final = (
    "PRUEBA 1st y Soto: esto es un simulacro de su linea de alertas del barrio. No pasa nada, nadie tiene "
    "que hacer nada. Siga con su dia; le avisaremos cuando haya una alerta de verdad. {}"
)


def keyring() -> Keyring:
    return read_keys(KEY)


def phone(number: int) -> PhoneNumber:
    """One of the numbers that reach nobody."""
    return PhoneNumber(f"+1{200 + number // 100 % 800}55501{number % 100:02d}")


def zip_of(number: int) -> str:
    return f"{10_000 + number // PER_ZIP:05d}"


def zips_for(count: int) -> list[str]:
    """ZIP codes that together have `count` subscribers (a multiple of PER_ZIP)."""
    return [zip_of(first) for first in range(0, count, PER_ZIP)]


def subscribe(engine: Engine, count: int) -> None:
    """`count` subscribers with sealed numbers, every other in Spanish; ids from 1."""
    ring, now = keyring(), datetime.now(UTC)
    with engine.begin() as db:
        driver = db.connection.driver_connection
        assert driver is not None
        with driver.cursor() as cursor:
            with cursor.copy(
                "COPY contact (id, phone_hash, phone_ct, language, created_at, seen_at) FROM STDIN"
            ) as copy:
                for number in range(1, count + 1):
                    sealed = ring.seal(phone(number).e164, place(number))
                    copy.write_row((number, _hash(number), sealed, "es" if number % 2 else "en", now, now))
            with cursor.copy(
                "COPY subscription (id, contact_id, zip, kinds, channel, created_at) FROM STDIN"
            ) as copy:
                for number in range(1, count + 1):
                    copy.write_row((number, number, zip_of(number - 1), ["alert"], "sms", now))
        _move_on(db)
    _analyze(engine)


def subscribe_unsealed(engine: Engine, first: int, count: int, zip_code: str) -> None:
    """`count` subscribers of one ZIP code whose numbers nobody will open: rows to write deliveries for."""
    with engine.begin() as db:
        db.execute(
            text(
                "INSERT INTO contact (id, phone_hash, phone_ct, language, created_at, seen_at)"
                " OVERRIDING SYSTEM VALUE SELECT n, sha256(CAST(CAST(n AS text) AS bytea)), '\\x00',"
                " CASE WHEN n % 2 = 0 THEN 'es' ELSE 'en' END, now(), now()"
                " FROM generate_series(CAST(:first AS bigint), :last) n"
            ),
            {"first": first, "last": first + count - 1},
        )
        db.execute(
            text(
                "INSERT INTO subscription (id, contact_id, zip, kinds, channel, created_at)"
                " OVERRIDING SYSTEM VALUE SELECT n, n, :zip, '{alert}', 'sms', now()"
                " FROM generate_series(CAST(:first AS bigint), :last) n"
            ),
            {"first": first, "last": first + count - 1, "zip": zip_code},
        )
        _move_on(db)
    _analyze(engine)


def _hash(number: int) -> bytes:
    """As long and as scattered as a real one; the numbers repeat, and two rows may not share a hash."""
    return b"1:" + hashlib.sha256(b"%d" % number).digest()


def _move_on(db: object) -> None:
    """The next row made by the program itself comes after ours."""
    for table in ("contact", "subscription"):
        db.execute(  # type: ignore[attr-defined]
            text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        )


def _analyze(engine: Engine) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("VACUUM ANALYZE contact, subscription"))


def broadcast(
    engine: Engine,
    zips: Sequence[str],
    *,
    urgent: bool = False,
    mark: str = "",
    senders: Sequence[str] = (DEMO_NUMBER,),
    lasts: timedelta = timedelta(hours=2),
    one_segment: bool = False,
) -> int:
    """A released alert whose deliveries are not written yet; `mark` stands in its words."""
    now = datetime.now(UTC)
    english = Body(ENGLISH.format(mark), "GSM-7", 1)
    spanish = english if one_segment else Body(SPANISH.format(mark), "GSM-7", 2)
    with engine.begin() as db:
        alert_id = db.execute(
            text(
                "INSERT INTO alert (code, kind, template, values_ct, area, zips, ends_at, author, state,"
                " created_at) SELECT 'B' || (SELECT count(*) FROM alert), 'test', 'test', '\\x00', 'all',"
                " :zips, :ends, 'Ana', 'released', :now RETURNING id"
            ),
            {"zips": list(zips), "ends": now + lasts, "now": now},
        ).scalar_one()
        return broadcasts.add(
            db,
            keyring(),
            alert_id,
            None,
            urgent,
            zips,
            senders,
            {"en": english, "es": spanish},
            now + lasts,
            now,
        )
