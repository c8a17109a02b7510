"""What waits for one of the staff, in lines of a text: codes and kinds, nothing of the people."""

from typing import Final

from sqlalchemy import Connection

from hotline.domain.person import Person
from hotline.operations.dispatch import kind_in_words
from hotline.operations.line import Line
from hotline.operations.staff_words import (
    MORE_WAIT,
    NOTHING_WAITS,
    TICKET_WAITS,
    TICKETS_WAIT,
    WORD_WAITS,
)
from hotline.store import alerts, tickets
from hotline.store.tickets import Ticket

MOST: Final = 5  # tickets named in one text


def what_waits(line: Line, db: Connection, person: Person) -> tuple[str, ...]:
    """One line each: alerts that wait for this person's word, and the first tickets, urgent ones on top."""
    asked = alerts.asked_of(db, line.keyring, person.name)
    words = [_said(line, person, WORD_WAITS, CODE=of.code) for of in asked]
    if "dispatcher" in person.roles:
        words += _tickets(line, db, person)
    return tuple(words) or (_said(line, person, NOTHING_WAITS),)


def _tickets(line: Line, db: Connection, person: Person) -> list[str]:
    count = tickets.count_open(db)
    if count == 0:
        return []
    words = [_said(line, person, TICKETS_WAIT, COUNT=count)]
    words += [_ticket(line, person, one) for one in tickets.first_open(db, MOST)]
    return words + ([_said(line, person, MORE_WAIT, COUNT=count - MOST)] if count > MOST else [])


def _ticket(line: Line, person: Person, of: Ticket) -> str:
    kind = kind_in_words(line, of.kind, of.is_urgent, person.language)
    spoken = (of.language or "es/en").upper()
    return _said(line, person, TICKET_WAITS, CODE=of.code, KIND=kind, LANGUAGE=spoken)


def _said(line: Line, person: Person, sentence: str, **values: object) -> str:
    words = line.gettext(person.language, sentence)
    for name, value in values.items():
        words = words.replace(f"{{{name}}}", str(value))
    return words
