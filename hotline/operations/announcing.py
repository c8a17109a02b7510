"""Announcing an event: what of it stands in the message already, when its author begins to write it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from hotline.domain.event import is_over
from hotline.domain.language import LANGUAGES
from hotline.domain.notice import NotAsked, read_place
from hotline.domain.words import fold
from hotline.flow.network import Bilingual
from hotline.operations.line import Line
from hotline.operations.notice_values import list_of
from hotline.store.events import Event

_SHORT: Final = 3  # words of so few letters say nothing of what an event is: de, the, sus


def may_announce(of: Event, now: datetime) -> bool:
    """Only what is certain and still to come, as `EVENTS` tells only that."""
    return of.state == "confirmed" and not is_over(of.ends_at, now)


def announced(line: Line, of: Event) -> dict[str, str]:
    """The fields of a message of kind `event` (domain.notice.NOTICES), and `area`; empty where the event
    leaves it open. Whoever writes the message reads them again, and may change each."""
    starts, ends = (at.astimezone(line.hours.zone) for at in (of.starts_at, of.ends_at))
    return {
        "event": _called(list_of(line, "event"), of),
        "place": _place(of.place),
        "day": starts.date().isoformat(),
        "start": starts.time().isoformat("minutes"),
        "end": ends.time().isoformat("minutes"),
        "languages": ",".join(_languages(line, of)),
        "area": next((name for name, one in line.network.areas.items() if of.zip in one.zips), ""),
    }


def _called(listed: Mapping[str, Bilingual], of: Event) -> str:
    """The one of the list whose names share most words with the event's own; empty when two share as many."""
    own = [_words(of.name(language)) for language in LANGUAGES]
    shared = {
        one: sum(len(words & _words(said[language])) for language, words in zip(LANGUAGES, own, strict=True))
        for one, said in listed.items()
        if all(language in said for language in LANGUAGES)
    }
    most = max(shared.values(), default=0)
    found = [one for one, count in shared.items() if count == most]
    return found[0] if most and len(found) == 1 else ""


def _words(name: str) -> frozenset[str]:
    return frozenset(word for word in fold(name).split() if len(word) > _SHORT)


def _place(written: str) -> str:
    """The place without the address behind its name; as it is written when even so it cannot go."""
    for place in (written, written.partition(",")[0]):
        try:
            return read_place(place)
        except NotAsked:
            continue
    return written


def _languages(line: Line, of: Event) -> list[str]:
    """Those of the list that the event names, `es` also where it says `es-MX`."""
    spoken = {tag for full in of.languages for tag in (full, full.partition("-")[0])}
    return [one for one in list_of(line, "languages") if one in spoken]
