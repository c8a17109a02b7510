"""Builders for what is no alert: fields of each kind, and people who asked for it."""

from collections.abc import Mapping

from sqlalchemy import text

from hotline.domain.notice import NoticeKind
from hotline.operations.line import Line
from hotline.store.database import transaction
from tests.people import subscribe

FIELDS: Mapping[NoticeKind, Mapping[str, str]] = {
    "kyr_reminder": {"tip": "tip_home"},
    "event": {
        "event": "rights_workshop",
        "place": "Example Community Center",
        "day": "2026-03-03",
        "start": "18:00",
        "end": "20:00",
        "languages": "es,mam",
    },
    "food_notice": {"place": "Example Church", "day": "2026-03-03", "start": "09:00", "end": "12:00"},
    "official_notice": {
        "authority": "city",
        "notice": "curfew",
        "from": "2026-03-02T20:00",
        "until": "2026-03-03T06:00",
        "url": "https://example.org/curfew",
    },
    "rumor_check": {"place": "1st & Soto"},
    "school_partner": {"school": "Example School", "cross_streets": "1st & Soto"},
}


def ask_for(line: Line, number: int, kind: str, zip_code: str = "90033", language: str = "es") -> int:
    """Somebody who asked for one list, and for nothing else."""
    contact_id = subscribe(line, number, zip_code, language)
    with transaction(line.database) as db:
        db.execute(
            text("UPDATE subscription SET kinds = ARRAY[CAST(:kind AS varchar)] WHERE contact_id = :id"),
            {"kind": kind, "id": contact_id},
        )
    return contact_id
