"""Which of the carrier's names are already known to belong to other rows of ours."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from hotline.store.parcels import Key


def not_ours(db: Connection, sids: Sequence[str], but: Key, phone_hashes: Sequence[bytes]) -> set[str]:
    """Of these sids of texts to one number, those that no other row of that number than `but` has.

    They stay locked until the transaction ends: two rows that look for the same words at once do not both
    take one. Deliveries have no index of sids (each would cost while we send), so a number's own are read.
    """
    if not sids:
        return set()
    db.execute(
        text(
            "SELECT pg_advisory_xact_lock(hashtextextended(sid, 0))"
            " FROM (SELECT unnest(CAST(:sids AS text[])) AS sid ORDER BY 1) AS ordered"
        ),
        {"sids": list(sids)},
    )
    rows = db.execute(
        text(
            "SELECT sid, 'd' || broadcast_id || '.' || seq AS key FROM delivery WHERE sid = ANY(:sids)"
            " AND contact_id IN (SELECT id FROM contact WHERE phone_hash = ANY(CAST(:hashes AS bytea[])))"
            " UNION ALL SELECT sid, 'm' || id FROM message WHERE sid = ANY(:sids)"
        ),
        {"sids": list(sids), "hashes": list(phone_hashes)},
    )
    return set(sids) - {row.sid for row in rows if row.key != str(but)}
