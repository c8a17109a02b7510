"""What staff may see and do of subscribers: counts for all, one record after a written reason."""

import base64
import binascii
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection, text

from hotline.domain.language import Channel, Language
from hotline.domain.phone import PhoneNumber
from hotline.operations.line import Line
from hotline.operations.subscribers_export import COLUMNS, LONGEST_REASON
from hotline.store import audit, charting, consents, contacts, health, roster, subscriptions
from hotline.store.database import transaction
from hotline.store.roster import Entry
from hotline.store.sealing import CannotOpen

SHORTEST_REASON: Final = 10
OPEN_FOR: Final = timedelta(minutes=15)
MOST_CONSENTS: Final = 50

Trouble = Literal["reason", "zip", "unknown", "not_signed_up"]


class DeskRefused(Exception):
    """What was asked for is not done. `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble: Trouble = trouble


@dataclass(frozen=True, slots=True)
class Counts:
    """Sign-ups by what they have; one person with two ZIP codes is two sign-ups. `elsewhere` is outside
    every area."""

    people: int
    sign_ups: int
    areas: Mapping[str, int]
    elsewhere: int
    languages: Mapping[str, int]
    channels: Mapping[str, int]
    kinds: Mapping[str, int]
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class ConsentLine:
    act: str
    channel: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """One subscriber. The number itself stays sealed; `ending` are its last digits."""

    contact_id: int
    ending: str
    language: Language | None
    zips: tuple[str, ...]
    channel: Channel | None
    kinds: tuple[str, ...]
    since: datetime | None
    suppressed: str | None
    suppressed_at: datetime | None
    is_resting: bool
    consents: tuple[ConsentLine, ...]


def counts(line: Line, now: datetime) -> Counts:
    """Who gets alerts, counted. Reads every sign-up: keep the answer for a while."""
    with transaction(line.database) as db:
        rows, people = charting.sign_ups(db), charting.people_signed_up(db)
    by_zip, languages, channels, kinds = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        by_zip[row.zip] += row.amount
        languages[row.language] += row.amount
        channels[row.channel] += row.amount
        kinds.update(dict.fromkeys(row.kinds, row.amount))
    areas = line.network.areas
    inside = {zip_code for area in areas.values() for zip_code in area.zips}
    return Counts(
        people,
        by_zip.total(),
        {name: sum(by_zip[zip_code] for zip_code in area.zips) for name, area in areas.items()},
        sum(amount for zip_code, amount in by_zip.items() if zip_code not in inside),
        languages,
        channels,
        kinds,
        now,
    )


def open_record(
    line: Line, number: PhoneNumber, reason: str, by: str, session_id: int, now: datetime
) -> str | None:
    """Look up a number and write down who wanted it and why, found or not.

    Returns a key to the record that opens it for some minutes, in that session alone; None when nobody of
    this number is known. Raises DeskRefused.
    """
    if len(reason) < SHORTEST_REASON:
        raise DeskRefused("reason")
    with transaction(line.database) as db:
        contact_id = contacts.find(db, line.keyring, number)
        subject = f"contact {contact_id}" if contact_id is not None else "nobody"
        audit.record(db, by[:64], "subscribers.open", subject, now, {"reason": reason[:LONGEST_REASON]})
    if contact_id is None:
        return None
    sealed = line.keyring.seal(f"{contact_id}:{int((now + OPEN_FOR).timestamp())}", _place(session_id))
    return base64.urlsafe_b64encode(sealed).decode()


def opened(line: Line, key: str, session_id: int, now: datetime) -> int | None:
    """Whom a key opens now; None when it is over, or another session's."""
    try:
        sealed = base64.urlsafe_b64decode(key.encode())
        contact_id, _, ends = line.keyring.open(sealed, _place(session_id)).partition(":")
    except (CannotOpen, binascii.Error, ValueError):
        return None
    return int(contact_id) if now.timestamp() < int(ends) else None


def record(line: Line, contact_id: int) -> Record | None:
    """One subscriber; None when they are gone."""
    with transaction(line.database) as db:
        try:
            number = contacts.number_of(db, line.keyring, contact_id)
        except CannotOpen:
            return None
        if number is None:
            return None
        hashes = line.keyring.lookups(number)
        signed = subscriptions.of_contact(db, contact_id)
        stop = db.execute(
            text("SELECT reason, since FROM suppression WHERE phone_hash = ANY(:hashes) LIMIT 1"),
            {"hashes": hashes},
        ).one_or_none()
        return Record(
            contact_id,
            number.e164[-2:],
            contacts.language_of(db, contact_id),
            tuple(row.zip for row in signed),
            signed[0].channel if signed else None,
            tuple(sorted({kind for row in signed for kind in row.kinds})),
            min((row.created_at for row in signed), default=None),
            stop.reason if stop else None,
            stop.since if stop else None,
            health.is_resting(db, hashes),
            _consents(db, hashes),
        )


def change(
    line: Line,
    contact_id: int,
    language: Language,
    zip_code: str,
    channel: Channel,
    by: str,
    now: datetime,
) -> None:
    """Set what a subscriber told somebody; a ZIP code only for who signed up. Raises DeskRefused."""
    if zip_code and line.place_of(zip_code) is None:
        raise DeskRefused("zip")
    with transaction(line.database) as db:
        if contacts.number_of(db, line.keyring, contact_id) is None:
            raise DeskRefused("unknown")
        signed = subscriptions.of_contact(db, contact_id)
        if zip_code and not signed:
            raise DeskRefused("not_signed_up")  # only their own word signs anybody up
        contacts.remember_language(db, contact_id, language)
        if zip_code and [row.zip for row in signed] != [zip_code]:
            kinds = sorted({kind for row in signed for kind in row.kinds})
            subscriptions.replace_zip(db, contact_id, zip_code, now, kinds)
        if signed:
            subscriptions.set_channel(db, contact_id, channel)
        details = {"language": language, "channel": channel, "zip": bool(zip_code)}
        audit.record(db, by[:64], "subscribers.change", f"contact {contact_id}", now, details)


def stop(line: Line, contact_id: int, by: str, now: datetime) -> None:
    """Stop for them whatever we start; only they themselves can begin it again. Raises DeskRefused."""
    with transaction(line.database) as db:
        number = contacts.number_of(db, line.keyring, contact_id)
        if number is None:
            raise DeskRefused("unknown")
        language = contacts.language_of(db, contact_id)
        for phone_hash in line.keyring.lookups(number):
            consents.suppress(db, phone_hash, "opt_out", now)
        consents.record(
            db,
            line.keyring,
            contact_id,
            line.keyring.lookup(number),
            "opt_out",
            "",
            language,
            "voice",
            "staff",
            now,
        )
        audit.record(db, by[:64], "subscribers.stop", f"contact {contact_id}", now)


def export(line: Line, reason: str, by: str, now: datetime) -> Iterator[Sequence[str]]:
    """Every subscriber as rows, the heading first; who wanted them and why is written down before.

    Raises DeskRefused at once, and DatabaseAway while it is read.
    """
    if len(reason) < SHORTEST_REASON:
        raise DeskRefused("reason")
    with transaction(line.database) as db:
        details = {"reason": reason[:LONGEST_REASON]}
        audit.record(db, by[:64], "subscribers.export", "subscribers", now, details)
    return _rows(line)


def _rows(line: Line) -> Iterator[Sequence[str]]:
    yield COLUMNS
    for entry in roster.entries(line.database, line.keyring):
        if entry.number is not None:
            yield _row(entry, entry.number)


def _row(entry: Entry, number: PhoneNumber) -> Sequence[str]:
    since, out = _day(entry.since), _day(entry.opted_out_at)
    return (number.e164, entry.zip or "", entry.language or "", entry.channel or "", since, out)


def _day(at: datetime | None) -> str:
    return at.date().isoformat() if at else ""


def _consents(db: Connection, hashes: Sequence[bytes]) -> tuple[ConsentLine, ...]:
    rows = db.execute(
        text(
            "SELECT act, channel, source, created_at FROM consent WHERE phone_hash = ANY(:hashes)"
            " ORDER BY id DESC LIMIT :limit"
        ),
        {"hashes": list(hashes), "limit": MOST_CONSENTS},
    )
    return tuple(ConsentLine(row.act, row.channel, row.source, row.created_at) for row in rows)


def _place(session_id: int) -> str:
    return f"subscriber.open.{session_id}"
