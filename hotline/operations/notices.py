"""Messages that are no alerts: drafted from checked fields, each for its own list; and named contacts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hotline.domain.alert import LASTS_AT_MOST, SEEN_WITHIN
from hotline.domain.code import new_code
from hotline.domain.notice import NOTICES, NoticeKind, NoticeRule
from hotline.domain.person import Person
from hotline.operations.alert_refusals import AlertRefused, drafter
from hotline.operations.alerts import CODE_TRIES, wordings
from hotline.operations.line import Line
from hotline.operations.notice_values import check_values
from hotline.operations.release import start
from hotline.store import alerts, audit, broadcasts, incidents, notices
from hotline.store.alerts import Alert
from hotline.store.database import transaction

NAMED_AT_MOST: Final = 500  # contacts in one sending


def draft_notice(
    line: Line,
    now: datetime,
    kind: NoticeKind,
    values: Mapping[str, str],
    author: str,
    *,
    area: str = "",
    seen_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> str:
    """Write a draft for everybody on the list of its kind, and return its code. Raises AlertRefused.

    `values` are the fields of the kind (domain.notice.NOTICES): ids of the network's lists, `day` as
    2026-11-28, `start` and `end` as 10:00, `from` and `until` as 2026-11-28T20:00 of the network's own
    time. `area` is an area id, empty for everywhere. It is over by itself when what it speaks of begins.
    """
    with transaction(line.database) as db:
        return draft_notice_in(line, db, now, kind, values, author, area, seen_at, ends_at).code


def draft_notice_in(
    line: Line,
    db: Connection,
    now: datetime,
    kind: NoticeKind,
    values: Mapping[str, str],
    author: str,
    area: str,
    seen_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Alert:
    """The same inside a transaction."""
    rule = NOTICES[kind]
    person = drafter(line, author)
    if rule.audience == "named":
        raise AlertRefused("nobody", kind)
    whole = check_values(line, kind, values)
    ends = ends_at or _ends(whole, rule, now, line.hours.zone)
    zips = _zips(line, area, rule)
    return _write(line, db, now, kind, whole, person, area, zips, seen_at, ends)


def send_to_contacts(
    line: Line,
    now: datetime,
    kind: NoticeKind,
    values: Mapping[str, str],
    contact_ids: Sequence[int],
    by: str,
    *,
    incident: str,
    area: str = "",
    seen_at: datetime | None = None,
) -> str:
    """Tell named contacts (`contact.id`) at once of a confirmed incident; returns the code of the message.

    For `school_partner`: `values` are `school` (a name) and `cross_streets` (the incident's own unless
    given). The incident stands as for an alert: confirmed and lately seen, or it is refused. `by` is a
    dispatcher or an approver. Where it stands afterwards: operations.progress with the code. `area` is
    that of the incident: follow-ups name it. Raises AlertRefused.
    """
    person = drafter(line, by)
    rule = NOTICES[kind]
    if rule.audience != "named" or not 0 < len(set(contact_ids)) <= NAMED_AT_MOST:
        raise AlertRefused("nobody", kind)
    with transaction(line.database) as db:
        stands_on = incidents.by_code(db, line.keyring, incident, lock=True)
        if stands_on is None:
            raise AlertRefused("unknown_incident", incident)
        given = {"cross_streets": stands_on.fields.get("cross_streets", ""), **values}
        whole = check_values(line, kind, given)
        made = _write(
            line,
            db,
            now,
            kind,
            whole,
            person,
            area,
            (),
            seen_at or now,
            now + rule.lasts,
            stands_on.id,
        )
        broadcast_id = start(line, db, made, person.name, now)
        of = broadcasts.by_id(db, broadcast_id, lock=True)
        assert of is not None
        written = notices.write_named(db, of, contact_ids, now)
        if not written:
            raise AlertRefused("nobody", made.code)
        broadcasts.wrote(db, of.id, "", True, written, written)
    line.queue.wake("deliver")
    return made.code


def _zips(line: Line, area: str, rule: NoticeRule) -> tuple[str, ...]:
    """Of one area, or of all in their order."""
    if area:
        if area not in line.network.areas:
            raise AlertRefused("unknown_area", area)
        return line.network.areas[area].zips
    if rule.needs_area or not line.network.areas:
        raise AlertRefused("unknown_area", area)
    return tuple(dict.fromkeys(zip_code for one in line.network.areas.values() for zip_code in one.zips))


def _ends(values: Mapping[str, str], rule: NoticeRule, now: datetime, zone: ZoneInfo) -> datetime:
    """Nothing comes when what it speaks of has begun, or is over. Raises AlertRefused."""
    if "day" in values and values["end"] <= values["start"]:
        raise AlertRefused("day", "end")
    moment = values.get("until") or ("day" in values and f"{values['day']}T{values['start']}") or None
    over = datetime.fromisoformat(moment).replace(tzinfo=zone) if moment else now + rule.lasts
    if over <= now:
        raise AlertRefused("day", "until" if "until" in values else "day")
    latest = now + rule.lasts
    return latest if over >= latest else over.astimezone(now.tzinfo)  # the last day there is has no morrow


def _write(
    line: Line,
    db: Connection,
    now: datetime,
    kind: NoticeKind,
    values: Mapping[str, str],
    author: Person,
    area: str,
    zips: Sequence[str],
    seen_at: datetime | None,
    ends_at: datetime,
    incident_id: int | None = None,
) -> Alert:
    if not now < ends_at <= now + max(NOTICES[kind].lasts, LASTS_AT_MOST):
        raise AlertRefused("ends_at")
    if NOTICES[kind].is_seen and (seen_at is None or not now - SEEN_WITHIN <= seen_at <= now):
        raise AlertRefused("seen_at")
    for _ in range(CODE_TRIES):
        code = new_code(line.pick)
        row_id = alerts.add(
            db, line.keyring, code, kind, kind, values, area, zips, None, None, seen_at or now, ends_at,
            author.name, None, now, incident_id,
        )  # fmt: skip
        if row_id is not None:
            made = alerts.by_id(db, line.keyring, row_id)
            assert made is not None
            wordings(line, db, made)
            audit.record(db, author.name, "alert.draft", code, now, {"kind": kind, "area": area})
            return made
    raise RuntimeError("no free alert code")
