"""Who would get an alert, counted before it goes out."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from hotline.domain.call import CALLS
from hotline.domain.language import Channel
from hotline.store.health import FAILURES_TO_REST, TAKES_NO_TEXTS


def subscribers(db: Connection, zips: Sequence[str], channel: Channel = "sms") -> dict[str, int]:
    """People who asked for texts, or calls, in these ZIP codes, by language: none who opted out or whose
    number rests, nobody twice."""
    rows = db.execute(
        text(
            "SELECT coalesce(c.language, 'es') AS language, count(DISTINCT c.id) AS people"
            " FROM subscription s JOIN contact c ON c.id = s.contact_id"
            " WHERE s.zip = ANY(CAST(:zips AS varchar[])) AND s.channel = :channel AND 'alert' = ANY(s.kinds)"
            " AND NOT EXISTS (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash)"
            " AND NOT EXISTS (SELECT FROM number_health h WHERE h.phone_hash = c.phone_hash"
            " AND h.failures >= :failures"
            " AND NOT (:channel = 'voice' AND h.code = ANY(CAST(:deaf AS int[])))) GROUP BY 1"
        ),
        {
            "zips": list(zips),
            "channel": channel,
            "failures": FAILURES_TO_REST,
            "deaf": list(TAKES_NO_TEXTS),
        },
    )
    return {row.language: int(row.people) for row in rows}


def reached(
    db: Connection, broadcast_id: int, statuses: Sequence[str], channel: Channel = "sms"
) -> dict[str, int]:
    """People whom a broadcast may have reached and who did not opt out since, by language."""
    rows = db.execute(
        text(
            "SELECT coalesce(c.language, d.language) AS language, count(*) AS people"
            " FROM delivery d JOIN contact c ON c.id = d.contact_id"
            " WHERE d.broadcast_id = :id AND (d.sender IS NOT DISTINCT FROM :calls) = :is_call"
            " AND d.status = ANY(CAST(:statuses AS varchar[]))"
            " AND NOT EXISTS (SELECT FROM suppression p WHERE p.phone_hash = c.phone_hash) GROUP BY 1"
        ),
        {"id": broadcast_id, "statuses": list(statuses), "calls": CALLS, "is_call": channel == "voice"},
    )
    return {row.language: int(row.people) for row in rows}
