"""Alerts that went out, as anybody may read them: the wording that was sent, and where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, text

from hotline.domain.language import LANGUAGES, Language
from hotline.domain.notice import MessageKind
from hotline.store import broadcasts
from hotline.store.sealing import CannotOpen, Keyring


@dataclass(frozen=True, slots=True)
class PublicAlert:
    """`first` is the code of the alert that it follows, `root` the kind of that one, or its own."""

    code: str
    kind: MessageKind
    root: MessageKind
    first: str | None
    area: str
    zips: tuple[str, ...]
    released_at: datetime
    ends_at: datetime
    texts: Mapping[Language, str]


# What a person paused or stopped may be wrong, and is not passed on; what was cut short because something
# newer took its place stays, for that refers to it.
_RELEASED: Final = text(
    "SELECT a.code, a.kind, coalesce(f.kind, a.kind) AS root, f.code AS first, a.area, a.zips,"
    " a.released_at, a.ends_at, b.id AS broadcast_id FROM alert a JOIN broadcast b ON b.alert_id = a.id"
    " LEFT JOIN alert f ON f.id = a.follows_id"
    " WHERE a.state = 'released' AND a.released_at >= :since"
    " AND coalesce(f.kind, a.kind) = ANY(CAST(:kinds AS varchar[]))"
    " AND NOT (b.state IN ('paused', 'cancelled') AND b.reason IS NOT DISTINCT FROM 'by a person')"
    " ORDER BY a.released_at DESC, a.id DESC LIMIT :limit"
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A message that went out before, as a later one refers to it."""

    code: str
    released_at: datetime


# Also what is not passed on itself, or too old for a feed: a reader may have it, and must hear of its end.
_THREADS: Final = text(
    "SELECT coalesce(f.code, a.code) AS root, a.code, a.released_at FROM alert a"
    " LEFT JOIN alert f ON f.id = a.follows_id"
    " WHERE a.state = 'released' AND a.released_at IS NOT NULL"
    " AND (a.code = ANY(CAST(:firsts AS varchar[])) OR f.code = ANY(CAST(:firsts AS varchar[])))"
    " ORDER BY a.released_at, a.id"
)


def threads(db: Connection, firsts: Sequence[str]) -> dict[str, list[Earlier]]:
    """By the code of the alert that began it: all that went out on the same thing, the oldest first."""
    found: dict[str, list[Earlier]] = {}
    for row in db.execute(_THREADS, {"firsts": sorted(set(firsts))}):
        found.setdefault(row.root, []).append(Earlier(row.code, row.released_at))
    return found


def since(
    db: Connection, keyring: Keyring, at: datetime, kinds: Sequence[MessageKind], limit: int
) -> list[PublicAlert]:
    """Those that began with one of some kinds, the newest first; what no key opens is left out."""
    rows = db.execute(_RELEASED, {"since": at, "kinds": list(kinds), "limit": limit}).all()
    found = []
    for row in rows:
        try:
            bodies = broadcasts.bodies_of(db, keyring, row.broadcast_id)
        except CannotOpen:
            continue
        texts = {language: bodies[language].text for language in LANGUAGES if language in bodies}
        found.append(
            PublicAlert(
                row.code,
                row.kind,
                row.root,
                row.first,
                row.area,
                tuple(row.zips),
                row.released_at,
                row.ends_at,
                texts,
            )
        )
    return found
