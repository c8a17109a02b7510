"""Whether anything is there yet: a look that costs nothing, however much there is."""

from sqlalchemy import Connection, exists, select

from hotline.store.tables import alert, subscription


def has_subscriber(db: Connection) -> bool:
    return bool(db.scalar(select(exists(select(subscription.c.id)))))


def has_tested(db: Connection) -> bool:
    """Was a test alert released, ever?"""
    released = select(alert.c.id).where(alert.c.kind == "test", alert.c.state == "released")
    return bool(db.scalar(select(exists(released))))
