"""Verify the audit chain, and show its lines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, text

from hotline.catalogs import sentence
from hotline.operations.line import Line
from hotline.store import audit, audit_keys, marks
from hotline.store.database import transaction
from hotline.store.sealing import CannotOpen, Keyring

BreakKind = Literal["altered", "gap", "unsigned", "no_key", "cut_off", "no_head", "not_there"]

# What a break means, in words.
BREAKS: Final[dict[BreakKind, str]] = {
    "altered": sentence("the line is not what was written"),
    "gap": sentence("lines before it were taken out, put in or moved"),
    "unsigned": sentence("it was written without our keys, after lines that have them"),
    "no_key": sentence("it is signed with a key that we do not have"),
    "cut_off": sentence("lines after it were cut off"),
    "no_head": sentence("the sealed mark of the newest line is gone or is not ours"),
    "not_there": sentence("the line that was written down elsewhere is not there"),
}
MOST_NAMED: Final = 20
VERIFY_TIMEOUT_MS: Final = 600_000
_VERIFIED: Final = "audit_verified"


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold; `line_id` is the first line that shows it."""

    line_id: int
    kind: BreakKind
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """`head` is the newest line, as ID:HASH, to be written down elsewhere; `first_signed` the first with a
    key. `breaks` names the first ones, `broken` counts all."""

    lines: int
    head: str
    first_signed: int | None
    breaks: tuple[Break, ...]
    broken: int

    @property
    def holds(self) -> bool:
        return self.broken == 0


def verify(line: Line, remembered: str = "") -> Verified:
    """Go over the whole chain as it stands at this moment. `remembered` is a head from earlier, ID:HASH.

    Raises DatabaseAway.
    """
    with transaction(line.database) as db:
        db.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        db.execute(text(f"SET LOCAL statement_timeout = {VERIFY_TIMEOUT_MS}"))
        return _Walk(audit_keys.every(db, line.keyring), remembered).over(db, line.keyring)


@dataclass(frozen=True, slots=True)
class Mark:
    """When the chain was verified last, over how many lines, and how many breaks were found."""

    at: datetime
    lines: int
    broken: int


def verify_and_remember(line: Line, now: datetime) -> Verified:
    """As `verify`, and keep when and with what end, sealed. Raises DatabaseAway."""
    found = verify(line)
    with transaction(line.database) as db:
        kept = f"{now.isoformat()} {found.lines} {found.broken}"
        audit_keys.put_sealed(db, line.keyring, _VERIFIED, kept, now)
    return found


def last_verified(line: Line) -> Mark | None:
    """None when it never was, or the mark of it is not ours."""
    with transaction(line.database) as db:
        value = marks.read(db, _VERIFIED)
    if value is None:
        return None
    try:
        at, lines, broken = audit_keys.unseal(line.keyring, _VERIFIED, value).split()
    except CannotOpen:
        return None
    return Mark(datetime.fromisoformat(at), int(lines), int(broken))


class _Walk:
    """One pass over the chain."""

    def __init__(self, keys: Mapping[int, bytes], remembered: str) -> None:
        self._keys = keys
        self._remembered = remembered
        self._breaks: list[Break] = []
        self._broken = 0

    def over(self, db: Connection, keyring: Keyring) -> Verified:
        """Every line, then its end."""
        count, prev, last_id, last_at = 0, "", 0, None
        first_signed: int | None = None
        head, is_head_ours = self._head(db, keyring)
        is_head_seen = head is None
        is_remembered_seen = not self._remembered
        for row in audit.chain(db):
            for kind in self._faults(row, prev, first_signed is not None):
                self._name(Break(row.id, kind, row.created_at))
            count, prev, last_id, last_at = count + 1, row.hash, row.id, row.created_at
            if first_signed is None and row.key_no != audit.UNSIGNED:
                first_signed = row.id
            is_head_seen = is_head_seen or (row.id, row.hash) == head
            is_remembered_seen = is_remembered_seen or f"{row.id}:{row.hash}" == self._remembered
        if not is_head_ours or (head is None and first_signed is not None):
            self._name(Break(last_id, "no_head", last_at))
        elif not is_head_seen:
            self._name(Break(last_id, "cut_off", last_at))
        if not is_remembered_seen:
            self._name(Break(last_id, "not_there", last_at))
        shown = f"{last_id}:{prev}" if count else ""
        return Verified(count, shown, first_signed, tuple(self._breaks), self._broken)

    def _faults(self, row: Row[Any], prev: str, has_begun: bool) -> Iterator[BreakKind]:
        if row.prev_hash != prev:
            yield "gap"
        if row.key_no == audit.UNSIGNED:
            if has_begun:
                yield "unsigned"
            elif not audit.is_genuine(row, b""):
                yield "altered"
        elif row.key_no not in self._keys:
            yield "no_key"
        elif not audit.is_genuine(row, self._keys[row.key_no]):
            yield "altered"

    def _head(self, db: Connection, keyring: Keyring) -> tuple[tuple[int, str] | None, bool]:
        try:
            return audit_keys.head(db, keyring), True
        except CannotOpen:
            return None, False

    def _name(self, found: Break) -> None:
        self._broken += 1
        if len(self._breaks) < MOST_NAMED:
            self._breaks.append(found)
