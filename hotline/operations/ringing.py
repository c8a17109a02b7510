"""Ring dispatchers for a caller, and what each hears before and after the key."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection

from hotline.domain.language import Language
from hotline.domain.person import Person
from hotline.flow.inbound import Inbound
from hotline.flow.reply import Connect, Leg, Part
from hotline.operations import tickets as ticket_operations
from hotline.operations.giving_back import give_back, miss
from hotline.operations.line import Line
from hotline.operations.staff_words import LANGUAGE_NAMES, TOPICS, WAITED
from hotline.store import legs, tickets
from hotline.store.database import transaction
from hotline.store.legs import LegRow

MOST_LEGS: Final = 10  # <Number> elements in one <Dial>
MOST_ROUNDS: Final = 3  # so that nobody listens to ringing for more than a minute
LONGEST_CALL: Final = timedelta(hours=4)  # the carrier ends it then: TimeLimit of a <Dial>, 14,400 s


@dataclass(frozen=True, slots=True)
class Whisper:
    """What the dispatcher's phone does next.

    ring: say and wait for a key. accept: say, then the carrier joins the two. bridge: say, then dial
    `number`. ask: say and wait for a key about the outcome. hangup: say and hang up.
    """

    kind: Literal["ring", "accept", "bridge", "ask", "hangup"]
    parts: tuple[Part, ...] = ()
    number: str = ""


def legs_for(line: Line, db: Connection, inbound: Inbound, reply: Connect, now: datetime) -> tuple[Leg, ...]:
    """Make a leg for everyone who may still take the call; ids are random, for they stand in addresses."""
    ready = _left(line, db, inbound)[:MOST_LEGS]
    made = [(secrets.token_urlsafe(12), dispatcher) for dispatcher in ready]
    legs.add(
        db,
        [
            {
                "id": leg_id,
                "call_sid": inbound.sid,
                "ticket_id": None,
                "person": dispatcher.name,
                "person_language": dispatcher.language,
                "caller_language": reply.language,
                "topic": reply.topic,
                "created_at": now,
            }
            for leg_id, dispatcher in made
        ],
    )
    return tuple(Leg(leg_id, dispatcher.phone) for leg_id, dispatcher in made)


def is_anyone_left(line: Line, db: Connection, inbound: Inbound) -> bool:
    """Should the rest be rung again?

    The carrier lets the first phone that picks up have the call and hangs up on the others
    (https://www.twilio.com/docs/voice/twiml/number). A voicemail box picks up first and presses no key:
    without another round one phone that is switched off would keep everybody else from ever ringing.
    """
    picked, rounds = legs.people_tried(db, inbound.sid)
    return bool(picked) and rounds < MOST_ROUNDS and bool(_left(line, db, inbound))


def _left(line: Line, db: Connection, inbound: Inbound) -> list[Person]:
    picked, _ = legs.people_tried(db, inbound.sid)
    ready = line.people().available("dispatcher")
    return [one for one in ready if one.phone != inbound.contact and one.name not in picked]


def whisper(line: Line, leg_id: str, n: int, keys: str, now: datetime) -> Whisper:
    """One step with a dispatcher's phone: 1 ring, 2 the key, 3 the call back is over, 4 its outcome.

    The same step taken twice does the same: only the first leg of a call to press 1 has it. What is
    written to dispatchers here, a sweep finds within seconds.
    """
    with transaction(line.database) as db:
        leg = legs.read(db, leg_id)
        if leg is None:
            return Whisper("hangup")
        if n <= 1:
            legs.mark_picked(db, leg.id, now)
            return Whisper("ring", _parts(line, leg, "whisper_ring"))
        if n == 2:
            return _pressed(line, db, leg, keys, now)
        if n == 3:
            return Whisper("ask", _parts(line, leg, "callback_ended"))
        return _outcome(line, db, leg, keys, now)


def _pressed(line: Line, db: Connection, leg: LegRow, keys: str, now: datetime) -> Whisper:
    if keys != "1":
        legs.settle(db, leg.id, "declined")
        give_back(line, db, leg, now)
        return Whisper("hangup")
    if not legs.accept(db, leg.id, now):
        return Whisper("hangup", _parts(line, leg, "whisper_taken"))
    if leg.ticket_id is None:
        return Whisper("accept", _parts(line, leg, "whisper_detail", **_detail(line, leg, now)))
    ticket = tickets.by_id(db, leg.ticket_id)
    number = ticket_operations.number_behind(line, db, ticket) if ticket else None
    if ticket is None or number is None:
        return Whisper("hangup")
    if ticket.state == "taken":
        tickets.due(db, ticket.id, now + LONGEST_CALL)
    return Whisper("bridge", _parts(line, leg, "callback_connect", **_detail(line, leg, now)), number)


def _outcome(line: Line, db: Connection, leg: LegRow, keys: str, now: datetime) -> Whisper:
    """1 closes the ticket, also when the end of the call was told first; anything else leaves it waiting."""
    if keys != "1":
        if leg.outcome is None:
            miss(line, db, leg, now)
    elif leg.outcome in {None, "missed"} and leg.ticket_id is not None:
        legs.settle(db, leg.id, "spoke")
        ticket = tickets.by_id(db, leg.ticket_id)
        if ticket and (ticket.state == "open" or ticket.owner == leg.person):
            ticket_operations.move(line, db, ticket.code, "closed", leg.person, now)
    return Whisper("hangup")


def _detail(line: Line, leg: LegRow, now: datetime) -> dict[str, str]:
    language = leg.person_language
    waited_s = int((now - leg.created_at).total_seconds())
    caller: Language = leg.caller_language or "es"
    return {
        "LANGUAGE": line.gettext(language, LANGUAGE_NAMES[caller]),
        "TOPIC": line.gettext(language, TOPICS.get(leg.topic, TOPICS["person"])),
        "WAITED": line.gettext(language, WAITED).replace("{SECONDS}", str(waited_s)),
    }


def _parts(line: Line, leg: LegRow, text: str, **values: str) -> tuple[Part, ...]:
    return (line.library().part(text, leg.person_language, "voice", **values),)
