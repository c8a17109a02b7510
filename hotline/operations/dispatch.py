"""Tell dispatchers of a ticket, in a text that says nothing of the person."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from hotline.domain.language import Language
from hotline.domain.ticket import TicketKind
from hotline.flow.library import Library
from hotline.operations.line import Line
from hotline.operations.staff_words import KINDS, URGENT
from hotline.operations.writing import write_text
from hotline.store import counters, tickets

STAFF_TEXT_VALID: Final = timedelta(hours=2)
URGENT_QUIET: Final = timedelta(minutes=15)
QUIET: Final = timedelta(hours=4)


def tell_of_ticket(
    line: Line,
    db: Connection,
    library: Library,
    ticket_id: int,
    code: str,
    kind: TicketKind,
    is_urgent: bool,
    language: Language | None,
    now: datetime,
) -> bool:
    """One text to each dispatcher on duty; wake `messages` after the commit. What is urgent goes to all of
    them when nobody is on duty. False when nobody was told, as in a flood: whoever asks next is told of."""
    told = line.people().available("dispatcher")
    if not told and is_urgent:
        told = line.people().with_role("dispatcher")
    if not told:
        return False
    sent = counters.add(db, f"staff_texts.{now:%H}", now.date())
    if sent > line.limits.staff_texts_per_hour and not is_urgent:
        return False
    for dispatcher in told:
        part = library.part(
            "staff_ticket",
            dispatcher.language,
            "sms",
            CODE=code,
            KIND=kind_in_words(line, kind, is_urgent, dispatcher.language),
            LANGUAGE=(language or "es/en").upper(),
        )
        write_text(line, db, dispatcher.phone, None, part.wording, "staff", now, now + STAFF_TEXT_VALID)
    tickets.due(db, ticket_id, now + (URGENT_QUIET if is_urgent else QUIET))
    return True


def kind_in_words(line: Line, kind: TicketKind, is_urgent: bool, language: Language) -> str:
    """`URGENTE: …` for what is urgent, in the dispatcher's language."""
    words = line.gettext(language, KINDS[kind])
    return f"{line.gettext(language, URGENT)}: {words}" if is_urgent else words
