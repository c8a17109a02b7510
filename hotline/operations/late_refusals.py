"""Refusals that came while the database was away: written as soon as it is back, before anything is sent."""

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from hotline.flow.effect import Effect, OpenTicket, OptOut, PauseAlerts
from hotline.flow.nodes import Ask
from hotline.operations.effects import Applied, Occasion, apply
from hotline.operations.line import Line
from hotline.store import consents, contacts, turns
from hotline.store.database import Contended, transaction
from hotline.store.quick import driver_of
from hotline.store.spool import Kept, Refused, Spool
from hotline.store.turns import Standing

_log = structlog.get_logger()


def write_late(line: Line, spool: Spool) -> int:
    """Write what is kept; how many were.

    Forgotten after the commit: a crash in between brings one twice, which is the same as once. Raises
    redis.exceptions.RedisError and hotline.store.database.DatabaseAway.
    """
    done = [one for one in spool.read() if _is_written(line, one)]
    spool.forget(done)
    return len(done)


def _is_written(line: Line, kept: Kept) -> bool:
    """One that breaks stays for the next time and stops no other."""
    if kept.refused is None:
        _log.error("late_refusals.no_key_opens", sid=kept.sid)
        return True
    try:
        with transaction(line.database) as db:
            applied = _write(line, db, kept.refused)
    except (SQLAlchemyError, Contended) as fault:
        _log.error("late_refusals.failed", sid=kept.sid, why=type(fault).__name__)
        return False
    for job, identifier in applied.wakes:
        line.queue.wake(job, identifier)
    return True


def _write(line: Line, db: Connection, refused: Refused) -> Applied:
    hashes = line.keyring.lookups(refused.contact)
    standing = turns.read_text(driver_of(db), line.keyring, refused.sid, hashes, line.clock())
    is_done = standing.answer is not None and refused.channel == "sms"
    if is_done or consents.was_recorded(db, hashes, refused.at):
        return Applied()
    at = _occasion(line, db, refused, standing)
    if consents.agreed_since(db, hashes, refused.at):
        consents.record(
            db,
            line.keyring,
            at.contact_id,
            line.keyring.lookup(refused.contact),
            "opt_out",
            refused.words,
            at.language,
            refused.channel,
            "person",
            refused.at,
        )
        return Applied()
    return apply(line, db, line.library(), at, _effects(line, refused, standing))


def _effects(line: Line, refused: Refused, standing: Standing) -> tuple[Effect, ...]:
    """The turn's own, without its answer: the person was told that something broke."""
    match refused.refusal:
        case "whole":
            return (OptOut(refused.words),)
        case "weak":
            return () if _has_question(line, standing) else (OptOut(refused.words),)
        case "sentence":
            return (PauseAlerts(refused.words), OpenTicket("opt_out_review", "opt_out"))


def _has_question(line: Line, standing: Standing) -> bool:
    node = standing.session.node if standing.session else None
    return isinstance(line.flow.nodes.get(node or ""), Ask)


def _occasion(line: Line, db: Connection, refused: Refused, standing: Standing) -> Occasion:
    """As it was then: the ledger keeps when they refused, not when we could write it."""
    moment = refused.at
    return Occasion(
        contact=refused.contact,
        contact_id=contacts.add(db, line.keyring, refused.contact, moment),
        phone_hash=line.keyring.lookup(refused.contact),
        channel=refused.channel,
        language=standing.language,
        sender=refused.to,
        call_sid=None,
        now=moment,
    )
