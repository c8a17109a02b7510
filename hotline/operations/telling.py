"""Tell the dispatchers that something needs them."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hotline.operations.line import Line
from hotline.operations.writing import write_text

VALID: Final = timedelta(hours=4)


def tell_dispatchers(line: Line, db: Connection, sentence: str, now: datetime, **values: str) -> None:
    """Write a staff sentence to each of them in their language; wake `messages` after the commit."""
    for person in line.dispatchers:
        words = line.gettext(person.language, sentence)
        for name, value in values.items():
            words = words.replace(f"{{{name}}}", value)
        wording = line.library().prefix + words
        write_text(line, db, person.phone, None, wording, "staff", now, now + VALID)
