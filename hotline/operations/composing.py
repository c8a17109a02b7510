"""See a message before it is drafted: every language as it would go out, whom it reaches, what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hotline.domain.language import Channel, Language
from hotline.domain.notice import NoticeKind
from hotline.domain.sheet import Sheet
from hotline.operations.alert_refusals import AlertRefused
from hotline.operations.alerts import draft_in
from hotline.operations.estimate import Estimate, estimate_of
from hotline.operations.frequency import check_frequency
from hotline.operations.line import Line
from hotline.operations.notices import draft_notice_in
from hotline.store.alerts import Alert
from hotline.store.database import transaction
from hotline.store.notices import Reach


@dataclass(frozen=True, slots=True)
class NoticeSheet:
    """What a message that is no alert is drafted from; `area` is empty for everywhere."""

    kind: NoticeKind
    values: Mapping[str, str]
    area: str = ""
    seen_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """`refused` is why it cannot go as it stands; `told` is there when it can be worded in every language."""

    alert: Alert | None = None
    told: Estimate | None = None
    refused: AlertRefused | None = None

    @property
    def reach(self) -> tuple[Reach, ...]:
        return self.told.reach if self.told else ()

    def people(self, language: Language, channel: Channel, zip_code: str | None = None) -> int:
        return sum(
            one.people
            for one in self.reach
            if one.language == language
            and one.channel == channel
            and (zip_code is None or one.zip == zip_code)
        )

    @property
    def zips(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.zip for one in self.reach if one.zip))


def area_with(line: Line, zip_code: str | None) -> str:
    """The area that holds a ZIP code; empty when none does."""
    return next((name for name, area in line.network.areas.items() if zip_code in area.zips), "")


class _NotKept(Exception):
    """What was drafted to be looked at is taken back."""


def preview(line: Line, sheet: Sheet | NoticeSheet, author: str, now: datetime) -> Preview:
    """Draft it, measure it, and take it back: what is shown is what would go out, by the same rules."""
    found: list[Preview] = []
    try:
        with transaction(line.database) as db:
            found.append(_seen(line, db, sheet, author, now))
            raise _NotKept
    except _NotKept:
        return found[0]
    except AlertRefused as refused:
        return Preview(refused=refused)


def preview_of(line: Line, db: Connection, of: Alert, now: datetime) -> Preview:
    """The same of a draft that is kept. Raises AlertRefused when it cannot be worded any more."""
    told = estimate_of(line, db, of, now)
    return Preview(of, told)


def write(line: Line, sheet: Sheet | NoticeSheet, author: str, now: datetime) -> str:
    """Keep it as a draft; returns its code. Raises AlertRefused."""
    with transaction(line.database) as db:
        made = _draft(line, db, sheet, author, now)
        check_frequency(db, made, now)
        return made.code


def _seen(line: Line, db: Connection, sheet: Sheet | NoticeSheet, author: str, now: datetime) -> Preview:
    made = _draft(line, db, sheet, author, now)
    shown = preview_of(line, db, made, now)
    try:
        check_frequency(db, made, now)
    except AlertRefused as refused:
        return Preview(shown.alert, shown.told, refused)
    return shown


def _draft(line: Line, db: Connection, sheet: Sheet | NoticeSheet, author: str, now: datetime) -> Alert:
    if isinstance(sheet, Sheet):
        return draft_in(line, db, now, sheet, author)
    return draft_notice_in(
        line, db, now, sheet.kind, sheet.values, author, sheet.area, sheet.seen_at, sheet.ends_at
    )
