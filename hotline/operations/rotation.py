"""Move everything to the first key while the line runs: every number is found again, every text opens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Table

from hotline.operations.line import Line
from hotline.store import audit, rekeying
from hotline.store.database import transaction
from hotline.store.rekeying import OWN_HASHES, SEALED, After, Stepped

STEP: Final = 200  # rows in one transaction


@dataclass(frozen=True, slots=True)
class Rotated:
    """Rows moved and rows that no key opens, by column.

    `left` counts hashes under older keys whose numbers we no longer hold (erased people's opt-outs and
    proof of consent): as long as there are some, the older key must stay in the list.
    """

    moved: dict[str, int]
    unreadable: dict[str, int]
    left: dict[str, int]


def rotate(line: Line, now: datetime, tell: Callable[[str, int], None] = lambda name, count: None) -> Rotated:
    """Re-seal and re-hash what is under any other key, in small transactions.

    May be stopped and started again at any point, and run twice at once; a second run finds nothing.
    `tell` hears the column and how many rows of it are done, after each step.
    """
    moved: dict[str, int] = {}
    unreadable: dict[str, int] = {}

    def steps(name: str, step: Callable[[After | None], Stepped]) -> None:
        after: After | None = None
        while True:
            done = step(after)
            moved[name] = moved.get(name, 0) + done.moved
            unreadable[name] = unreadable.get(name, 0) + done.unreadable
            tell(name, moved[name])
            if done.last is None:
                return
            after = done.last

    steps("contact.phone_hash", lambda after: _rehash(line, after))
    for own in OWN_HASHES:
        steps(f"{own.name}.phone_hash", lambda after, own=own: _rehash_own(line, own, after))  # type: ignore[misc]
    for sealed in SEALED:
        steps(sealed.name, lambda after, sealed=sealed: _reseal(line, sealed, after))  # type: ignore[misc]
    with transaction(line.database) as db:
        left = rekeying.left(db, line.keyring)
        audit.renew_key(db, line.keyring, now)
        audit.record(db, "system", "keys.rotate", line.keyring.first.id, now, {"moved": sum(moved.values())})
    return Rotated(moved, {name: count for name, count in unreadable.items() if count}, left)


def _rehash(line: Line, after: After | None) -> Stepped:
    with transaction(line.database) as db:
        return rekeying.rehash(db, line.keyring, after, STEP)


def _rehash_own(line: Line, table: Table, after: After | None) -> Stepped:
    with transaction(line.database) as db:
        return rekeying.rehash_own(db, line.keyring, table, after, STEP)


def _reseal(line: Line, sealed: rekeying.Sealed, after: After | None) -> Stepped:
    with transaction(line.database) as db:
        return rekeying.reseal(db, line.keyring, sealed, after, STEP)
