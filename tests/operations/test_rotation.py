"""Data under an old key moves to a new one while the line runs."""

from dataclasses import replace
from itertools import count

import pytest
from sqlalchemy import Engine, LargeBinary, text

from hotline.domain.phone import PhoneNumber
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import help_requests, incidents, rotation, sites
from hotline.operations.help_requests import HelpFields, PartnerFields
from hotline.operations.line import Line
from hotline.operations.observing import observe
from hotline.operations.rotation import rotate
from hotline.operations.sites import ContactFields, SiteFields
from hotline.operations.turns import take_turn
from hotline.store import (
    accounts,
    consents,
    contacts,
    deletions,
    health,
    hooks,
    idempotency,
    people,
    recordings,
    reports,
)
from hotline.store.database import transaction
from hotline.store.rekeying import HASHED, NOT_MOVED, SEALED
from hotline.store.sealing import new_key, read_keys
from hotline.store.tables import metadata
from hotline.web.addresses import Addresses
from hotline.web.mouths import TextMouth
from tests.lines import JOHN, KEY, MARIA, NOON, make_line, text_from
from tests.people import draft_test, release, subscribe
from tests.web.api.programs import key_for

SIDS = count(1)
NEW = new_key()
ADDRESSES = Addresses("https://line.example.org")


@pytest.fixture
def old(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def renewed(line: Line, keys: str = f"2:{NEW},1:{KEY}") -> Line:
    return replace(line, keyring=read_keys(keys))


def says(line: Line, body: str, number: PhoneNumber = MARIA) -> str:
    return take_turn(line, text_from(number, body, f"SM{next(SIDS):032x}"), TextMouth(ADDRESSES), NOON)


def add_account(line: Line) -> None:
    """Somebody who signs in with codes."""
    with transaction(line.database) as db:
        number = PhoneNumber("+15005550177")
        person_id = people.add(db, line.keyring, "Rosa", ["admin"], "", (), number, "es", (), True, NOON)
        accounts.set_password(db, person_id, "hash", NOON)
        accounts.set_totp(db, line.keyring, person_id, "SECRET", 1)


def add_places(line: Line) -> None:
    """A site with a plan and a contact, a partner organisation and a request with a note."""
    code = sites.add(
        line, SiteFields("Escuela Ejemplo", "school", "90033", "", "Lock the gate."), "Ana", NOON
    )
    contact = ContactFields("Maria E.", JOHN.e164, "es", "principal", "mornings")
    sites.add_contact(line, code, contact, "Ana", NOON)
    help_requests.add_partner(line, PartnerFields("Pantry", ["food"], "pantry@example.org"), "Ana", NOON)
    help_requests.open_help(line, HelpFields("food", MARIA.e164, "es", "Monday 9 am"), "Ana", NOON)


def add_incident(line: Line) -> None:
    """An incident with a place, a step with its reason, and a note."""
    _, code = incidents.enter(line, "Ana", {"place": "1st & Soto"}, NOON)
    incidents.step(line, code, "verifying", "Ana", "two calls", NOON)
    observe(line, code, "note", "Ana", NOON, NOON, words="spoke with the owner")


def add_program(line: Line) -> None:
    """A program with a key, an answer that was kept for it, and a webhook."""
    key_for(line)
    with transaction(line.database) as db:
        asked = idempotency.claim(db, 1, "asked", "body", NOON)
        assert asked is not None
        idempotency.keep(db, line.keyring, asked, "answer")
        hooks.add(db, line.keyring, "https://partner.example.org/", "hs_x", ["alert.released"], "Ana", NOON)


def fill(line: Line) -> None:
    """Something in every sealed column."""
    add_places(line)
    add_account(line)
    add_program(line)
    for body in ("alertas", "90033", "SI", "reportar", "si", "1"):
        says(line, body)
    subscribe(line, 1)
    release(line, draft_test(line))
    says(line, "persona", JOHN)
    says(line, "ALTO", JOHN)
    with transaction(line.database) as db:
        recordings.keep(db, line.keyring, "RE" + "1" * 32, 9, None, None, None, NOON)
        deletions.ask(db, line.keyring, "number", [MARIA.e164], NOON)
        consents.block(db, line.keyring.lookup(JOHN), "+15005550006", NOON)
        health.failed(db, [line.keyring.lookup(JOHN)], 30003, NOON)
        db.execute(
            text("UPDATE message SET media_ct = :m WHERE id = (SELECT min(id) FROM message)"), {"m": None}
        )
        first = db.execute(text("SELECT min(id) FROM message")).scalar_one()
        sealed = line.keyring.seal("https://example.org/1.jpg", f"message.media.{first}")
        db.execute(text("UPDATE message SET media_ct = :m WHERE id = :id"), {"m": sealed, "id": first})


def test_every_sealed_and_hashed_column_of_the_tables_is_moved() -> None:
    binary = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert binary == {sealed.name for sealed in SEALED} | set(HASHED) | set(NOT_MOVED)


def test_everything_opens_with_the_new_key_alone(old: Line) -> None:
    fill(old)
    add_incident(old)
    rotate(renewed(old), NOON)
    alone = renewed(old, f"2:{NEW}")
    with transaction(old.database) as db:
        for sealed in SEALED:
            statement = f"SELECT * FROM {sealed.table.name} WHERE length({sealed.column}) > 0"
            found = db.execute(text(statement)).all()
            assert found, sealed.name
            for row in found:
                place = sealed.place.format(**{key: getattr(row, key) for key in sealed.keys})
                alone.keyring.open(getattr(row, sealed.column), place)


def test_people_are_found_again_with_the_new_key_alone(old: Line) -> None:
    fill(old)
    done = rotate(renewed(old), NOON)
    alone = renewed(old, f"2:{NEW}")
    assert (done.left, done.unreadable) == ({}, {})
    with transaction(old.database) as db:
        contact_id = contacts.find(db, alone.keyring, MARIA)
        assert contact_id is not None
        assert contacts.number_of(db, alone.keyring, contact_id) == MARIA
        johns = alone.keyring.lookups(JOHN)
        assert consents.is_suppressed(db, johns)
        assert consents.count(db, johns, "opt_out") == 1
        assert db.execute(text("SELECT phone_hash FROM carrier_block")).scalar_one() == johns[0]
        assert db.execute(text("SELECT phone_hash FROM number_health")).scalar_one() == johns[0]


def test_a_conversation_goes_on_where_it_stood(old: Line) -> None:
    fill(old)
    rotate(renewed(old), NOON)
    alone = renewed(old, f"2:{NEW}")
    assert "TIEMPO" in says(alone, "Alvarado y la 7")
    with transaction(old.database) as db:
        assert reports.latest(db, alone.keyring)[0].answers["place"]["value"] == "Alvarado y la 7"


def test_a_second_run_finds_nothing(old: Line) -> None:
    fill(old)
    assert sum(rotate(renewed(old), NOON).moved.values()) > 10
    assert sum(rotate(renewed(old), NOON).moved.values()) == 0


def test_small_steps_do_the_same(old: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(old)
    monkeypatch.setattr(rotation, "STEP", 1)
    rotate(renewed(old), NOON)
    assert sum(rotate(renewed(old), NOON).moved.values()) == 0


def test_a_run_that_was_stopped_goes_on(old: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(old)
    monkeypatch.setattr(rotation, "STEP", 1)

    class Stopped(Exception):
        pass

    def stop(name: str, done: int) -> None:
        if name == "turn.answer_ct" and done == 2:
            raise Stopped

    with pytest.raises(Stopped):
        rotate(renewed(old), NOON, stop)
    rotate(renewed(old), NOON)
    with transaction(old.database) as db:
        assert contacts.find(db, renewed(old, f"2:{NEW}").keyring, JOHN) is not None


def test_who_opts_out_between_the_new_key_and_the_move_stays_out(old: Line) -> None:
    says(old, "alertas"), says(old, "90033"), says(old, "SI")
    between = renewed(old)
    says(between, "ALTO")
    with transaction(old.database) as db:
        hash_of_row = db.execute(text("SELECT phone_hash FROM contact")).scalar_one()
        assert consents.is_suppressed(db, [hash_of_row])
    rotate(between, NOON)
    with transaction(old.database) as db:
        hash_of_row = db.execute(text("SELECT phone_hash FROM contact")).scalar_one()
        assert consents.is_suppressed(db, [hash_of_row])


def test_a_pause_never_softens_an_opt_out(old: Line) -> None:
    says(old, "hola")
    between = renewed(old)
    new_hash, old_hash = between.keyring.lookups(MARIA)
    with transaction(old.database) as db:
        consents.suppress(db, old_hash, "opt_out", NOON)
        consents.suppress(db, new_hash, "pause", NOON)
    rotate(between, NOON)
    with transaction(old.database) as db:
        assert db.execute(text("SELECT phone_hash, reason FROM suppression")).all() == [(new_hash, "opt_out")]


def test_hashes_of_erased_people_are_told_as_left(old: Line) -> None:
    says(old, "ALTO"), says(old, "BORRAR"), says(old, "BORRAR TODO")
    left = rotate(renewed(old), NOON).left
    assert left == {"consent.phone_hash": 2, "suppression.phone_hash": 1}


def test_what_no_key_opens_is_counted_and_left(old: Line) -> None:
    fill(old)
    done = rotate(renewed(old, f"2:{NEW}"), NOON)
    assert done.unreadable["contact.phone_hash"] == 3
    assert sum(done.moved.values()) == 0


def test_deliveries_of_an_alert_move_too(old: Line) -> None:
    subscribe(old, 1)
    release(old, draft_test(old))
    rotate(renewed(old), NOON)
    with transaction(old.database) as db:
        hashes = {row[0] for row in db.execute(text("SELECT phone_hash FROM delivery"))}
    assert len(hashes) == 1
    assert all(one.startswith(b"2:") for one in hashes)
