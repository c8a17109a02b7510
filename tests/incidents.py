"""Builders for incidents: reports that came in, verifiers by the dozen, what they text."""

from dataclasses import replace
from datetime import timedelta

from hotline.domain.person import Person, Roster
from hotline.domain.phone import PhoneNumber
from hotline.operations.incidents import adopt, describe
from hotline.operations.line import Line
from hotline.operations.observing import observe
from hotline.operations.verify_answers import answer_with_media
from hotline.store import contacts, incidents, reports
from hotline.store.database import transaction
from hotline.store.incidents import Incident
from tests.lines import ANA, BO

FIELDS = {"cross_streets": "1st & Soto", "activity": "parking_lot", "agency": "ice"}


def verifier(number: int, zips: tuple[str, ...] = ("90033",), is_available: bool = True) -> Person:
    phone = PhoneNumber(f"+1500555{8000 + number:04d}")
    roles = frozenset({"verifier"})
    return Person(100 + number, f"Vera{number}", roles, "", (), phone, "en", is_available, zips)  # type: ignore[arg-type]


def with_verifiers(line: Line, count: int, **changes: object) -> Line:
    """Ana dispatches, Bo approves, and so many verifiers are on duty; nobody is two things at once."""
    ana, bo = replace(ANA, roles=frozenset({"dispatcher"})), replace(BO, roles=frozenset({"approver"}))
    roster = Roster((ana, bo, *(verifier(number, **changes) for number in range(count))))  # type: ignore[arg-type]
    return replace(line, people=lambda: roster)


def report_by(
    line: Line,
    number: int,
    place: str = "1st & Soto",
    seen: str = "now",
    media: tuple[str, ...] = (),
    is_urgent: bool = False,
) -> tuple[str, str]:
    """Somebody reported; the codes of report and incident."""
    now = line.clock()
    code = f"R{number:03d}"
    with transaction(line.database) as db:
        contact = contacts.add(db, line.keyring, PhoneNumber(f"+1500555{number:04d}"), now)
        reports.start(db, line.keyring, code, contact, "sms", "es", now)
        reports.answer(db, line.keyring, code, "place", place, ())
        reports.answer(db, line.keyring, code, "seen", seen, ())
        if media:
            reports.answer(db, line.keyring, code, "photo", "", media)
        if is_urgent:
            reports.flag_urgent(db, code)
        reports.finish(db, code, now)
        incident = adopt(line, db, code, now)
    assert incident is not None
    return code, incident


def described(line: Line, number: int = 1, **changes: str) -> str:
    """An incident of one report, of which staff said where it is and what is seen."""
    _, code = report_by(line, number)
    describe(line, code, ANA.name, FIELDS | changes, "90033", line.clock())
    return code


def read(line: Line, code: str) -> Incident:
    with transaction(line.database) as db:
        found = incidents.by_code(db, line.keyring, code)
    assert found is not None
    return found


def says(line: Line, person: Person, body: str, media: tuple[str, ...] = ()) -> str | None:
    """What a verifier is answered; None when what they text is no word of a verifier."""
    with transaction(line.database) as db:
        answered = answer_with_media(line, db, line.library(), person, body, media, line.clock())
    if answered is None:
        return None
    [tell] = answered.replies
    return tell.parts[0].wording  # type: ignore[union-attr]


def sees(line: Line, code: str, person: Person, minutes: float = 0) -> None:
    """A dispatcher writes down what a verifier on scene told them."""
    now = line.clock()
    observe(
        line,
        code,
        "on_scene",
        ANA.name,
        now - timedelta(minutes=minutes),
        now,
        finding="seen",
        observer=person.name,
    )
