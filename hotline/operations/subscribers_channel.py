"""Have somebody's alerts come as texts or as calls."""

from datetime import datetime

from hotline.domain.language import Channel
from hotline.domain.phone import PhoneNumber
from hotline.operations.line import Line
from hotline.store import audit, contacts, subscriptions
from hotline.store.database import transaction


def set_channel(line: Line, number: PhoneNumber, channel: Channel, by: str, now: datetime) -> bool:
    """For every ZIP code of theirs; False when the number is not signed up. Raises DatabaseAway."""
    with transaction(line.database) as db:
        contact_id = contacts.find(db, line.keyring, number)
        if contact_id is None or not subscriptions.set_channel(db, contact_id, channel):
            return False
        audit.record(db, by[:64], "subscribers.channel", f"contact {contact_id}", now, {"channel": channel})
    return True
