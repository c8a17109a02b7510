"""Incidents and reports, for programs: look, write a report down, take a step."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import Body

from hotline.domain.code import read_code
from hotline.domain.incident import IncidentState, ReportSource
from hotline.domain.language import Language
from hotline.operations.incident_refusals import INCIDENT_REFUSALS, IncidentRefusal, IncidentRefused
from hotline.operations.incident_view import Row, Whole, codes_of, done_rows, open_rows, whole
from hotline.operations.incidents import enter, step
from hotline.store import reports
from hotline.store.database import transaction
from hotline.store.reports import Report
from hotline.web.api.models import After, Code, Limit, Model, Page, Words, id_after, page_of, urgent_after
from hotline.web.api.problems import Problem
from hotline.web.api.routes import Call, Resource

resource = Resource("incidents")

# What is not said here is a fault of the request.
_STATUS: Final[dict[IncidentRefusal, int]] = {
    "unknown_incident": 404,
    "unknown_person": 403,
    "role": 403,
    "no_step": 409,
    "not_confirmed": 409,
    "merged": 409,
}


class IncidentRow(Model):
    """An incident in a list. `place` is cross streets of staff, or else the first words of a report."""

    code: str
    state: IncidentState
    is_urgent: bool
    zip: str | None
    place: str
    report_count: int
    verifiers_going: int
    created_at: datetime
    stepped_at: datetime


class StepTaken(Model):
    """One line of a timeline."""

    kind: str
    before: IncidentState | None
    after: IncidentState | None
    person: str
    reason: str
    at: datetime


class IncidentWhole(Model):
    """One incident. `lacks` is what is still missing before it can be confirmed."""

    code: str
    state: IncidentState
    is_urgent: bool
    is_overridden: bool
    zip: str | None
    fields: dict[str, str]
    merged_into: str | None
    created_at: datetime
    stepped_at: datetime
    closed_at: datetime | None
    last_seen_at: datetime | None
    next_states: tuple[IncidentState, ...]
    lacks: tuple[str, ...]
    may_alert: bool
    reports: tuple[str, ...]
    alerts: tuple[str, ...]
    steps: tuple[StepTaken, ...]


class ReportRow(Model):
    """A report. `answers` are words as they were told, by question; not who told them."""

    code: str
    incident: str | None
    state: str
    is_urgent: bool
    source: ReportSource
    language: Language | None
    created_at: datetime
    answers: dict[str, str]


class NewReport(Model):
    """A report that reached somebody another way. `incident` is one that it belongs to."""

    place: Words = ""
    seen: Words = ""
    activity: Words = ""
    size: Words = ""
    uniform: Words = ""
    words: Words = ""
    source: ReportSource = "staff"
    language: Language | None = None
    is_urgent: bool = False
    incident: Code | None = None


class Entered(Model):
    """The codes of the report and of its incident."""

    report: str
    incident: str


class NewStep(Model):
    """The state after the step, and why."""

    state: IncidentState
    reason: Words


@resource.get("/incidents", scope="incidents.see", answers=Page[IncidentRow])
def list_incidents(
    call: Call, show: Literal["open", "done"] = "open", after: After = "", limit: Limit = 50
) -> dict[str, Any]:
    """Open incidents, urgent ones first and then the newest; or closed and merged ones."""
    line = call.line
    with transaction(line.database) as db:
        if show == "done":
            rows = done_rows(line, db, id_after(after), limit + 1)
            return page_of(rows, limit, _row, lambda row: str(row.of.id))
        rows = open_rows(line, db, urgent_after(after), limit + 1)
    return page_of(rows, limit, _row, lambda row: f"{int(row.of.is_urgent)}.{row.of.id}")


@resource.get("/incidents/{code}", scope="incidents.see", answers=IncidentWhole)
def read_incident(call: Call, code: str) -> IncidentWhole:
    """One incident with its timeline, and the codes of its reports and alerts."""
    try:
        return _whole(whole(call.line, read_code(code) or "", call.now))
    except IncidentRefused as refused:
        raise refusal(refused) from None


@resource.post("/incidents", scope="incidents.work", answers=Entered, status=201)
def enter_report(call: Call, given: Annotated[NewReport, Body()]) -> Entered:
    """Write a report down, as staff do: it opens an incident, or is put into the one that is named."""
    told = given.model_dump(include={"place", "seen", "activity", "size", "uniform", "words"})
    try:
        report, incident = enter(
            call.line,
            call.me.name,
            told,
            call.now,
            source=given.source,
            language=given.language,
            is_urgent=given.is_urgent,
            into=given.incident.upper() if given.incident else None,
        )
    except IncidentRefused as refused:
        raise refusal(refused) from None
    return Entered(report=report, incident=incident)


@resource.post("/incidents/{code}/steps", scope="incidents.work", answers=IncidentWhole)
def take_step(call: Call, code: str, given: Annotated[NewStep, Body()]) -> IncidentWhole:
    """Take one step. `confirmed` only when nothing is missing: see `lacks`."""
    found = read_code(code) or ""
    try:
        step(call.line, found, given.state, call.me.name, given.reason, call.now)
        return _whole(whole(call.line, found, call.now))
    except IncidentRefused as refused:
        raise refusal(refused) from None


@resource.get("/reports", scope="incidents.see", answers=Page[ReportRow])
def list_reports(call: Call, after: After = "", limit: Limit = 50) -> dict[str, Any]:
    """Reports that are kept, urgent ones first and then the newest."""
    line = call.line
    with transaction(line.database) as db:
        rows = reports.page(db, line.keyring, urgent_after(after), limit + 1)
        codes = codes_of(line, db, rows)

    def made(one: Report) -> ReportRow:
        incident, _ = codes.get(one.incident_id or 0, (None, None))
        return ReportRow(
            code=one.code,
            incident=incident,
            state=one.state,
            is_urgent=one.is_urgent,
            source=one.source,
            language=one.language,
            created_at=one.created_at,
            answers={question: one.words(question) for question in one.answers},
        )

    return page_of(rows, limit, made, lambda one: f"{int(one.is_urgent)}.{one.id}")


def refusal(refused: IncidentRefused) -> Problem:
    return Problem(_STATUS.get(refused.reason, 422), refused.reason, INCIDENT_REFUSALS[refused.reason])


def _row(row: Row) -> IncidentRow:
    return IncidentRow(
        code=row.of.code,
        state=row.of.state,
        is_urgent=row.of.is_urgent,
        zip=row.of.zip,
        place=row.place,
        report_count=row.report_count,
        verifiers_going=row.going,
        created_at=row.of.created_at,
        stepped_at=row.of.stepped_at,
    )


def _whole(found: Whole) -> IncidentWhole:
    of = found.of
    return IncidentWhole(
        code=of.code,
        state=of.state,
        is_urgent=of.is_urgent,
        is_overridden=of.overridden_at is not None,
        zip=of.zip,
        fields=dict(of.fields),
        merged_into=found.into,
        created_at=of.created_at,
        stepped_at=of.stepped_at,
        closed_at=of.closed_at,
        last_seen_at=found.last_seen_at,
        next_states=tuple(found.next_states),
        lacks=tuple(str(lack) for lack in found.lacks),
        may_alert=found.may_alert,
        reports=tuple(one.code for one in found.reports),
        alerts=tuple(one.code for one in found.alerts),
        steps=tuple(
            StepTaken(
                kind=one.kind,
                before=one.before,
                after=one.after,
                person=one.person,
                reason=one.reason,
                at=one.created_at,
            )
            for one in found.steps
        ),
    )
