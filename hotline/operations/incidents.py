"""Incidents: every report belongs to one, staff take it step by step, and each step has who, when and why."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hotline.domain.alert import NotCrossStreets, read_cross_streets
from hotline.domain.code import new_code
from hotline.domain.hook import EVENT_OF_STATE
from hotline.domain.incident import LONGEST_REASON, SHORTEST_REASON, IncidentState, ReportSource, may_step
from hotline.domain.language import Channel, Language
from hotline.operations.incident_refusals import IncidentRefused, worker
from hotline.operations.line import Line
from hotline.operations.verified import is_overridden, lacks_of
from hotline.store import audit, hooks, incident_steps, incidents, reports
from hotline.store.database import transaction
from hotline.store.incidents import Incident
from hotline.store.reports import Report

CODE_TRIES: Final = 5
SYSTEM: Final = "system"  # what a contact's own turn does
ADOPTED_AT_ONCE: Final = 200

_ZIP: Final = re.compile(r"(?<!\d)\d{5}(?!\d)", re.ASCII)


def find(line: Line, db: Connection, code: str, lock: bool = False) -> Incident:
    """An incident by its code. Raises IncidentRefused."""
    found = incidents.by_code(db, line.keyring, code, lock)
    if found is None:
        raise IncidentRefused("unknown_incident", code)
    return found


def find_open(line: Line, db: Connection, code: str) -> Incident:
    """One that can be worked on, locked. Raises IncidentRefused."""
    found = find(line, db, code, lock=True)
    if found.merged_into_id is not None:
        raise IncidentRefused("merged")
    if found.state == "closed":
        raise IncidentRefused("no_step", code)
    return found


def adopt(line: Line, db: Connection, report_code: str, now: datetime) -> str | None:
    """See to it that a finished or urgent report belongs to an incident; returns the incident's code.

    Again is the same as once, but a report that became urgent makes its incident urgent. None: erased.
    """
    told = reports.read(db, line.keyring, report_code, lock=True)
    if told is None:
        return None
    if told.incident_id is None:
        code = _open(line, db, told.is_urgent, zip_in(line, told.words("place")), {}, SYSTEM, "", now)
        made = find(line, db, code)
        reports.put_into(db, told.id, made.id)
        return code
    of = incidents.by_id(db, line.keyring, told.incident_id)
    assert of is not None
    if told.is_urgent:
        _flag_urgent(db, of)
    return of.code


def adopt_left(line: Line, now: datetime) -> int:
    """Give an incident to whatever finished or urgent report has none. Returns how many."""
    with transaction(line.database) as db:
        codes = reports.without_incident(db, ADOPTED_AT_ONCE)
        for code in codes:
            adopt(line, db, code, now)
    return len(codes)


def enter(
    line: Line,
    by: str,
    answers: Mapping[str, str],
    now: datetime,
    *,
    source: ReportSource = "staff",
    language: Language | None = None,
    is_urgent: bool = False,
    into: str | None = None,
) -> tuple[str, str]:
    """Write down a report that reached us another way; returns its code and its incident's.

    `answers` are the answers to the questions of a report (`place`, `seen`, `activity`, ...); `into` is
    the code of an incident that it belongs to. Raises IncidentRefused.
    """
    author = worker(line, by).name
    if not any(words.strip() for words in answers.values()):
        raise IncidentRefused("no_words")
    with transaction(line.database) as db:
        whole = find_open(line, db, into) if into else None
        code = _write_report(line, db, answers, source, language, is_urgent, now)
        if whole is None:
            incident = adopt(line, db, code, now)
            assert incident is not None
        else:
            incident = whole.code
            written = reports.read(db, line.keyring, code)
            assert written is not None
            reports.put_into(db, written.id, whole.id)
            if is_urgent:
                _flag_urgent(db, whole)
        audit.record(db, author, "report.enter", code, now, {"incident": incident, "source": source})
    return code, incident


def describe(
    line: Line,
    code: str,
    by: str,
    fields: Mapping[str, str],
    zip_code: str | None,
    now: datetime,
) -> None:
    """Say where it is and what is seen, from checked fields and the network's lists only.

    `fields`: `cross_streets`, `agency`, `activity`, `actual` (another agency); an empty one is taken
    out. What is confirmed stays where it was seen: elsewhere is another incident. Raises IncidentRefused.
    """
    author = worker(line, by).name
    whole = {name: _checked(line, name, value) for name, value in fields.items() if value.strip()}
    if zip_code and line.place_of(zip_code) is None:
        raise IncidentRefused("unknown_zip", zip_code)
    with transaction(line.database) as db:
        of = find_open(line, db, code)
        is_moved = (zip_code or None, whole.get("cross_streets")) != (of.zip, of.fields.get("cross_streets"))
        if of.state == "confirmed" and is_moved:
            raise IncidentRefused("confirmed_place", of.code)
        incidents.describe(db, line.keyring, of.id, zip_code or None, whole)
        incident_steps.add(db, line.keyring, of.id, "describe", author, "", now)
        audit.record(db, author, "incident.describe", of.code, now)


def step(line: Line, code: str, after: IncidentState, by: str, reason: str, now: datetime) -> None:
    """Take one step. Raises IncidentRefused: the step does not exist, has no reason, or the rule for
    `confirmed` is not met."""
    person = worker(line, by).name
    with transaction(line.database) as db:
        take_step(line, db, find_open(line, db, code), after, person, read_reason(reason), now)


def take_step(
    line: Line, db: Connection, of: Incident, after: IncidentState, person: str, reason: str, now: datetime
) -> None:
    """The same inside a transaction that holds the incident locked. Raises IncidentRefused."""
    if of.merged_into_id is not None:
        raise IncidentRefused("merged")
    if not may_step(of.state, after):
        raise IncidentRefused("no_step", f"{of.state} - {after}")
    if after == "confirmed" and not is_overridden(line, db, of, now) and lacks_of(line, db, of, now):
        raise IncidentRefused("not_confirmed")
    incidents.move(db, of.id, after, now)
    if after != "verifying" and of.asking == "asking":
        incidents.ask(db, of.id, of.asking_round, None)
    incident_steps.add(db, line.keyring, of.id, "state", person, reason, now, of.state, after)
    if event := EVENT_OF_STATE.get(after):
        told = {"incident": of.code, "zip": of.zip, "is_urgent": of.is_urgent}
        hooks.announce(db, event, told | {"is_overridden": of.overridden_at is not None}, now)
    audit.record(db, person, f"incident.{after}", of.code, now, {"before": of.state})


def read_reason(reason: str, least: int = SHORTEST_REASON) -> str:
    """A written reason, with single spaces. Raises IncidentRefused."""
    words = " ".join(reason.split())[:LONGEST_REASON]
    if len(words) < least:
        raise IncidentRefused("reason")
    return words


def zip_in(line: Line, words: str) -> str | None:
    """A ZIP code that exists and stands in somebody's words."""
    return next((found for found in _ZIP.findall(words) if line.place_of(found)), None)


def suggested_streets(told: Report) -> str | None:
    """The reporter's own words for the place, when they are cross streets that may be used as they stand."""
    try:
        return read_cross_streets(told.words("place"))
    except NotCrossStreets:
        return None


def open_by_staff(
    line: Line, db: Connection, by: str, fields: Mapping[str, str], zip_code: str | None, now: datetime
) -> Incident:
    """An incident that begins with what staff say, with a report of its own. Takes no step."""
    place = fields.get("cross_streets", "")
    report_code = _write_report(line, db, {"place": place}, "staff", None, False, now)
    written = reports.read(db, line.keyring, report_code)
    assert written is not None
    code = _open(line, db, False, zip_code, fields, by, "", now)
    made = find(line, db, code, lock=True)
    reports.put_into(db, written.id, made.id)
    return made


def _open(
    line: Line,
    db: Connection,
    is_urgent: bool,
    zip_code: str | None,
    fields: Mapping[str, str],
    by: str,
    reason: str,
    now: datetime,
) -> str:
    for _ in range(CODE_TRIES):
        code = new_code(line.pick)
        made = incidents.add(db, line.keyring, code, is_urgent, zip_code, fields, now)
        if made is not None:
            incident_steps.add(db, line.keyring, made, "open", by, reason, now, after="reported")
            audit.record(db, by, "incident.open", code, now)
            return code
    raise RuntimeError("no free incident code: close old incidents")


def _write_report(
    line: Line,
    db: Connection,
    answers: Mapping[str, str],
    source: ReportSource,
    language: Language | None,
    is_urgent: bool,
    now: datetime,
) -> str:
    channel: Channel = "voice" if source in {"call", "voicemail"} else "sms"
    for _ in range(CODE_TRIES):
        code = new_code(line.pick)
        if reports.read(db, line.keyring, code) is None and not incidents.by_code(db, line.keyring, code):
            break
    else:
        raise RuntimeError("no free report code: old reports have not been deleted")
    reports.start(db, line.keyring, code, None, channel, language, now, source)
    for question, words in answers.items():
        if words.strip():
            reports.answer(db, line.keyring, code, question, words.strip(), ())
    if is_urgent:
        reports.flag_urgent(db, code)
    reports.finish(db, code, now)
    return code


def _flag_urgent(db: Connection, of: Incident) -> None:
    """The incident that counts is the one it was merged into."""
    incidents.flag_urgent(db, of.id)
    if of.merged_into_id is not None:
        incidents.flag_urgent(db, of.merged_into_id)


def _checked(line: Line, name: str, value: str) -> str:
    if name == "cross_streets":
        try:
            return read_cross_streets(value)
        except NotCrossStreets:
            raise IncidentRefused("cross_streets") from None
    lists = {
        "agency": line.network.agencies,
        "activity": line.network.activities,
        "actual": line.network.other_agencies,
    }
    if value not in lists.get(name, {}):
        raise IncidentRefused("unknown_field", name)
    return value
