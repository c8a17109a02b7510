"""How often a message of a kind may go out: nobody is sent more than they agreed to."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from hotline.domain.notice import UPDATE_EVERY, MessageKind, rule_of
from hotline.operations.alert_refusals import AlertRefused
from hotline.store import alerts
from hotline.store.alerts import Alert


def check_frequency(db: Connection, of: Alert, now: datetime) -> None:
    """At most one change of an alert in 30 minutes, one reminder in a week. Raises AlertRefused."""
    every = _every(of.kind)
    if every is None:
        return
    last = alerts.newest_release(db, of.kind, of.zips, of.follows_id)
    if last is not None and now - last < every:
        minutes = int((every - (now - last)).total_seconds() // 60) + 1
        raise AlertRefused("too_soon", f"{minutes // 60}:{minutes % 60:02d} h")


def _every(kind: MessageKind) -> timedelta | None:
    if kind == "update":
        return UPDATE_EVERY
    rule = rule_of(kind)
    return rule.every if rule else None
