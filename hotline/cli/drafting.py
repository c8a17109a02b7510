"""`hotline alert draft`: any message the network sends, from fixed lists and checked fields, as the console
composes it: looked at first if wished, standing on its incident where it speaks of one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Final

import typer

from hotline.cli.alert_refusal import refusal
from hotline.cli.choices import choose
from hotline.cli.codes import code_of
from hotline.cli.connected import connected
from hotline.cli.console import Refusal, out
from hotline.cli.previews import show_estimate, show_texts
from hotline.cli.words import say
from hotline.domain.alert import ALERT_KINDS, BASES, WITHOUT_BASIS
from hotline.domain.notice import NOTICE_KINDS, NOTICES, MessageKind
from hotline.domain.sheet import Sheet
from hotline.operations.alerts import AlertRefused, find, wordings
from hotline.operations.announcing import announced, may_announce
from hotline.operations.composing import NoticeSheet, area_with, preview, write
from hotline.operations.events import EVENT_REFUSALS
from hotline.operations.line import Line
from hotline.store import events, incidents
from hotline.store.database import transaction

# `expired` writes itself; `school_partner` goes to sites: `hotline sites tell`.
KINDS: Final[tuple[MessageKind, ...]] = tuple(
    kind for kind in (*ALERT_KINDS, *NOTICE_KINDS) if kind not in {"expired", "school_partner"}
)

Listed = Annotated[str, typer.Option(help=say("from the list of the network file"))]
Author = Annotated[str, typer.Option(help=say("who drafts or asks"))]


def draft_command(
    kind: Annotated[str, typer.Option(help=", ".join(KINDS))],
    author: Author,
    incident: Annotated[str, typer.Option(help=say("code of the incident that it stands on"))] = "",
    area: Annotated[str, typer.Option(help=say("area of the network file"))] = "",
    follows: Annotated[str, typer.Option(help=say("code of the alert that this one follows"))] = "",
    basis: Annotated[str, typer.Option(help=", ".join(BASES))] = "",
    observer: Annotated[str, typer.Option(help=say("the observer's name code"))] = "",
    seen: Annotated[int, typer.Option(help=say("minutes since it was seen"))] = -1,
    minutes: Annotated[int, typer.Option(help=say("minutes that the notice lasts"))] = 0,
    cross_streets: Annotated[str, typer.Option(help=say("two streets, as 1st & Soto; no house number"))] = "",
    agency: Listed = "",
    activity: Listed = "",
    change: Annotated[str, typer.Option(help=say("an activity of the network file"))] = "",
    actual: Annotated[str, typer.Option(help=say("another agency of the network file"))] = "",
    origin: Annotated[str, typer.Option(help=say("ZIP code where it was seen: the nearest hear first"))] = "",
    tip: Annotated[str, typer.Option(help=say("which right, for a reminder"))] = "",
    event: Listed = "",
    place: Annotated[str, typer.Option(help=say("name of a public place; no house number"))] = "",
    day: Annotated[str, typer.Option(help=say("as 2026-11-28"))] = "",
    start: Annotated[str, typer.Option(help=say("time of day, as 10:00"))] = "",
    end: Annotated[str, typer.Option(help=say("time of day, as 10:00"))] = "",
    languages: Annotated[str, typer.Option(help=say("of the network file, with commas between them"))] = "",
    authority: Listed = "",
    notice: Listed = "",
    from_: Annotated[str, typer.Option("--from", help=say("day and time, as 2026-11-28T20:00"))] = "",
    until: Annotated[str, typer.Option(help=say("day and time, as 2026-11-28T20:00"))] = "",
    url: Annotated[str, typer.Option(help=say("the authority's own page; it begins with https://"))] = "",
    announces: Annotated[
        int, typer.Option(min=0, max=2**63 - 1, help=say("number of the event that it announces"))
    ] = 0,
    look: Annotated[bool, typer.Option("--preview", help=say("only show it: nothing is kept"))] = False,
) -> None:
    given = {
        "agency": agency, "activity": activity, "change": change, "actual": actual,
        "cross_streets": cross_streets, "tip": tip, "event": event, "place": place, "day": day,
        "start": start, "end": end, "languages": languages, "authority": authority, "notice": notice,
        "from": from_, "until": until, "url": url,
    }  # fmt: skip
    values = {name: value for name, value in given.items() if value}
    with connected() as line:
        now = line.clock()
        seen_at = now - timedelta(minutes=seen) if seen >= 0 else None
        ends_at = now + timedelta(minutes=minutes) if minutes > 0 else None
        try:
            known = _announced(line, announces, now) if announces else {}
            sheet = _sheet(kind, {**known, **values}, area or known.get("area", ""), seen_at, ends_at)
            if isinstance(sheet, Sheet):
                sheet = replace(
                    sheet,
                    basis=choose(basis, BASES) if basis else None,
                    observer=observer or None,
                    follows=code_of(follows) if follows else None,
                    origin=origin or None,
                    incident=code_of(incident) if incident else None,
                )
                sheet = _standing(line, sheet)
            if look:
                _look(line, sheet, author, now)
            else:
                _keep(line, sheet, author, now)
        except AlertRefused as refused:
            raise refusal(line, refused) from None


def _announced(line: Line, event_id: int, now: datetime) -> dict[str, str]:
    """What stands in the message already. Raises Refusal."""
    with transaction(line.database) as db:
        of = events.by_id(db, event_id)
    if of is None:
        raise Refusal(say(EVENT_REFUSALS["unknown"]))
    if not may_announce(of, now):
        raise Refusal(say("Only a confirmed event that is still to come is announced."))
    return {name: value for name, value in announced(line, of).items() if value}


def _sheet(
    kind: str, values: Mapping[str, str], area: str, seen_at: datetime | None, ends_at: datetime | None
) -> Sheet | NoticeSheet:
    """Raises Refusal."""
    chosen = choose(kind, KINDS)
    for notice in NOTICE_KINDS:
        if notice == chosen:
            return NoticeSheet(notice, values, area, seen_at if NOTICES[notice].is_seen else None, ends_at)
    return Sheet(choose(kind, ALERT_KINDS), values, area or None, seen_at=seen_at, ends_at=ends_at)


def _standing(line: Line, sheet: Sheet) -> Sheet:
    """A follow-up stands on the incident of the first one unless its author vouches for something else;
    an alert goes to the area where its incident is unless another is named. Raises AlertRefused."""
    with transaction(line.database) as db:
        code = sheet.incident
        if sheet.follows and not code and sheet.basis is None and sheet.kind not in WITHOUT_BASIS:
            first = find(line, db, sheet.follows)
            its = incidents.by_id(db, line.keyring, first.incident_id) if first.incident_id else None
            code = its.code if its else None
        of = incidents.by_code(db, line.keyring, code) if code else None
    area = sheet.area or (area_with(line, of.zip) if of and not sheet.follows else "")
    return replace(sheet, incident=code, area=area or None)


def _look(line: Line, sheet: Sheet | NoticeSheet, author: str, now: datetime) -> None:
    """What would go out, to whom and for how much; also when something else stands in its way."""
    shown = preview(line, sheet, author, now)
    if shown.told:
        show_estimate(line, shown.told)
    if shown.refused:
        raise shown.refused
    out.print(say("Nothing was kept: leave out --preview to draft it."), style="bold")


def _keep(line: Line, sheet: Sheet | NoticeSheet, author: str, now: datetime) -> None:
    code = write(line, sheet, author, now)
    with transaction(line.database) as db:
        texts = wordings(line, db, find(line, db, code))
    out.print(say("Alert {CODE} is drafted. Nothing has gone out.", CODE=code), style="bold")
    show_texts(texts)
    out.print(say("Next: {COMMAND}", COMMAND=f"hotline alert release {code} --author {author} --second …"))
