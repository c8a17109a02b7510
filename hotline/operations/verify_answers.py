"""What verifiers text back: GO or NO to a request, and what they find on scene."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, assert_never

from sqlalchemy import Connection

from hotline.domain.alert import clock_time
from hotline.domain.code import read_code
from hotline.domain.incident import Finding
from hotline.domain.person import Person
from hotline.domain.verification import PAIR
from hotline.domain.words import fold
from hotline.flow.library import Library
from hotline.flow.reply import Tell
from hotline.operations.line import Line
from hotline.operations.observing import found_on_scene, keep_pictures
from hotline.operations.staff_answer import StaffAnswer, say_to
from hotline.operations.verified import group_of
from hotline.operations.verifying import FINDING_WORDS, ON_SCENE, ask_more, tell_of_asking
from hotline.operations.writing import write_text
from hotline.store import audit, incidents, verify_requests
from hotline.store.incidents import Incident
from hotline.store.verify_requests import VerifyRequest

Word = Literal["go", "no", "seen", "nothing", "other"]

WORDS: Final[dict[str, Word]] = {
    "go": "go",
    "voy": "go",
    "no": "no",
    "seen": "seen",
    "visto": "seen",
    "nothing": "nothing",
    "nada": "nothing",
    "other": "other",
    "otra": "other",
    "otro": "other",
}
# Without a code they are believed when only one incident is meant. NO and NADA answer questions, too.
WITHOUT_CODE: Final = frozenset({"go", "voy", "seen", "visto"})

ASKED_WITHIN: Final = timedelta(hours=3)
TOLD_WITHIN: Final = timedelta(minutes=30)

# In English; the catalogs in `locales/` say them in other languages.
VERIFY_ANSWERS: Final[dict[str, str]] = {
    "first": "{CODE}: thank you. You are the first of two. Wait until we text who goes with you;"
    " please do not go alone.",
    "pair": "{CODE}: you go with {NAME}. Look from a public place and only observe. Then text SEEN {CODE},"
    " NOTHING {CODE} or OTHER {CODE} (another agency). A photo may come with it: no faces.",
    "enough": "{CODE}: two people are on their way already. Thank you, please do not go.",
    "no": "{CODE}: thank you for answering. We ask somebody else.",
    "partner_gone": "{CODE}: {NAME} cannot come after all. Please wait: we look for somebody else.",
    "over": "{CODE} is not being checked any more. Thank you, please do not go.",
    "not_asked": "{CODE}: you were not asked about this one. Thank you.",
    "seen": "{CODE}: noted as seen at {TIME}. Keep your distance. If they are still there later, text"
    " SEEN {CODE} again; when they are gone, NOTHING {CODE}.",
    "nothing": "{CODE}: noted that there is nothing at {TIME}. Thank you.",
    "other": "{CODE}: noted as another agency at {TIME}. Thank you.",
    "pictures": "{CODE}: thank you, we have the pictures.",
}

Wakes = tuple[tuple[str, int | None], ...]
_TEXTS: Final[Wakes] = (("messages", None),)


@dataclass(frozen=True, slots=True)
class Said:
    """A word of a verifier, the incident it is about, and whatever they wrote besides."""

    word: Word
    code: str
    words: str


def answer(
    line: Line, db: Connection, library: Library, person: Person, body: str, now: datetime
) -> StaffAnswer | None:
    """The answer to a verifier's word; None when it is none, or about nothing they know of."""
    return answer_with_media(line, db, library, person, body, (), now)


def answer_with_media(
    line: Line,
    db: Connection,
    library: Library,
    person: Person,
    body: str,
    media: Sequence[str],
    now: datetime,
) -> StaffAnswer | None:
    """The same with the pictures that came along; pictures alone belong to where the verifier is."""
    if "verifier" not in person.roles:
        return None
    said = _read(db, person, body, now)
    if said is None:
        return _pictures(line, db, library, person, body, media, now) if media else None
    of = _incident(line, db, said.code)
    if of is None:
        return None
    match said.word:
        case "go":
            return _go(line, db, library, person, of, now)
        case "no":
            return _no(line, db, library, person, of, now)
        case "seen" | "nothing" | "other":
            return _found(line, db, library, person, of, said.word, said.words, media, now)
        case _:
            assert_never(said.word)


def _read(db: Connection, person: Person, body: str, now: datetime) -> Said | None:
    """`SEEN K7Q2 two vans`, `voy k7 q2`; GO and SEEN alone when one incident only can be meant."""
    first, _, rest = " ".join(body.split()).partition(" ")
    word = WORDS.get(fold(first))
    if word is None:
        return None
    for code, words in _codes_in(rest):
        return Said(word, code, words)
    if rest or fold(first) not in WITHOUT_CODE:
        return None
    asked = verify_requests.codes_asked(db, person.id, now - ASKED_WITHIN)
    return Said(word, asked[0], "") if len(asked) == 1 else None


def _codes_in(rest: str) -> list[tuple[str, str]]:
    """The code that a text begins with, in one piece or two, and what follows it."""
    parts = rest.split(" ")
    found = []
    for pieces in (1, 2):
        code = read_code("".join(parts[:pieces]).strip(".,!"))
        if code:
            found.append((code, " ".join(parts[pieces:])))
    return found


def _incident(line: Line, db: Connection, code: str) -> Incident | None:
    """The incident, locked; the one that counts when it was merged into another."""
    of = incidents.by_code(db, line.keyring, code, lock=True)
    if of is None or of.merged_into_id is None:
        return of
    return incidents.by_id(db, line.keyring, of.merged_into_id, lock=True)


def _go(
    line: Line, db: Connection, library: Library, person: Person, of: Incident, now: datetime
) -> StaffAnswer:
    mine = verify_requests.newest_for(db, of.id, person.id)
    if mine is None:
        return _said(line, library, person, "not_asked", of)
    if of.state != "verifying" or mine.round != of.asking_round:
        return _said(line, library, person, "over", of)
    going = [one for one in _round(db, of) if one.answer == "go" and one.person_id != person.id]
    if mine.answer == "go":
        name = going[0].person if going else ""
        return _said(line, library, person, "pair" if going else "first", of, NAME=name)
    if len(going) >= PAIR:
        verify_requests.answer(db, mine.id, "no", now)
        return _said(line, library, person, "enough", of)
    verify_requests.answer(db, mine.id, "go", now)
    audit.record(db, person.name, "incident.go", of.code, now)
    if len(going) + 1 < PAIR:
        return _said(line, library, person, "first", of)
    incidents.ask(db, of.id, of.asking_round, "enough")
    partner = _person(line, going[0])
    if partner:
        _tell(line, db, library, partner, "pair", of, now, NAME=person.name)
    return _said(line, library, person, "pair", of, _TEXTS, NAME=going[0].person)


def _no(
    line: Line, db: Connection, library: Library, person: Person, of: Incident, now: datetime
) -> StaffAnswer | None:
    mine = verify_requests.newest_for(db, of.id, person.id)
    if mine is None:
        return None
    had_gone = mine.answer == "go" and mine.finding is None
    if mine.answer is None or had_gone:
        verify_requests.answer(db, mine.id, "no", now)
        audit.record(db, person.name, "incident.no", of.code, now)
    if of.state != "verifying" or mine.round != of.asking_round or of.asking is None:
        return _said(line, library, person, "no", of)
    for partner in (_person(line, one) for one in _round(db, of) if had_gone and one.answer == "go"):
        if partner:
            _tell(line, db, library, partner, "partner_gone", of, now, NAME=person.name)
    if had_gone:
        incidents.ask(db, of.id, of.asking_round, "asking")
    if had_gone or of.asking == "asking":
        ask_more(line, db, library, of, now)
    return _said(line, library, person, "no", of, _TEXTS)


def _found(
    line: Line,
    db: Connection,
    library: Library,
    person: Person,
    of: Incident,
    finding: Finding,
    words: str,
    media: Sequence[str],
    now: datetime,
) -> StaffAnswer:
    if not of.is_open:
        return _said(line, library, person, "over", of)
    if not _was_asked(line, db, person, of):  # whoever fakes a verifier's number confirms nothing by it
        return _said(line, library, person, "not_asked", of)
    found_on_scene(line, db, of, person.name, finding, words, media, now)
    mine = verify_requests.newest_for(db, of.id, person.id)
    if mine:
        verify_requests.found(db, mine.id, finding)
    tell_of_asking(line, db, ON_SCENE, now, CODE=of.code, NAME=person.name, FINDING=FINDING_WORDS[finding])
    return _said(line, library, person, finding, of, _TEXTS, TIME=clock_time(now, line.hours.zone))


def _pictures(
    line: Line,
    db: Connection,
    library: Library,
    person: Person,
    body: str,
    media: Sequence[str],
    now: datetime,
) -> StaffAnswer | None:
    """Pictures of a verifier who is on the way to, or at, one incident."""
    asked = verify_requests.codes_asked(db, person.id, now - ASKED_WITHIN)
    of = _incident(line, db, asked[0]) if len(asked) == 1 else None
    mine = verify_requests.newest_for(db, of.id, person.id) if of else None
    if of is None or mine is None or mine.answer != "go":
        return None
    keep_pictures(line, db, of, person.name, " ".join(body.split()), media, now)
    return _said(line, library, person, "pictures", of)


def _was_asked(line: Line, db: Connection, person: Person, of: Incident) -> bool:
    """Was this phone asked about it, or about what was merged into it?"""
    return any(verify_requests.newest_for(db, one, person.id) for one in group_of(line, db, of))


def _round(db: Connection, of: Incident) -> list[VerifyRequest]:
    return verify_requests.of_round(db, of.id, of.asking_round)


def _person(line: Line, request: VerifyRequest) -> Person | None:
    return next((one for one in line.people().people if one.id == request.person_id), None)


def _said(
    line: Line,
    library: Library,
    person: Person,
    which: str,
    of: Incident,
    wakes: Wakes = (),
    **values: str,
) -> StaffAnswer:
    return StaffAnswer((_words(line, library, person, which, of, values),), wakes)


def _tell(
    line: Line,
    db: Connection,
    library: Library,
    person: Person,
    which: str,
    of: Incident,
    now: datetime,
    **values: str,
) -> None:
    [part] = _words(line, library, person, which, of, values).parts
    write_text(line, db, person.phone, None, part.wording, "staff", now, now + TOLD_WITHIN)


def _words(
    line: Line, library: Library, person: Person, which: str, of: Incident, values: dict[str, str]
) -> Tell:
    return say_to(line, library, person, VERIFY_ANSWERS[which], CODE=of.code, **values)
