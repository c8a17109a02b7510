"""Release an alert: two people, the second with a one-time word from their own phone."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hotline.domain.alert import (
    ENDS_THE_FIRST,
    SEEN_WITHIN,
    WORD_LASTS,
    WORD_TRIES,
)
from hotline.domain.code import new_code, read_code
from hotline.domain.language import Language
from hotline.domain.notice import approvers_of, audience_of, is_sight, is_urgent
from hotline.domain.person import Person, key_of
from hotline.operations.alert_refusals import AlertRefused, approver, drafter
from hotline.operations.alerts import find, spoken, wordings
from hotline.operations.estimate import Estimate, estimate_of
from hotline.operations.frequency import check_frequency
from hotline.operations.hooks import announce_release
from hotline.operations.line import Line
from hotline.operations.verified import check_verified
from hotline.operations.writing import write_text
from hotline.store import alerts, audit, broadcasts, incident_steps
from hotline.store.alerts import Alert
from hotline.store.broadcasts import Body
from hotline.store.database import transaction

# In English; the catalogs in `locales/` say them in other languages.
ASKED: Final = (
    "Release alert {CODE} by {AUTHOR}? {PEOPLE} people, {SEGMENTS} segments, ${COST}, about {MINUTES} min."
    " To send it, answer within 10 minutes with the word {WORD}. It says:"
)
ANSWERS: Final[dict[str, str]] = {
    "released": "Alert {CODE} is going out to {PEOPLE} people.",
    "fed": "Alert {CODE} goes to the public feed alone: no phone is left that got the first one.",
    "agreed": "You agreed to {CODE}. It goes out when one more person agrees.",
    "wrong": "That is not the word for alert {CODE}. Tries left: {LEFT}.",
    "over": "Too many wrong words: alert {CODE} waits for a new request.",
    "late": "The word for alert {CODE} is no longer good. Ask for a new one.",
    "refused": "Alert {CODE} cannot go out: {WHY}",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of the second person; the word itself went to their phone alone."""

    estimate: Estimate
    second: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Released:
    """`broadcast_id` is None when it waits for one more to agree."""

    told: Estimate
    broadcast_id: int | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What to answer the second person, and what to wake after the commit."""

    words: str
    wakes: tuple[tuple[str, int | None], ...] = ()


def ask_release(line: Line, code: str, author: str, second: str, now: datetime) -> Asked:
    """Text the one-time word to the second person.

    `author` is who asks. Neither they nor whoever wrote the draft can be the second person, by name
    or by phone; who asks drafts alerts, the second person releases them. Raises AlertRefused.
    """
    asker, chosen = drafter(line, author), approver(line, second)
    word = new_code(line.pick)
    with transaction(line.database) as db:
        of = find(line, db, code, lock=True)
        if of.state not in {"draft", "asked"}:
            raise AlertRefused("state", code)
        _must_be_another(line, chosen, asker.name, of.author, of.agreed_by)
        told = _check_ready(line, db, of, now)
        until = now + WORD_LASTS
        alerts.ask(db, of.id, chosen.name, _hash(line, of.id, word), until)
        write_text(line, db, chosen.phone, None, _request(line, chosen, of, word, told), "staff", now, until)
        audit.record(db, asker.name, "alert.ask", of.code, now, {"second": chosen.name})
    line.queue.wake("messages")
    return Asked(told, chosen.name, until)


def answer_release(line: Line, db: Connection, person: Person, body: str, now: datetime) -> Answered | None:
    """Take a text from the phone of one of us as the word for an alert that waits for them.

    None when it is none: not the shape of a word, or nothing waits. Commits nothing itself; wake
    what it names after the commit. A third wrong word makes the word worthless.
    """
    word = read_code(body)
    waiting = alerts.asked_of(db, line.keyring, person.name) if word else []
    if not word or not waiting:
        return None
    for of in waiting:
        if _is_open(of, now) and hmac.compare_digest(of.word_hash or b"", _hash(line, of.id, word)):
            return _release(line, db, of, person, now)
    return _wrong(line, db, waiting[0], person, now)


def withdraw(line: Line, code: str, by: str, now: datetime) -> None:
    """Take a draft back before it is released. Raises AlertRefused."""
    with transaction(line.database) as db:
        of = find(line, db, code, lock=True)
        if of.state == "released":
            raise AlertRefused("state", code)
        alerts.withdraw(db, of.id)
        audit.record(db, by, "alert.withdraw", of.code, now)


def start(line: Line, db: Connection, of: Alert, releaser: str, now: datetime) -> int:
    """Write the broadcast of an alert; its deliveries are written by `fan_out`. Returns its id.

    Whoever calls it, nothing unverified goes out. Raises AlertRefused.
    """
    check_verified(line, db, of.kind, of.incident_id, now)
    texts = wordings(line, db, of)
    aloud = spoken(line, db, of)
    bodies: dict[Language, Body] = {
        language: Body(
            wording.text, wording.measured.encoding, wording.measured.segments, aloud.get(language)
        )
        for language, wording in texts.items()
    }
    first = broadcasts.of_alert(db, of.follows_id) if of.follows_id else None
    if first and of.kind in ENDS_THE_FIRST:
        broadcasts.move(db, first.id, ("sending", "paused", "held"), "cancelled", "superseded")
    alerts.released(db, of.id, releaser, now)
    broadcast_id = broadcasts.add(
        db,
        line.keyring,
        of.id,
        first.id if first else None,
        is_urgent(of.kind),
        of.zips,
        line.senders,
        bodies,
        of.ends_at,
        now,
        audience_of(of.kind),
    )
    if of.incident_id is not None:
        incident_steps.add(db, line.keyring, of.incident_id, "alert", releaser, of.kind, now, subject=of.code)
    announce_release(db, of, broadcasts.alert_code(db, first.id) if first else None, now)
    audit.record(db, releaser, "alert.release", of.code, now, {"broadcast": broadcast_id})
    return broadcast_id


def release_by(line: Line, db: Connection, of: Alert, person: Person, now: datetime) -> Released:
    """Release a draft, or agree to it as the first of two where two must. Raises AlertRefused.

    Commits nothing itself; wake `fan_out` with the broadcast's id after the commit.
    """
    _must_be_another(line, approver(line, person.name), of.author, of.agreed_by)
    told = _check_ready(line, db, of, now)
    if approvers_of(of.kind) > 1 and of.agreed_by is None:
        alerts.agree(db, of.id, person.name)
        audit.record(db, person.name, "alert.agree", of.code, now)
        return Released(told, None)
    return Released(told, start(line, db, of, person.name, now))


def _must_be_another(line: Line, second: Person, *names: str | None) -> None:
    for other in (drafter(line, name) for name in names if name):
        if key_of(second.name) == key_of(other.name) or second.phone == other.phone:
            raise AlertRefused("second_person", second.name)


def _check_ready(line: Line, db: Connection, of: Alert, now: datetime) -> Estimate:
    """What holds for a draft must still hold when it goes out."""
    if of.ends_at <= now:
        raise AlertRefused("ends_at", of.code)
    if is_sight(of.kind) and (of.seen_at is None or now - of.seen_at > SEEN_WITHIN):
        raise AlertRefused("seen_at", of.code)
    check_verified(line, db, of.kind, of.incident_id, now)
    check_frequency(db, of, now)
    told = estimate_of(line, db, of, now)
    if told.recipients == 0 and not told.is_followed:
        raise AlertRefused("nobody", of.code)
    if told.waits_until and told.waits_until >= of.ends_at:
        raise AlertRefused("night", of.code)
    return told


def _release(line: Line, db: Connection, of: Alert, person: Person, now: datetime) -> Answered:
    try:
        released = release_by(line, db, of, person, now)
    except AlertRefused as refused:
        alerts.back_to_draft(db, of.id)
        return _answer(line, person, "refused", of, WHY=str(refused))
    if released.broadcast_id is None:
        return _answer(line, person, "agreed", of)
    which = "released" if released.told.recipients else "fed"
    words = _answer(line, person, which, of, PEOPLE=str(released.told.recipients)).words
    return Answered(words, (("fan_out", released.broadcast_id),))


def _wrong(line: Line, db: Connection, of: Alert, person: Person, now: datetime) -> Answered:
    if of.word_ends_at is None or of.word_ends_at <= now:
        alerts.back_to_draft(db, of.id)
        return _answer(line, person, "late", of)
    alerts.missed(db, of.id)
    left = WORD_TRIES - of.word_tries - 1
    if left > 0:
        return _answer(line, person, "wrong", of, LEFT=str(left))
    alerts.back_to_draft(db, of.id)
    audit.record(db, person.name, "alert.words_used_up", of.code, now)
    return _answer(line, person, "over", of)


def _is_open(of: Alert, now: datetime) -> bool:
    return of.word_ends_at is not None and of.word_ends_at > now and of.word_tries < WORD_TRIES


def _answer(line: Line, person: Person, which: str, of: Alert, **values: str) -> Answered:
    words = line.gettext(person.language, ANSWERS[which])
    for name, value in {"CODE": of.code, **values}.items():
        words = words.replace(f"{{{name}}}", value)
    return Answered(words)


def _request(line: Line, person: Person, of: Alert, word: str, told: Estimate) -> str:
    words = line.gettext(person.language, ASKED)
    values = {
        "CODE": of.code,
        "AUTHOR": of.author,
        "PEOPLE": str(told.recipients),
        "SEGMENTS": str(told.segments),
        "COST": f"{told.cost / 1_000_000:.2f}",
        "MINUTES": str(max(1, round(told.minutes))),
        "WORD": word,
    }
    for name, value in values.items():
        words = words.replace(f"{{{name}}}", value)
    return f"{line.library().prefix}{words} {told.texts[person.language].text}"


def _hash(line: Line, alert_id: int, word: str) -> bytes:
    """Keyed, and bound to its alert: four letters alone are guessed from a plain hash at once."""
    return line.keyring.first.lookup(f"release/{alert_id}/{word}")
