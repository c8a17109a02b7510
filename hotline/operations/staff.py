"""What people of the network text from their own phones: on and off duty, tickets, alerts, their PIN."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, assert_never

from sqlalchemy import Connection

from hotline.domain.person import Person
from hotline.flow.library import Library
from hotline.operations.line import Line
from hotline.operations.people import switch
from hotline.operations.release import answer_release
from hotline.operations.staff_answer import StaffAnswer, say_to
from hotline.operations.staff_commands import RULES, Command, read_command
from hotline.operations.staff_pin import require_pin, show_pin
from hotline.operations.staff_waits import what_waits
from hotline.operations.staff_words import (
    DUTY_ANSWERS,
    GO_ANSWERS,
    NOT_YOURS,
    PIN_ANSWERS,
    PIN_GOOD,
    PIN_WRONG,
    TAKE_ANSWERS,
)
from hotline.operations.tickets import call_back, take
from hotline.operations.verify_answers import answer as answer_verifier
from hotline.operations.verify_answers import answer_with_media

Answerer = Callable[[Line, Connection, Library, Person, str, datetime], StaffAnswer | None]


def staff_answer(
    line: Line,
    db: Connection,
    library: Library,
    person: Person,
    body: str,
    now: datetime,
    media: Sequence[str] = (),
) -> StaffAnswer | None:
    """The answer to a command, None when the text is none and the person is a contact like any other.
    `media` are pictures that came along: those of a verifier belong to where they are."""
    pictured = answer_with_media(line, db, library, person, body, media, now) if media else None
    if pictured is not None:
        return pictured
    answers = (answerer(line, db, library, person, body, now) for answerer in ANSWERERS)
    return next((answer for answer in answers if answer is not None), None)


def answer_word(
    line: Line, db: Connection, library: Library, person: Person, body: str, now: datetime
) -> StaffAnswer | None:
    """The one-time word that releases an alert."""
    released = answer_release(line, db, person, body, now)
    return StaffAnswer((say_to(line, library, person, released.words),), released.wakes) if released else None


def answer_pin(
    line: Line, db: Connection, library: Library, person: Person, body: str, now: datetime
) -> StaffAnswer | None:
    """The PIN that was asked for, and then the command that waited for it."""
    shown = show_pin(line, db, person, body, now)
    if shown is None:
        return None
    result, waited, left = shown
    match result:
        case "right":
            command = read_command(waited)
            done = _do(line, db, library, person, command, now) if command else None
            answer = done or StaffAnswer((say_to(line, library, person, PIN_GOOD),))
            return StaffAnswer(answer.replies, answer.wakes, is_secret=True)
        case "wrong":
            return StaffAnswer((say_to(line, library, person, PIN_WRONG, LEFT=left),), is_secret=True)
        case "locked":
            told = (("messages", None),)
            return StaffAnswer((say_to(line, library, person, PIN_ANSWERS["locked"]),), told, is_secret=True)
        case _:
            assert_never(result)


def answer_command(
    line: Line, db: Connection, library: Library, person: Person, body: str, now: datetime
) -> StaffAnswer | None:
    """A command of the table, once role and PIN allow it."""
    command = read_command(body)
    if command is None:
        return None
    rule = RULES[command.verb]
    if rule.roles and not rule.roles & person.roles:
        return StaffAnswer((say_to(line, library, person, NOT_YOURS),))
    standing = require_pin(db, person, str(command), now) if rule.needs_pin else "believed"
    if standing != "believed":
        return StaffAnswer((say_to(line, library, person, PIN_ANSWERS[standing]),))
    return _do(line, db, library, person, command, now)


ANSWERERS: Final[tuple[Answerer, ...]] = (answer_word, answer_pin, answer_verifier, answer_command)


def _do(
    line: Line, db: Connection, library: Library, person: Person, command: Command, now: datetime
) -> StaffAnswer:
    match command.verb:
        case "on" | "off":
            switch(db, person.id, person.name, command.verb == "on", now)
            waits = " ".join(what_waits(line, db, person)) if command.verb == "on" else ""
            words = say_to(line, library, person, DUTY_ANSWERS[command.verb], WAITS=waits)
            return StaffAnswer((words,))
        case "waits":
            return StaffAnswer((say_to(line, library, person, "\n".join(what_waits(line, db, person))),))
        case "take":
            taken = take(line, db, command.code, person, now)
            return StaffAnswer((say_to(line, library, person, TAKE_ANSWERS[taken], CODE=command.code),))
        case "go":
            rung, ticket_id = call_back(line, db, command.code, person, now)
            wakes = (("ring", ticket_id),) if ticket_id is not None else ()
            return StaffAnswer((say_to(line, library, person, GO_ANSWERS[rung], CODE=command.code),), wakes)
        case _:
            assert_never(command.verb)
