"""Tell people of the network that something needs them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hotline.domain.person import Person
from hotline.operations.line import Line
from hotline.operations.writing import write_text

VALID: Final = timedelta(hours=4)


def tell(
    line: Line, db: Connection, people: Iterable[Person], sentence: str, now: datetime, **values: str
) -> None:
    """Write a staff sentence to each of them in their language; wake `messages` after the commit."""
    for person in people:
        words = line.gettext(person.language, sentence)
        for name, value in values.items():
            words = words.replace(f"{{{name}}}", value)
        wording = line.library().prefix + words
        write_text(line, db, person.phone, None, wording, "staff", now, now + VALID)


def tell_dispatchers(line: Line, db: Connection, sentence: str, now: datetime, **values: str) -> None:
    """Tell whoever must know that the line itself is in trouble: dispatchers on duty and admins; all
    dispatchers when nobody is on duty."""
    roster = line.people()
    on_duty = roster.available("dispatcher") or roster.with_role("dispatcher")
    told = dict.fromkeys((*on_duty, *roster.with_role("admin")))
    tell(line, db, told, sentence, now, **values)


def tell_admins(line: Line, db: Connection, sentence: str, now: datetime, **values: str) -> None:
    """Tell the admins; all dispatchers where there is none."""
    roster = line.people()
    tell(line, db, roster.with_role("admin") or roster.with_role("dispatcher"), sentence, now, **values)
