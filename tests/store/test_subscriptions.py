"""What somebody asked for stays theirs when they sign up again or move."""

from datetime import UTC, datetime

from sqlalchemy import Engine, select

from hotline.domain.phone import PhoneNumber
from hotline.store import contacts, subscriptions
from hotline.store.database import transaction
from hotline.store.sealing import read_keys
from hotline.store.tables import subscription
from tests.lines import KEY

NOW = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)


def kinds(database: Engine) -> dict[str, list[str]]:
    with transaction(database) as db:
        return {row.zip: sorted(row.kinds) for row in db.execute(select(subscription))}


def sign_up(database: Engine, *asked: str) -> int:
    with transaction(database) as db:
        contact_id = contacts.add(db, read_keys(KEY), PhoneNumber("+12135550123"), NOW)
        subscriptions.add(db, contact_id, "90033", NOW, asked)
        return contact_id


def test_signing_up_again_takes_nothing_away(database: Engine) -> None:
    contact_id = sign_up(database, "event", "alert")
    with transaction(database) as db:
        subscriptions.add(db, contact_id, "90033", NOW)
    assert kinds(database) == {"90033": ["alert", "event"]}


def test_what_was_asked_for_moves_along(database: Engine) -> None:
    contact_id = sign_up(database, "alert", "food")
    with transaction(database) as db:
        subscriptions.replace_zip(db, contact_id, "90023", NOW)
    assert kinds(database) == {"90023": ["alert", "food"]}
