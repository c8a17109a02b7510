"""Ask pairs of verifiers near an incident to look, the next ones when nobody answers, within bounds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hotline.domain.alert import clock_time
from hotline.domain.language import LANGUAGES, Language
from hotline.domain.person import Person
from hotline.domain.verification import has_pair, is_waiting, nearest, wanted_now
from hotline.flow.library import Library
from hotline.operations.incident_refusals import IncidentRefused, worker
from hotline.operations.incidents import find_open, take_step
from hotline.operations.line import Line
from hotline.operations.verified import facts_of, group_of
from hotline.operations.writing import write_text
from hotline.store import audit, incident_steps, incidents, observations, reports, verify_requests
from hotline.store.database import transaction
from hotline.store.incidents import Incident
from hotline.store.nearness import nearest_first

REQUEST: Final = "internal_verify_request"
ASKING_AT_ONCE: Final = 50  # incidents in one round of the sweep

# In English; the catalogs in `locales/` say them in other languages.
NOBODY_LEFT: Final = "Incident {CODE}: two people are not found, and nobody is left to ask."
ON_SCENE: Final = "Incident {CODE}: {NAME} on scene says: {FINDING}."
FINDING_WORDS: Final = {
    "seen": "they are there",
    "nothing": "nothing there",
    "other": "another agency",
}


def ask_verifiers(line: Line, code: str, by: str, reason: str, now: datetime) -> int:
    """Begin to ask: the incident is being verified from now on. Returns how many were asked at once.

    Again begins anew, and whoever was asked before may be asked again. Raises IncidentRefused.
    """
    person = worker(line, by).name
    library = line.library()
    if not all(library.is_approved(REQUEST, language, "sms") for language in LANGUAGES):
        raise IncidentRefused("text_not_approved")
    with transaction(line.database) as db:
        of = find_open(line, db, code)
        if not {"cross_streets", "activity"} <= set(of.fields):
            raise IncidentRefused("not_described")
        if _is_hearsay(line, db, of):
            raise IncidentRefused("only_hearsay")
        why = " ".join(reason.split())
        if of.state != "verifying":
            take_step(line, db, of, "verifying", person, why, now)
        incidents.ask(db, of.id, of.asking_round + 1, "asking")
        incident_steps.add(db, line.keyring, of.id, "ask", person, why, now)
        audit.record(db, person, "incident.ask", of.code, now, {"round": of.asking_round + 1})
        asked = ask_more(line, db, library, find_open(line, db, code), now)
    line.queue.wake("messages")
    return asked


def stop_asking(line: Line, code: str, by: str, now: datetime) -> None:
    """Ask nobody else; who is on the way goes on. Raises IncidentRefused."""
    person = worker(line, by).name
    with transaction(line.database) as db:
        of = find_open(line, db, code)
        incidents.ask(db, of.id, of.asking_round, None)
        audit.record(db, person, "incident.stop_asking", of.code, now)


def keep_asking(line: Line, now: datetime) -> int:
    """Ask the next wherever nobody answered in time; returns how many people were asked."""
    with transaction(line.database) as db:
        waiting = [one.code for one in incidents.asking(db, line.keyring, ASKING_AT_ONCE)]
    asked = 0
    for code in waiting:
        with transaction(line.database) as db:
            of = incidents.by_code(db, line.keyring, code, lock=True)
            if of and of.is_open and of.asking == "asking":
                asked += ask_more(line, db, line.library(), of, now)
    if waiting:
        line.queue.wake("messages")
    return asked


def ask_more(line: Line, db: Connection, library: Library, of: Incident, now: datetime) -> int:
    """Ask as many as are wanted now, the nearest first; the caller holds the incident locked and wakes
    `messages` after the commit. Returns how many."""
    requests = [one.counted for one in verify_requests.of_round(db, of.id, of.asking_round)]
    if has_pair(requests):
        incidents.ask(db, of.id, of.asking_round, "enough")
        return 0
    asking = line.network.asking.asking
    wanted = wanted_now(requests, asking, now)
    passed_over = {one.person_id for one in requests} | verify_requests.busy(db, now - asking.answer_within)
    near = nearest(line.people().with_role("verifier"), _order(line, of), passed_over)
    for person in near[:wanted]:
        _ask(line, db, library, of, person, now)
    if not near[:wanted] and not is_waiting(requests, now):
        incidents.ask(db, of.id, of.asking_round, "exhausted")
        tell_of_asking(line, db, NOBODY_LEFT, now, CODE=of.code)
    return len(near[:wanted])


def tell_of_asking(line: Line, db: Connection, sentence: str, now: datetime, **values: str) -> None:
    """A text to each dispatcher on duty, to all when nobody is: the values are sentences of ours too.
    The caller wakes `messages` after the commit."""
    until = now + line.network.asking.asking.answer_within * 3
    roster = line.people()
    for person in roster.available("dispatcher") or roster.with_role("dispatcher"):
        filled = {name: line.gettext(person.language, value) for name, value in values.items()}
        words = line.gettext(person.language, sentence)
        for name, value in filled.items():
            words = words.replace(f"{{{name}}}", value)
        write_text(line, db, person.phone, None, line.library().prefix + words, "staff", now, until)


def request_text(
    line: Line, db: Connection, library: Library, of: Incident, language: Language, now: datetime
) -> str:
    """What a verifier is asked. Raises KeyError when a field has no words in the language."""
    seen_at = facts_of(line, db, of).last_seen_at or of.created_at
    within = line.network.asking.asking.answer_within
    return library.part(
        REQUEST,
        language,
        "sms",
        ID=of.code,
        ACTIVITY=line.network.activities[of.fields["activity"]][language],
        CROSS_STREETS=of.fields["cross_streets"],
        TIME=clock_time(seen_at, line.hours.zone),
        MIN=str(round(within.total_seconds() / 60)),
    ).wording


def _ask(line: Line, db: Connection, library: Library, of: Incident, person: Person, now: datetime) -> None:
    ends_at = now + line.network.asking.asking.answer_within
    wording = request_text(line, db, library, of, person.language, now)
    message = write_text(line, db, person.phone, None, wording, "staff", now, ends_at)
    verify_requests.add(db, of.id, of.asking_round, person.id, person.name, message, now, ends_at)
    audit.record(db, "system", "incident.asked", of.code, now, {"person": person.name})


def _order(line: Line, of: Incident) -> Sequence[str]:
    """Every ZIP code that an area or a verifier has, the nearest to the place first."""
    if of.zip is None:
        return ()
    areas = [zip_code for area in line.network.areas.values() for zip_code in area.zips]
    own = [zip_code for person in line.people().with_role("verifier") for zip_code in person.zips]
    return nearest_first([of.zip, *areas, *own], of.zip)


def _is_hearsay(line: Line, db: Connection, of: Incident) -> bool:
    """Hearsay is never dispatched as a sighting (content.md 2.13)."""
    ids = group_of(line, db, of)
    told = reports.of_incidents(db, line.keyring, ids)
    if not told or any(one.words("seen") != "rumor" for one in told):
        return False
    return not any(one.kind != "note" for one in observations.of_incidents(db, line.keyring, ids))
