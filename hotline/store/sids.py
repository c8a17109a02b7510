"""Which of the carrier's names are already known to belong to other rows of ours."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from hotline.store.parcels import Key


def not_ours(db: Connection, sids: Sequence[str], but: Key) -> set[str]:
    """Of these sids, those that no other row than `but` has."""
    if not sids:
        return set()
    rows = db.execute(
        text(
            "SELECT sid, 'd' || broadcast_id || '.' || seq AS key FROM delivery WHERE sid = ANY(:sids)"
            " UNION ALL SELECT sid, 'm' || id FROM message WHERE sid = ANY(:sids)"
        ),
        {"sids": list(sids)},
    )
    return set(sids) - {row.sid for row in rows if row.key != str(but)}
