"""Do what a turn asked to remember: one function an effect, all in the turn's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import Connection

from hotline.domain.incident import ReportSource
from hotline.domain.language import Channel, Language
from hotline.domain.notice import AUDIENCES
from hotline.domain.phone import PhoneNumber
from hotline.flow.effect import (
    AnswerReport,
    ClearCarrierBlock,
    Effect,
    Erase,
    FinishReport,
    FlagUrgent,
    KeepRecording,
    LeaveLists,
    OpenTicket,
    OptIn,
    OptOut,
    PauseAlerts,
    RememberLanguage,
    ResumeAlerts,
    SendText,
    StartReport,
    Subscribe,
    TakeTexts,
)
from hotline.flow.library import Library
from hotline.flow.lists import said
from hotline.operations.erasure import erase_contact
from hotline.operations.incidents import adopt
from hotline.operations.line import Line
from hotline.operations.tickets import open_ticket
from hotline.operations.writing import write_text
from hotline.store import consents, contacts, recordings, reports, site_contacts, sites, subscriptions
from hotline.store.consents import Act

Wake = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who is here, how, and when. `phone_hash` is None for a caller who withholds the number."""

    contact: PhoneNumber | None
    contact_id: int | None
    phone_hash: bytes | None
    channel: Channel
    language: Language | None
    sender: str
    call_sid: str | None
    now: datetime


@dataclass(slots=True)
class Applied:
    """What must be woken after the commit, and what later effects of the turn need to know."""

    wakes: list[Wake] = field(default_factory=list)
    ticket_id: int | None = None
    was_erased: bool = False


def apply(line: Line, db: Connection, library: Library, at: Occasion, effects: Sequence[Effect]) -> Applied:
    """Apply effects in their order."""
    applied = Applied()
    for effect in effects:
        _apply_one(line, db, library, at, effect, applied)
    return applied


def _apply_one(
    line: Line, db: Connection, library: Library, at: Occasion, effect: Effect, applied: Applied
) -> None:
    match effect:
        case RememberLanguage():
            if at.contact_id is not None:
                contacts.remember_language(db, at.contact_id, effect.language)
        case OptOut() | OptIn() | PauseAlerts() | ResumeAlerts() | ClearCarrierBlock():
            _consent(line, db, at, effect)
        case Subscribe():
            _subscribe(line, db, at, effect)
        case LeaveLists() | TakeTexts():
            _leave(line, db, at, effect)
        case StartReport() | AnswerReport() | FlagUrgent() | FinishReport():
            _report(line, db, library, at, effect, applied)
        case OpenTicket():
            _ticket(line, db, library, at, effect, applied)
        case KeepRecording():
            recordings.keep(
                db,
                line.keyring,
                effect.sid,
                effect.duration_s,
                at.contact_id,
                applied.ticket_id,
                effect.report,
                at.now,
            )
        case SendText():
            _send_text(line, db, library, at, effect, applied)
        case Erase():
            _erase(line, db, at, effect, applied)
        case _:
            assert_never(effect)


def _consent(
    line: Line,
    db: Connection,
    at: Occasion,
    effect: OptOut | OptIn | PauseAlerts | ResumeAlerts | ClearCarrierBlock,
) -> None:
    if at.contact is None or at.phone_hash is None:
        return
    hashes = line.keyring.lookups(at.contact)
    match effect:
        case OptOut():
            _record(line, db, at, "opt_out", effect.words)
            _suppress(db, hashes, "opt_out", at.now)
        case OptIn():
            _record(line, db, at, "opt_in", effect.words)
            consents.lift(db, hashes)
            consents.unblock(db, hashes, at.sender)
        case PauseAlerts():
            _record(line, db, at, "pause", effect.words)
            _suppress(db, hashes, "pause", at.now)
        case ResumeAlerts():
            _record(line, db, at, "resume", effect.words)
            consents.lift(db, hashes, only="pause")
        case ClearCarrierBlock():
            consents.unblock(db, hashes, at.sender)
        case _:
            assert_never(effect)


def _suppress(db: Connection, hashes: Sequence[bytes], reason: str, now: datetime) -> None:
    """Under every key: while keys rotate the contact itself may still be known under an older one."""
    for phone_hash in hashes:
        consents.suppress(db, phone_hash, reason, now)


def _record(line: Line, db: Connection, at: Occasion, act: Act, words: str) -> None:
    if at.phone_hash is not None:
        consents.record(
            db,
            line.keyring,
            at.contact_id,
            at.phone_hash,
            act,
            words,
            at.language,
            at.channel,
            "person",
            at.now,
        )


def _subscribe(line: Line, db: Connection, at: Occasion, effect: Subscribe) -> None:
    """Sign up: the person's own act, so it also ends an earlier opt-out of theirs, but brings nothing back
    that they did not agree to now."""
    if at.contact is None or at.contact_id is None:
        return
    hashes = line.keyring.lookups(at.contact)
    if consents.is_opted_out(db, hashes):
        subscriptions.start_anew(db, at.contact_id)
    _record(line, db, at, "subscribe", _with_what(effect))
    if effect.zip:
        subscriptions.replace_zip(db, at.contact_id, effect.zip, at.now, effect.kinds)
    else:
        subscriptions.widen(db, at.contact_id, effect.kinds)
    if effect.channel:
        subscriptions.set_channel(db, at.contact_id, effect.channel)
    consents.lift(db, hashes)


def _with_what(effect: Subscribe) -> str:
    """The words as they came, and what they agreed to: `SI [reminder event]`. Alerts as texts go unsaid."""
    what = [*effect.kinds, *(["calls"] if effect.channel == "voice" else [])]
    return effect.words if what == [*subscriptions.ALERT_KINDS] else f"{effect.words} [{' '.join(what)}]"


def _leave(line: Line, db: Connection, at: Occasion, effect: LeaveLists | TakeTexts) -> None:
    """Give up a part, lists or calls. It needs nobody's consent, and ends no opt-out."""
    if at.contact_id is None:
        return
    match effect:
        case LeaveLists():
            kept = set(AUDIENCES) - set(effect.kinds) if effect.kinds else subscriptions.ALERT_KINDS
            left = subscriptions.narrow(db, at.contact_id, sorted(kept))
        case TakeTexts():
            subscriptions.set_channel(db, at.contact_id, "sms")
            left = ["calls"]
        case _:
            assert_never(effect)
    _record(line, db, at, "leave", f"{effect.words} [{' '.join(left)}]")


def _report(
    line: Line,
    db: Connection,
    library: Library,
    at: Occasion,
    effect: StartReport | AnswerReport | FlagUrgent | FinishReport,
    applied: Applied,
) -> None:
    match effect:
        case StartReport():
            source: ReportSource | None = "site" if effect.is_from_site else None
            reports.start(
                db, line.keyring, effect.code, at.contact_id, at.channel, at.language, at.now, source
            )
            if effect.site:
                sites.put_report(db, effect.code, effect.site, effect.is_from_site)
        case AnswerReport():
            reports.answer(db, line.keyring, effect.code, effect.field, effect.value, effect.media)
        case FlagUrgent():
            reports.flag_urgent(db, effect.code)
            adopt(line, db, effect.code, at.now)
        case FinishReport():
            reports.finish(db, effect.code, at.now)
            adopt(line, db, effect.code, at.now)
            told = OpenTicket("report", effect.code)
            _ticket(line, db, library, at, told, applied)
        case _:
            assert_never(effect)


def _ticket(
    line: Line, db: Connection, library: Library, at: Occasion, effect: OpenTicket, applied: Applied
) -> None:
    opened, was_told = open_ticket(line, db, library, effect, at.contact_id, at.language, at.now)
    applied.ticket_id = opened if opened is not None else applied.ticket_id
    if was_told:
        applied.wakes.append(("messages", None))


def _send_text(
    line: Line, db: Connection, library: Library, at: Occasion, effect: SendText, applied: Applied
) -> None:
    if at.contact is None or at.contact_id is None:
        return
    zips = subscriptions.zips_of(db, at.contact_id)
    area = (line.place_of(zips[0]) if zips else None) or ""
    language = at.language or "es"
    names = said(library, effect.lists, language, "sms")
    part = library.part(effect.text, language, "sms", AREA=area, LISTS=names)
    write_text(line, db, at.contact, at.contact_id, part.wording, "after_call", at.now)
    applied.wakes.append(("messages", None))


def _erase(line: Line, db: Connection, at: Occasion, effect: Erase, applied: Applied) -> None:
    if at.contact is None or at.contact_id is None:
        return
    _record(line, db, at, "erase", effect.words)
    erase_contact(line, db, at.contact, at.contact_id, at.now + timedelta(minutes=10))
    site_contacts.remove_of_phone(db, line.keyring.lookups(at.contact))
    applied.was_erased = True
    applied.wakes.append(("deletions", None))
