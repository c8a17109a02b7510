"""What dispatchers text from their own phones: take a ticket, release an alert."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hotline.domain.code import read_code
from hotline.domain.language import Language
from hotline.domain.person import Dispatcher
from hotline.domain.words import fold
from hotline.flow.library import Library
from hotline.flow.reply import Part, Reply, Tell
from hotline.operations.line import Line
from hotline.operations.release import answer_release
from hotline.operations.staff_words import GO_ANSWERS
from hotline.operations.tickets import Taken, call_back

_GO = re.compile(r"(?:go|voy)\s+(?P<code>\S.*)")


@dataclass(frozen=True, slots=True)
class StaffAnswer:
    replies: tuple[Reply, ...]
    wakes: tuple[tuple[str, int | None], ...] = ()


def is_command(body: str) -> bool:
    """Could it be one: GO with a code, or a lone word as it releases an alert?"""
    return _GO.fullmatch(fold(body)) is not None or read_code(body) is not None


def staff_answer(
    line: Line, db: Connection, library: Library, dispatcher: Dispatcher, body: str, now: datetime
) -> StaffAnswer | None:
    """The answer to a command, None when the text is none and the person is a contact like any other."""
    released = answer_release(line, db, dispatcher, body, now)
    if released:
        part = Part(dispatcher.language, library.prefix + released.words)
        return StaffAnswer((Tell((part,)),), released.wakes)
    found = _GO.fullmatch(fold(body))
    code = read_code(found["code"]) if found else None
    if code is None:
        return None
    taken, ticket_id = call_back(line, db, code, dispatcher, now)
    wakes = (("ring", ticket_id),) if ticket_id is not None else ()
    return StaffAnswer((_tell(line, library, dispatcher.language, taken, code),), wakes)


def _tell(line: Line, library: Library, language: Language, taken: Taken, code: str) -> Tell:
    words = line.gettext(language, GO_ANSWERS[taken]).replace("{CODE}", code)
    return Tell((Part(language, library.prefix + words),))
