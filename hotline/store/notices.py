"""Recipients by place, language and channel before a message goes out; rows for contacts that are named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from hotline.domain.call import CALLS
from hotline.domain.delivery import REACHED
from hotline.domain.language import Channel, Language
from hotline.store.broadcasts import Broadcast
from hotline.store.health import FAILURES_TO_REST, TAKES_NO_TEXTS


@dataclass(frozen=True, slots=True)
class Reach:
    """How many would get it in one ZIP code (None: no longer known), in one language, one way."""

    zip: str | None
    language: Language
    channel: Channel
    people: int


_ASKED_FOR = text(
    "SELECT zip, language, channel, count(*) AS people FROM ("
    " SELECT DISTINCT ON (s.contact_id, s.channel) s.zip, s.channel, coalesce(c.language, 'es') AS language"
    " FROM (SELECT contact_id, zip, kinds, CASE WHEN CAST(:kind AS varchar) = 'alert' THEN channel"
    " ELSE 'sms' END AS channel FROM subscription) AS s JOIN contact c ON c.id = s.contact_id"
    " WHERE s.zip = ANY(CAST(:zips AS varchar[])) AND CAST(:kind AS varchar) = ANY(s.kinds)"
    " AND NOT EXISTS (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash)"
    " AND NOT EXISTS (SELECT FROM number_health h WHERE h.phone_hash = c.phone_hash"
    " AND h.failures >= :failures AND NOT (s.channel = 'voice' AND h.code = ANY(CAST(:deaf AS int[]))))"
    " ORDER BY s.contact_id, s.channel, array_position(CAST(:zips AS varchar[]), s.zip)) AS one"
    " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)

_REACHED = text(
    "SELECT d.zip, coalesce(c.language, d.language) AS language,"
    " CASE WHEN d.sender IS NOT DISTINCT FROM :calls THEN 'voice' ELSE 'sms' END AS channel,"
    " count(*) AS people FROM delivery d JOIN contact c ON c.id = d.contact_id"
    " WHERE d.broadcast_id = :id AND d.status = ANY(CAST(:statuses AS varchar[]))"
    " AND NOT EXISTS (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash)"
    " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)


def asked_for(db: Connection, zips: Sequence[str], kind: str) -> list[Reach]:
    """Subscribers of a kind in these ZIP codes; whoever has several counts in the first."""
    given = {"zips": list(zips), "kind": kind, "failures": FAILURES_TO_REST, "deaf": list(TAKES_NO_TEXTS)}
    return [_reach(row) for row in db.execute(_ASKED_FOR, given)]


def reached(db: Connection, broadcast_id: int) -> list[Reach]:
    """Whom a broadcast may have reached, and who did not opt out since."""
    given = {"id": broadcast_id, "statuses": sorted(REACHED), "calls": CALLS}
    return [_reach(row) for row in db.execute(_REACHED, given)]


def _reach(row: Any) -> Reach:
    return Reach(row.zip, row.language, row.channel, int(row.people))


# The rules are those of `enrolment`: one number, one row; nobody who opted out; a sender that they did not
# tell STOP. Named contacts are few: one statement.
_WRITE = text(
    """
    WITH page AS (
        SELECT c.id, c.phone_hash, coalesce(c.language, 'es') AS language,
               (SELECT u.name FROM unnest(CAST(:senders AS text[])) WITH ORDINALITY u(name, i)
                WHERE NOT EXISTS (SELECT FROM carrier_block k
                                  WHERE k.phone_hash = c.phone_hash AND k.sender = u.name)
                ORDER BY (u.i + c.id) % :sender_count, u.i LIMIT 1) AS sender
        FROM contact c WHERE c.id = ANY(CAST(:contacts AS bigint[]))
          AND NOT EXISTS (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash)
    ), written AS (
        INSERT INTO delivery (broadcast_id, seq, contact_id, phone_hash, language, sender, status, reason,
                              settled_at)
        SELECT :id, row_number() OVER (ORDER BY id), id, phone_hash, language, sender,
               CASE WHEN sender IS NULL THEN 'skipped' ELSE 'pending' END,
               CASE WHEN sender IS NULL THEN 'blocked' END,
               CASE WHEN sender IS NULL THEN CAST(:now AS timestamptz) END
        FROM page ORDER BY id RETURNING status, reason, language
    ), told AS (
        INSERT INTO delivery_tally (broadcast_id, status, reason, language, change, created_at)
        SELECT :id, status, reason, language, count(*), :now FROM written GROUP BY status, reason, language
    )
    SELECT count(*) FROM written
    """
)


def write_named(db: Connection, to: Broadcast, contact_ids: Sequence[int], now: datetime) -> int:
    """Write rows for contacts by their ids; how many were written."""
    given = {
        "id": to.id,
        "contacts": list(contact_ids),
        "senders": list(to.senders),
        "sender_count": len(to.senders),
        "now": now,
    }
    return int(db.execute(_WRITE, given).scalar_one())
