"""Money spent on texts, by day, as changes that never wait for one another."""

from datetime import date

from sqlalchemy import Connection, func, insert, select, text

from hotline.store.tables import spend


def charge(db: Connection, day: date, amount: int) -> None:
    """Add to a day, in millionths of a dollar; less than nothing gives back what was not used."""
    if amount:
        db.execute(insert(spend).values(day=day, amount=amount))


def on_day(db: Connection, day: date) -> int:
    """Millionths of a dollar spent on a day."""
    return int(db.scalar(select(func.coalesce(func.sum(spend.c.amount), 0)).where(spend.c.day == day)) or 0)


def fold(db: Connection) -> None:
    """Make one row of the many of each day."""
    db.execute(
        text(
            "WITH gone AS (DELETE FROM spend WHERE day IN"
            " (SELECT day FROM spend GROUP BY day HAVING count(*) > 50) RETURNING day, amount)"
            " INSERT INTO spend (day, amount) SELECT day, sum(amount) FROM gone GROUP BY day"
        )
    )
