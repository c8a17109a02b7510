"""Consent and refusal: an append-only ledger, our own suppression, and the carrier's block apart from it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from hotline.domain.language import Channel, Language
from hotline.store.sealing import Keyring
from hotline.store.tables import carrier_block, consent, suppression

Act = Literal["subscribe", "leave", "opt_out", "opt_in", "pause", "resume", "carrier_stop", "erase"]

# Words of these may be a whole sentence and prove nothing that outlasts the person's being here.
NO_PROOF: Final[tuple[Act, ...]] = ("pause", "resume", "leave")
AGREEMENTS: Final[tuple[Act, ...]] = ("subscribe", "opt_in")
SAMPLE: Final = 20  # newest rows that are tried with a key


def record(
    db: Connection,
    keyring: Keyring,
    contact_id: int | None,
    phone_hash: bytes,
    act: Act,
    words: str,
    language: Language | None,
    channel: Channel,
    source: str,
    now: datetime,
) -> None:
    """Write down who agreed to or refused what, when, in which words. Never changed afterwards (but see
    `forget_words`)."""
    row_id = int(db.execute(text("SELECT nextval(pg_get_serial_sequence('consent', 'id'))")).scalar_one())
    db.execute(
        text(
            "INSERT INTO consent (id, contact_id, phone_hash, act, words_ct, words_key, language, channel,"
            " source, created_at) OVERRIDING SYSTEM VALUE VALUES (:id, :contact_id, :phone_hash, :act,"
            " :words_ct, :words_key, :language, :channel, :source, :now)"
        ),
        {
            "id": row_id,
            "contact_id": contact_id,
            "phone_hash": phone_hash,
            "act": act,
            "words_ct": keyring.seal(words, _place(row_id)),
            "words_key": keyring.first.id,
            "language": language,
            "channel": channel,
            "source": source,
            "now": now,
        },
    )


def forget_words(db: Connection, keyring: Keyring, hashes: Sequence[bytes]) -> None:
    """Empty what an erased person wrote to pause, resume or leave lists; that they did, and when, stays."""
    theirs = consent.c.phone_hash.in_(hashes), consent.c.act.in_(NO_PROOF)
    for row_id in db.scalars(select(consent.c.id).where(*theirs)).all():
        empty = {"words_ct": keyring.seal("", _place(row_id)), "words_key": keyring.first.id}
        db.execute(update(consent).where(consent.c.id == row_id).values(**empty))


def newest_opens(db: Connection, keyring: Keyring) -> bool | None:
    """Do words of one of the newest open with our keys? None when nothing is written down."""
    rows = db.execute(select(consent.c.id, consent.c.words_ct).order_by(consent.c.id.desc()).limit(SAMPLE))
    return keyring.opens_any([(row.words_ct, _place(row.id)) for row in rows])


def suppress(db: Connection, phone_hash: bytes, reason: str, now: datetime) -> None:
    """Stop what we start for this number. A pause never softens an opt-out."""
    row = insert(suppression).values(phone_hash=phone_hash, reason=reason, since=now)
    if reason == "pause":
        db.execute(row.on_conflict_do_nothing())
    else:
        db.execute(row.on_conflict_do_update(index_elements=["phone_hash"], set_={"reason": reason}))


def lift(db: Connection, hashes: Sequence[bytes], only: str | None = None) -> None:
    """Let alerts reach the number again, or only lift a suppression made for one reason."""
    statement = delete(suppression).where(suppression.c.phone_hash.in_(hashes))
    if only:
        statement = statement.where(suppression.c.reason == only)
    db.execute(statement)


def is_suppressed(db: Connection, hashes: Sequence[bytes]) -> bool:
    return db.scalar(select(suppression.c.reason).where(suppression.c.phone_hash.in_(hashes))) is not None


def is_opted_out(db: Connection, hashes: Sequence[bytes]) -> bool:
    """Did the person themselves refuse? A pause or the carrier's own stop is less than that."""
    mine = suppression.c.phone_hash.in_(hashes), suppression.c.reason == "opt_out"
    return db.scalar(select(suppression.c.reason).where(*mine)) is not None


def block(db: Connection, phone_hash: bytes, sender: str, now: datetime) -> None:
    """The carrier will not send from this sender to this number (STOP, 21610)."""
    row = insert(carrier_block).values(phone_hash=phone_hash, sender=sender, since=now)
    db.execute(row.on_conflict_do_nothing())


def unblock(db: Connection, hashes: Sequence[bytes], sender: str) -> None:
    db.execute(
        delete(carrier_block).where(carrier_block.c.phone_hash.in_(hashes), carrier_block.c.sender == sender)
    )


def count(db: Connection, hashes: Sequence[bytes], act: Act) -> int:
    """How often this number did this."""
    rows = db.execute(
        select(consent.c.id).where(consent.c.phone_hash.in_(hashes), consent.c.act == act)
    ).all()
    return len(rows)


def was_recorded(db: Connection, hashes: Sequence[bytes], at: datetime) -> bool:
    """Is an act of this number of this very moment written down?"""
    mine = consent.c.phone_hash.in_(hashes), consent.c.created_at == at
    return db.scalar(select(consent.c.id).where(*mine).limit(1)) is not None


def agreed_since(db: Connection, hashes: Sequence[bytes], at: datetime) -> bool:
    """Did this number sign up, or start again, after that moment?"""
    mine = consent.c.phone_hash.in_(hashes), consent.c.act.in_(AGREEMENTS), consent.c.created_at > at
    return db.scalar(select(consent.c.id).where(*mine).limit(1)) is not None


def _place(row_id: int) -> str:
    return f"consent.words.{row_id}"
