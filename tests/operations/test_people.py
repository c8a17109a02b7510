"""People of the network: what is taken of them, what is refused, and what is kept when they leave."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from hotline.domain.person import Spoken
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import people
from hotline.operations.languages import NotALanguage, name_of, read_spoken
from hotline.operations.line import Line
from hotline.operations.people import Given, PersonRefused
from hotline.store import people as store
from hotline.store.database import transaction
from hotline.store.people import Record
from hotline.store.sealing import new_key, read_keys
from tests.lines import ANA, BO, KEY, NOON, make_line

CLEO = Given(
    "Cleo Paz", "(213) 555-0192", ("verifier",), "St. Mary's", ("mam=Mam de Todos Santos",), "es", ("90033",)
)


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def add(line: Line, **changes: object) -> int:
    return people.add(line, replace(CLEO, **changes), "Ana", NOON)  # type: ignore[arg-type]


def record(line: Line, person_id: int) -> Record:
    with transaction(line.database) as db:
        found = store.by_id(db, line.keyring, person_id)
    assert found is not None
    return found


def acts(line: Line) -> list[tuple[str, str]]:
    with line.database.connect() as db:
        return [
            (row.act, row.subject) for row in db.execute(text("SELECT act, subject FROM audit ORDER BY id"))
        ]


def test_ana_and_bo_stand_in_the_database_as_the_tests_know_them(line: Line) -> None:
    with transaction(line.database) as db:
        assert store.active(db, line.keyring) == (ANA, BO)


def test_somebody_is_added_with_everything_that_is_said_of_them(line: Line) -> None:
    found = record(line, add(line))
    assert (found.name, found.organisation, found.language) == ("Cleo Paz", "St. Mary's", "es")
    assert found.phone is not None
    assert found.phone.e164 == "+12135550192"
    assert found.languages == (Spoken("mam", "Mam de Todos Santos"),)
    assert (list(found.roles), found.zips) == (["verifier"], ("90033",))
    assert (found.is_available, found.available_at, found.left_at) == (True, NOON, None)
    assert acts(line) == [("person.add", str(found.id))]


def test_a_number_is_sealed_and_found_by_its_hash_only(line: Line) -> None:
    person_id = add(line)
    with line.database.connect() as db:
        row = db.execute(text("SELECT * FROM person WHERE id = :id"), {"id": person_id}).one()
    assert b"5550192" not in bytes(row.phone_ct)
    assert b"5550192" not in bytes(row.phone_hash)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"name": "  "}, "name"),
        ({"name": "a" * 41}, "name"),
        ({"name": "Cleo: Paz"}, "name"),
        ({"name": "{CODE}"}, "name"),
        ({"name": "System"}, "name"),
        ({"name": " aNA "}, "name_taken"),
        ({"number": "12"}, "number"),
        ({"number": "+12135550190"}, "number_taken"),
        ({"number": "+1415" + "8675309"}, "real"),
        ({"roles": ()}, "role"),
        ({"roles": ("verifier", "boss")}, "role"),
        ({"organisation": "x" * 81}, "organisation"),
        ({"spoken": ("español",)}, "spoken"),
        ({"language": "fr"}, "language"),
        ({"zips": ("00000",)}, "zip"),
    ],
)
def test_what_cannot_be_is_refused_by_its_reason(line: Line, given: dict[str, object], reason: str) -> None:
    with pytest.raises(PersonRefused) as refused:
        add(line, **given)
    assert refused.value.reason == reason
    assert acts(line) == []


@pytest.mark.parametrize("missing", ["name", "number", "roles", "language"])
def test_name_number_role_and_language_must_be_given(line: Line, missing: str) -> None:
    with pytest.raises(PersonRefused):
        add(line, **{missing: None})


def test_a_real_line_takes_real_numbers(line: Line) -> None:
    real = "+1415" + "8675309"
    person_id = people.add(replace(line, mode="production"), replace(CLEO, number=real), "Ana", NOON)
    assert record(line, person_id).phone is not None


def test_only_what_is_given_changes(line: Line) -> None:
    person_id = add(line)
    before = record(line, person_id)
    people.change(line, person_id, Given(roles=("approver", "verifier"), zips=()), "Ana", NOON)
    after = record(line, person_id)
    assert after == replace(before, roles=frozenset({"approver", "verifier"}), zips=())
    assert acts(line)[-1] == ("person.change", str(person_id))


def test_somebody_may_keep_their_own_number_and_take_nobody_elses(line: Line) -> None:
    person_id = add(line)
    people.change(line, person_id, Given(number="+12135550192"), "Ana", NOON)
    with pytest.raises(PersonRefused) as refused:
        people.change(line, person_id, Given(number="+12135550191"), "Ana", NOON)
    assert refused.value.reason == "number_taken"


def test_a_number_under_an_older_key_is_still_one_persons(line: Line) -> None:
    add(line)
    renewed = replace(line, keyring=read_keys(f"2:{new_key()},1:{KEY}"))
    with pytest.raises(PersonRefused) as refused:
        people.add(renewed, replace(CLEO, name="Dora"), "Ana", NOON)
    assert refused.value.reason == "number_taken"


def test_who_leaves_keeps_a_name_and_nothing_else(line: Line) -> None:
    person_id = add(line)
    people.give_pin(line, person_id, "Ana", NOON)
    people.leave(line, person_id, "Ana", NOON)
    found = record(line, person_id)
    assert (found.name, found.phone, found.zips, found.left_at) == ("Cleo Paz", None, (), NOON)
    assert (found.has_pin, found.is_available, found.person) == (False, False, None)
    with pytest.raises(PersonRefused) as again:
        people.leave(line, person_id, "Ana", NOON)
    assert again.value.reason == "left"
    with pytest.raises(PersonRefused) as same_name:
        add(line, number="+12135550193")
    assert same_name.value.reason == "name_taken"
    add(line, name="Dora")  # the number is free again


def test_on_and_off_are_written_down_once(line: Line) -> None:
    assert people.put_on(line, ANA.id, False, "Ana", NOON)
    assert not people.put_on(line, ANA.id, False, "Ana", NOON)
    assert people.put_on(line, ANA.id, True, "Ana", NOON)
    assert [act for act, _ in acts(line)] == ["person.off", "person.on"]


def test_pages_follow_the_names_and_leave_out_who_left(line: Line) -> None:
    person_id = add(line)
    add(line, name="álvaro", number="+12135550193")
    people.leave(line, person_id, "Ana", NOON)
    with transaction(line.database) as db:
        first = store.page(db, line.keyring, limit=2)
        rest = store.page(db, line.keyring, first[-1].name, limit=2)
        everybody = store.page(db, line.keyring, with_left=True)
    assert len({one.name for one in first + rest}) == 3
    assert {one.name for one in everybody} - {one.name for one in first + rest} == {"Cleo Paz"}


def test_a_list_of_the_old_setting_is_taken_in(line: Line) -> None:
    (given,) = people.read_list(" Ana Luz : +1 213 555 0194 : es ,")
    found = record(line, people.add(line, given, "Ana", NOON))
    assert found.name == "Ana Luz"
    assert sorted(found.roles) == ["approver", "dispatcher", "verifier"]
    with pytest.raises(PersonRefused):
        people.read_list("Ana:+12135550190")


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("es", "es"),
        ("ES-mx", "es-MX"),
        ("mam", "mam"),
        ("quc", "quc"),
        ("mix", "mix"),
        ("zh-hant", "zh-Hant"),
    ],
)
def test_a_language_is_read_by_its_tag(written: str, tag: str) -> None:
    assert read_spoken(written) == Spoken(tag)


@pytest.mark.parametrize("written", ["", "e", "qq", "español", "es-ZZZ", "es-XX", "mam x", "es=" + "x" * 61])
def test_what_is_no_language_is_refused(written: str) -> None:
    with pytest.raises(NotALanguage):
        read_spoken(written)


def test_a_language_is_named_as_people_read_it() -> None:
    assert name_of(Spoken("es"), "en") == "Spanish"
    assert name_of(Spoken("mam"), "es") == "mam"
    assert name_of(Spoken("mam", "Mam de Todos Santos"), "es") == "Mam de Todos Santos (mam)"
