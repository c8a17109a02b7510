"""Recordings: whichever news of one comes first, it is kept once and ready."""

import pytest
from sqlalchemy import Engine

from hotline.domain.phone import PhoneNumber
from hotline.store import contacts, recordings
from hotline.store.database import transaction
from hotline.store.sealing import read_keys
from hotline.store.tables import recording
from tests.lines import KEY, MARIA, NOON

KEYRING = read_keys(KEY)
SID = "RE" + "1" * 32


def contact(database: Engine, number: PhoneNumber = MARIA) -> int:
    with transaction(database) as db:
        return contacts.add(db, KEYRING, number, NOON)


def keep(database: Engine, contact_id: int) -> None:
    with transaction(database) as db:
        recordings.keep(db, KEYRING, SID, 12, contact_id, None, None, NOON)


def mark_ready(database: Engine) -> None:
    with transaction(database) as db:
        recordings.mark_ready(db, KEYRING, SID, NOON)


@pytest.mark.parametrize("is_early", [False, True])
def test_a_recording_is_ready_whichever_news_came_first(database: Engine, is_early: bool) -> None:
    whose = contact(database)
    for step in (mark_ready, lambda of: keep(of, whose))[:: 1 if is_early else -1]:
        step(database)
    with transaction(database) as db:
        [kept] = db.execute(recording.select()).all()
        assert (kept.is_ready, kept.duration_s, kept.contact_id) == (True, 12, whose)
        assert recordings.take_of_contact(db, KEYRING, whose) == [SID]


def test_a_recording_that_belongs_to_somebody_stays_theirs(database: Engine) -> None:
    first, second = contact(database), contact(database, PhoneNumber("+12135550177"))
    keep(database, first)
    keep(database, second)
    with transaction(database) as db:
        assert recordings.take_of_contact(db, KEYRING, second) == []
        assert recordings.take_of_contact(db, KEYRING, first) == [SID]
