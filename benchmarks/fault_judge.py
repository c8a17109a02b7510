"""The judge: the carrier's own record against our rows, after a run."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from benchmarks.fault_people import Person
from hotline.domain.delivery import CARRIER_STATUSES
from hotline.domain.phone import PhoneNumber
from hotline.operations.line import Line
from hotline.store import tallies
from hotline.store.database import transaction

_KEY: Final = re.compile(r"/d(\d+)\.(\d+)(?:#|$)")
GIVEN_UP: Final = frozenset({"failed", "skipped", "unknown"})
TAKEN: Final = frozenset({"accepted", "sent", "delivered", "undelivered", "failed"})

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery as we have it."""

    key: Key
    contact_id: int | None
    status: str
    reason: str | None
    sid: str | None


@dataclass(slots=True)
class Verdict:
    """`strayed`: sentences about where our view and the carrier's differ, though nobody was harmed."""

    twice: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)
    unknown: int = 0
    failed: int = 0
    strayed: list[str] = field(default_factory=list)
    peak: float = 0.0

    @property
    def holds(self) -> bool:
        return not (self.twice or self.never or self.strayed)


def judge(
    line: Line,
    record: Mapping[str, Any],
    people: Sequence[Person],
    broadcast_ids: Sequence[int],
    ended_early: bool,
) -> Verdict:
    """Compare, after everything the carrier could say has been asked for.

    `ended_early`: the alert may have ended before everybody was written down for it.
    """
    rows = rows_of(line)
    verdict = compare(rows, accepted_by_key(record))
    if not ended_early:
        _judge_audience(verdict, rows, people, broadcast_ids, line)
    _judge_tallies(verdict, rows, line)
    verdict.peak = peak(record)
    return verdict


def compare(rows: Sequence[Row], accepted: Mapping[Key, Sequence[Mapping[str, Any]]]) -> Verdict:
    """Row by row: what we say of each against what the carrier took for it."""
    verdict = Verdict()
    for row in rows:
        _judge_row(verdict, row, accepted.get(row.key, []))
    known = {row.key for row in rows}
    verdict.strayed += [f"{_name(key)} was accepted and has no row" for key in accepted if key not in known]
    return verdict


def accepted_by_key(record: Mapping[str, Any]) -> dict[Key, list[Mapping[str, Any]]]:
    """What the carrier took, by the delivery that its callback address names."""
    found: defaultdict[Key, list[Mapping[str, Any]]] = defaultdict(list)
    for message in record["messages"]:
        named = _KEY.search(message["status_callback"] or "")
        if named and message["direction"] == "outbound-api":
            found[int(named[1]), int(named[2])].append(message)
    return found


def rows_of(line: Line) -> list[Row]:
    """Every delivery of the run, also of the notices that an alert has ended."""
    with transaction(line.database) as db:
        rows = db.execute(
            text("SELECT broadcast_id, seq, contact_id, status, reason, sid FROM delivery ORDER BY 1, 2")
        )
        return [Row((r.broadcast_id, r.seq), r.contact_id, r.status, r.reason, r.sid) for r in rows]


def _judge_row(verdict: Verdict, row: Row, accepted: Sequence[Mapping[str, Any]]) -> None:
    said = f"{_name(row.key)} {row.status} {row.reason}"
    if len(accepted) > 1:
        sids = ", ".join(f"{one['sid'][:8]} at {one['accepted_at']} {one['status']}" for one in accepted)
        verdict.twice.append(f"{said}: {sids}")
    if not accepted:
        if row.status not in GIVEN_UP:
            verdict.never.append(said)
        verdict.unknown += row.status == "unknown"
        verdict.failed += row.status == "failed"
        return
    if row.status == "unknown":
        verdict.unknown += 1
    elif row.status not in TAKEN or (row.status == "failed" and row.reason != "carrier"):
        verdict.strayed.append(f"{said}, but accepted")
    elif len(accepted) == 1:
        _judge_receipts(verdict, row, accepted[0], said)


def _judge_receipts(verdict: Verdict, row: Row, message: Mapping[str, Any], said: str) -> None:
    if row.sid != message["sid"]:
        verdict.strayed.append(f"{said} has another sid than the carrier")
    if CARRIER_STATUSES[message["status"]] != row.status:
        verdict.strayed.append(f"{said}, but {message['status']} at the carrier")


def _judge_audience(
    verdict: Verdict, rows: Sequence[Row], people: Sequence[Person], broadcast_ids: Sequence[int], line: Line
) -> None:
    """Everyone who signed up has a row, but who opted out before it was written."""
    with transaction(line.database) as db:
        out = {bytes(found) for found in db.scalars(text("SELECT phone_hash FROM suppression"))}
    written = {(row.key[0], row.contact_id) for row in rows}
    for broadcast_id in broadcast_ids:
        for one in people:
            if (broadcast_id, one.contact_id) in written:
                continue
            if line.keyring.lookup(PhoneNumber(one.number)) not in out:
                verdict.never.append(f"contact {one.contact_id} has no row in broadcast {broadcast_id}")


def _judge_tallies(verdict: Verdict, rows: Sequence[Row], line: Line) -> None:
    """The counters that a page shows say what the rows say."""
    for broadcast_id in sorted({row.key[0] for row in rows}):
        counted = Counter(row.status for row in rows if row.key[0] == broadcast_id)
        told: Counter[str] = Counter()
        with transaction(line.database) as db:
            for tally in tallies.of(db, broadcast_id):
                told[tally.status] += tally.count
        if +told != counted or any(count < 0 for count in told.values()):
            verdict.strayed.append(f"tallies {dict(told)}, rows {dict(counted)}")


def judge_opt_outs(
    line: Line, record: Mapping[str, Any], numbers: Sequence[str], failed: set[str]
) -> list[str]:
    """STOPs that reached us and are not in the ledger."""
    with transaction(line.database) as db:
        out = {bytes(found) for found in db.scalars(text("SELECT phone_hash FROM suppression"))}
    sids = {m["from"]: m["sid"] for m in record["messages"] if m["direction"] == "inbound"}
    return [
        f"a STOP that reached us is not in the ledger ({sids.get(number)})"
        for number in numbers
        if line.keyring.lookup(PhoneNumber(number)) not in out and sids.get(number) not in failed
    ]


def peak(record: Mapping[str, Any]) -> float:
    """The most segments that one sender had accepted within a second, at the carrier's clock."""
    by_sender: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    for message in record["messages"]:
        if message["direction"] == "outbound-api" and not message["by_carrier"]:
            at = datetime.fromisoformat(message["accepted_at"]).timestamp()
            by_sender[message["from"]].append((at, message["segments"]))
    return float(max((_most_within_a_second(sorted(sent)) for sent in by_sender.values()), default=0))


def _most_within_a_second(sent: Sequence[tuple[float, int]]) -> int:
    most = inside = first = 0
    for at, segments in sent:
        inside += segments
        while sent[first][0] <= at - 1.0:
            inside -= sent[first][1]
            first += 1
        most = max(most, inside)
    return most


def _name(key: Key) -> str:
    return f"d{key[0]}.{key[1]}"
