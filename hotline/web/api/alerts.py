"""Alerts, for programs: look, draft, ask a person to release. Releasing itself is never done by a program."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, cast

from fastapi import Body
from pydantic import AwareDatetime, Field

from hotline.domain.alert import AlertKind, AlertState, Basis
from hotline.domain.code import read_code
from hotline.domain.notice import MessageKind, NoticeKind, rule_of
from hotline.domain.sheet import Sheet
from hotline.operations.alert_refusals import AlertRefused, Refusal
from hotline.operations.alerts import find
from hotline.operations.composing import NoticeSheet, write
from hotline.operations.progress import picture, progress
from hotline.operations.release import ask_release
from hotline.store import alerts, incidents
from hotline.store.alerts import Alert
from hotline.store.database import transaction
from hotline.web.api.models import After, Code, Done, Limit, Model, Page, Short, Words, id_after, page_of
from hotline.web.api.problems import Problem
from hotline.web.api.routes import Call, Resource

resource = Resource("alerts")

_STATUS: Final[dict[Refusal, int]] = {
    "unknown_alert": 404,
    "role": 403,
    "unknown_person": 422,
    "state": 409,
    "second_person": 409,
    "text_not_approved": 409,
    "unverified": 409,
    "nobody": 409,
    "night": 409,
    "too_soon": 409,
    "untranslated": 409,
}
_FAR: Final = timedelta(days=30)

# What can be drafted here: `expired` is written by the line alone, named contacts are told in the console.
DraftKind = Literal[
    "actual", "update", "correction", "all_clear", "exercise", "test",
    "kyr_reminder", "event", "food_notice", "official_notice", "rumor_check",
]  # fmt: skip


class AlertRow(Model):
    """A message to many. `area` is empty for everywhere."""

    code: str
    kind: MessageKind
    state: AlertState
    area: str
    basis: Basis | None
    seen_at: datetime | None
    ends_at: datetime
    author: str
    releaser: str | None
    created_at: datetime
    released_at: datetime | None


class AlertWhole(AlertRow):
    """With what it was drafted from. `follows` and `incident` are codes."""

    values: dict[str, str]
    zips: tuple[str, ...]
    follows: str | None
    incident: str | None
    followed_by: tuple[str, ...]


class NewAlert(Model):
    """What an alert is drafted from: ids of the network's lists and checked fields, no wording.

    An alert of something that goes on stands on a confirmed `incident`; a follow-up names what it follows.
    """

    kind: DraftKind
    values: dict[Short, Words] = Field(default_factory=dict, max_length=20)
    area: Short = ""
    seen_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    follows: Code | None = None
    incident: Code | None = None


class AskRelease(Model):
    """Who is asked: an approver of the network by name, not the author."""

    second: Short


class Asked(Model):
    """The word went to their phone; with it they release the alert until then."""

    code: str
    second: str
    until: datetime
    recipients: int
    segments: int


class Reason(Model):
    """Why some did not arrive, or have not left yet."""

    status: str
    reason: str | None
    code: int | None
    count: int


class Share(Model):
    """Some of the people: by language, or by how the ZIP code begins."""

    name: str
    waiting: int
    sent: int
    delivered: int
    failed: int


class Progress(Model):
    """Where an alert stands, in numbers. `minutes_left` is null when it cannot be told."""

    code: str
    state: str
    reason: str | None
    is_written: bool
    began_at: datetime | None
    ends_at: datetime
    total: int
    counts: dict[str, int]
    rate: float
    minutes_left: float | None
    reasons: tuple[Reason, ...]
    languages: tuple[Share, ...]
    areas: tuple[Share, ...]


@resource.get("/alerts", scope="alerts.see", answers=Page[AlertRow])
def list_alerts(call: Call, after: After = "", limit: Limit = 50) -> dict[str, Any]:
    """Everything that was drafted, the newest first."""
    with transaction(call.line.database) as db:
        rows = alerts.page(db, call.line.keyring, id_after(after), limit + 1)
    return page_of(rows, limit, lambda one: AlertRow(**_row(one)), lambda one: str(one.id))


@resource.get("/alerts/{code}", scope="alerts.see", answers=AlertWhole)
def read_alert(call: Call, code: str) -> AlertWhole:
    """One alert, and what followed it."""
    line = call.line
    with transaction(line.database) as db:
        try:
            of = find(line, db, read_code(code) or "")
        except AlertRefused as refused:
            raise _refusal(refused) from None
        first = alerts.by_id(db, line.keyring, of.follows_id) if of.follows_id else None
        at = incidents.by_id(db, line.keyring, of.incident_id) if of.incident_id else None
        followers = alerts.following(db, line.keyring, of.id)
    return AlertWhole(
        **_row(of),
        values=dict(of.values),
        zips=of.zips,
        follows=first.code if first else None,
        incident=at.code if at else None,
        followed_by=tuple(one.code for one in followers if one.state == "released"),
    )


@resource.get("/alerts/{code}/progress", scope="alerts.see", answers=Progress)
def read_progress(call: Call, code: str) -> dict[str, Any]:
    """How far it is, and why some did not get it."""
    try:
        return picture(progress(call.line, read_code(code) or "", call.now))
    except AlertRefused as refused:
        raise _refusal(refused) from None


@resource.post("/alerts", scope="alerts.draft", answers=Done, status=201)
def draft_alert(call: Call, given: Annotated[NewAlert, Body()]) -> Done:
    """Write a draft, in the name of the key's person. Nothing goes out until somebody else releases it."""
    for moment in (given.seen_at, given.ends_at):
        if moment is not None and abs(moment - call.now) > _FAR:
            raise Problem(422, "invalid", "This time is too far away.")
    try:
        return Done(code=write(call.line, _sheet(call, given), call.me.name, call.now))
    except AlertRefused as refused:
        raise _refusal(refused) from None


@resource.post("/alerts/{code}/ask-release", scope="alerts.draft", answers=Asked)
def ask_for_release(call: Call, code: str, given: Annotated[AskRelease, Body()]) -> Asked:
    """Text a one-time word to a second person, who releases the draft by answering with it."""
    found = read_code(code) or ""
    try:
        asked = ask_release(call.line, found, call.me.name, given.second, call.now)
    except AlertRefused as refused:
        raise _refusal(refused) from None
    told = asked.estimate
    return Asked(
        code=found,
        second=asked.second,
        until=asked.until,
        recipients=told.recipients,
        segments=told.segments,
    )


def _sheet(call: Call, given: NewAlert) -> Sheet | NoticeSheet:
    if rule_of(given.kind):
        kind = cast(NoticeKind, given.kind)
        return NoticeSheet(kind, given.values, given.area, given.seen_at, given.ends_at)
    return Sheet(
        cast(AlertKind, given.kind),
        given.values,
        area=given.area or None,
        seen_at=given.seen_at,
        ends_at=given.ends_at,
        follows=given.follows.upper() if given.follows else None,
        incident=given.incident.upper() if given.incident else None,
    )


def _refusal(refused: AlertRefused) -> Problem:
    return Problem(_STATUS.get(refused.reason, 422), refused.reason, str(refused))


def _row(of: Alert) -> dict[str, Any]:
    return {
        "code": of.code,
        "kind": of.kind,
        "state": of.state,
        "area": of.area,
        "basis": of.basis,
        "seen_at": of.seen_at,
        "ends_at": of.ends_at,
        "author": of.author,
        "releaser": of.releaser,
        "created_at": of.created_at,
        "released_at": of.released_at,
    }
