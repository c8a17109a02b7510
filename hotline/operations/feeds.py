"""What anybody may follow without asking us: alerts that were verified and released for the public."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from hotline.domain.alert import ENDS_THE_FIRST
from hotline.domain.language import LANGUAGES, Language
from hotline.domain.notice import MessageKind
from hotline.operations.line import Line
from hotline.store import public_alerts
from hotline.store.database import transaction
from hotline.store.public_alerts import Earlier, PublicAlert

# What a feed tells of, by the kind that began it; what goes to named contacts or by a list of its own is
# nobody else's. An exercise and a test are documents that say so, and in no feed.
PUBLIC: Final[tuple[MessageKind, ...]] = ("actual", "rumor_check", "official_notice")
MARKED: Final[tuple[MessageKind, ...]] = ("exercise", "test")
KEPT: Final = timedelta(days=7)
MOST: Final = 200

Standing = Literal["Actual", "Exercise", "Test"]
Message = Literal["Alert", "Update", "Cancel"]

# CAP 1.2, 3.2.1: a correction takes back what was said, an all-clear and an end say that it is over.
MESSAGES: Final[Mapping[MessageKind, Message]] = {
    "update": "Update",
    "correction": "Cancel",
    "all_clear": "Cancel",
    "expired": "Cancel",
}


@dataclass(frozen=True, slots=True)
class Published:
    """One message for the public. `refers_to` are the earlier ones of the same thing, the oldest first, also
    such as are not to be had any more; `ended_by` is what ended it, `changed_at` when anything was last said
    of it."""

    of: PublicAlert
    standing: Standing
    message: Message
    refers_to: tuple[Earlier, ...]
    ended_by: str | None
    changed_at: datetime
    area: Mapping[Language, str]
    sender: Mapping[Language, str]

    @property
    def is_in_feed(self) -> bool:
        return self.of.root in PUBLIC

    def is_current(self, now: datetime) -> bool:
        return self.ended_by is None and self.of.ends_at > now


def published(line: Line, now: datetime) -> list[Published]:
    """What was released in the last seven days, the newest first."""
    with transaction(line.database) as db:
        found = public_alerts.since(db, line.keyring, now - KEPT, (*PUBLIC, *MARKED), MOST)
        threads = public_alerts.threads(db, [one.first or one.code for one in found])
    return [_published(line, one, found, threads[one.first or one.code]) for one in found]


def _published(
    line: Line, of: PublicAlert, found: Sequence[PublicAlert], thread: Sequence[Earlier]
) -> Published:
    place = next(index for index, one in enumerate(thread) if one.code == of.code)
    later = {one.code for one in thread[place + 1 :]}
    after = [one for one in reversed(found) if one.code in later]
    return Published(
        of=of,
        standing=_standing(line, of),
        message=MESSAGES.get(of.kind, "Alert"),
        refers_to=tuple(thread[:place]),
        ended_by=next((one.code for one in after if one.kind in ENDS_THE_FIRST), None),
        changed_at=after[-1].released_at if after and of.first is None else of.released_at,
        area=_area(line, of),
        sender={language: line.library().values[language].get("ORG", "") for language in LANGUAGES},
    )


def _standing(line: Line, of: PublicAlert) -> Standing:
    """Whatever a demo says is a test, whatever it is called."""
    if of.root == "exercise":
        return "Exercise"
    return "Test" if of.root == "test" or line.mode == "demo" else "Actual"


def _area(line: Line, of: PublicAlert) -> Mapping[Language, str]:
    known = line.network.areas.get(of.area)
    if known is None:
        return {"en": "Everywhere", "es": "Todas las zonas"}
    return {language: known.name(language) for language in LANGUAGES}
