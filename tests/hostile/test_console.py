"""Operations behind the console as somebody meets them who means harm."""

from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, text
from starlette.requests import Request

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import passwords
from hotline.operations.account_refusals import AccountRefused
from hotline.operations.incident_refusals import IncidentRefused
from hotline.operations.incidents import step
from hotline.operations.invitations import Second, accept, invite
from hotline.operations.line import Line
from hotline.operations.merging import merge, unmerge
from hotline.operations.observing import observe
from hotline.operations.overriding import agree_to_override, ask_override
from hotline.operations.sign_in import Caller, NeedsSecond, NotSignedIn, SignedIn, with_code, with_password
from hotline.operations.verified import lacks_of, may_alert
from hotline.store.database import transaction
from hotline.web.console.login import source_of
from tests.incidents import described, read, says, sees, verifier, with_verifiers
from tests.lines import ANA, BO, Clock, make_line
from tests.operations.doors import PASSWORD, PUBLIC, add_person, join

WHY = "The church phoned, agents are inside"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weak and fast: what is tested is who gets in."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    return with_verifiers(make_line(database, flow, network, clock=clock), 2)


@pytest.fixture
def door(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    return make_line(database, flow, network, mode="production", clock=clock)


def is_open_to_alerts(line: Line, code: str) -> bool:
    with transaction(line.database) as db:
        return may_alert(line, db, read(line, code), line.clock())


def acts(line: Line, act: str) -> int:
    with transaction(line.database) as db:
        return int(db.execute(text("SELECT count(*) FROM audit WHERE act = :act"), {"act": act}).scalar_one())


def test_an_override_does_not_stand_against_a_verifier_who_found_nothing(line: Line, clock: Clock) -> None:
    code = described(line)
    ask_override(line, code, ANA.name, WHY, clock())
    agree_to_override(line, code, BO.name, "I know that church", clock())
    assert is_open_to_alerts(line, code)
    clock.pass_(minutes=5)
    observe(line, code, "on_scene", ANA.name, clock(), clock(), finding="nothing", observer=verifier(0).name)
    assert not is_open_to_alerts(line, code)
    step(line, code, "verifying", ANA.name, "look again", clock())
    with pytest.raises(IncidentRefused, match="still missing"):
        step(line, code, "confirmed", ANA.name, "all the same", clock())


def test_a_sighting_that_was_merged_away_confirms_nothing(line: Line, clock: Clock) -> None:
    whole, part = described(line, 1), described(line, 2)
    sees(line, part, verifier(0))
    merge(line, part, whole, ANA.name, "the same", clock())
    step(line, whole, "verifying", ANA.name, "look", clock())
    step(line, whole, "confirmed", ANA.name, "seen", clock())
    assert is_open_to_alerts(line, whole)
    unmerge(line, part, ANA.name, "not the same", clock())
    assert not is_open_to_alerts(line, whole)


@pytest.mark.parametrize("word", ["SEEN", "NOTHING", "OTHER"])
def test_a_text_from_a_verifiers_number_that_nobody_asked_says_nothing_of_the_scene(
    line: Line, word: str
) -> None:
    code = described(line)
    assert "you were not asked" in str(says(line, verifier(1), f"{word} {code} two vans"))
    with transaction(line.database) as db:
        assert lacks_of(line, db, read(line, code), line.clock())
        assert db.execute(text("SELECT count(*) FROM observation")).scalar_one() == 0


def test_a_merge_goes_round_in_no_circle(line: Line, clock: Clock) -> None:
    first, second = described(line, 1), described(line, 2)
    merge(line, first, second, ANA.name, "the same", clock())
    with pytest.raises(IncidentRefused):
        merge(line, second, first, ANA.name, "the same", clock())


def test_whoever_knows_a_password_and_guesses_codes_is_written_down_and_slowed(
    door: Line, clock: Clock
) -> None:
    rosa = join(door, clock() - timedelta(hours=1))
    outside = Caller("192.0.2.200", "browser")
    asked = with_password(door, rosa.name, PASSWORD, outside, PUBLIC, clock())
    assert isinstance(asked, NeedsSecond)
    for _ in range(5):
        assert isinstance(with_code(door, asked.proof, "000000", outside, clock()), NotSignedIn)
    assert acts(door, "account.codes_guessed_at") == 1
    right = with_code(door, asked.proof, rosa.code(clock()), outside, clock())
    assert isinstance(right, NotSignedIn)
    again = with_password(door, rosa.name, PASSWORD, outside, PUBLIC, clock())
    assert isinstance(again, NotSignedIn)
    assert again.wait_s > 0


def test_a_flood_from_elsewhere_keeps_nobody_out_on_a_device_they_know(door: Line, clock: Clock) -> None:
    rosa = join(door, clock() - timedelta(hours=1))
    for number in range(40):
        with_password(door, rosa.name, "guess", Caller(f"192.0.2.{number}"), PUBLIC, clock())
    home = Caller("192.0.2.1", "browser", rosa.signed_in.device_token)
    asked = with_password(door, rosa.name, PASSWORD, home, PUBLIC, clock())
    assert isinstance(asked, NeedsSecond)
    assert isinstance(with_code(door, asked.proof, rosa.code(clock()), home, clock()), SignedIn)


def asked_from(peer: str, forwarded: str = "") -> str:
    headers = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    return source_of(Request({"type": "http", "client": (peer, 1), "headers": headers}))


def test_a_flood_through_the_proxy_is_not_everybodys() -> None:
    assert asked_from("127.0.0.1", "198.51.100.7") != asked_from("127.0.0.1", "198.51.100.8")
    assert asked_from("172.18.0.2", "10.0.0.1, 198.51.100.7") == "198.51.100.7"
    assert asked_from("::ffff:127.0.0.1", "198.51.100.7") == "198.51.100.7"
    assert asked_from("127.0.0.1") == asked_from("127.0.0.1", "rubbish") == "127.0.0.1"


def test_nobody_from_outside_says_where_they_come_from() -> None:
    assert asked_from("8.8.8.8", "198.51.100.7") == "8.8.8.8"
    assert asked_from("127.0.0.1", "198.51.100.7, 8.8.8.8") == "8.8.8.8"


def test_who_has_a_whole_network_of_addresses_is_one() -> None:
    assert asked_from("2606:4700:1:2::1") == asked_from("2606:4700:1:2:ffff::9")
    assert asked_from("2606:4700:1:2::1") != asked_from("2606:4700:1:3::1")


def test_an_invitation_is_taken_up_once_however_often_it_is_sent(door: Line, clock: Clock) -> None:
    person_id = add_person(door, "Luz")
    token = invite(door, person_id, "Ana", clock()).path.rpartition("/")[2]
    second_one = invite(door, person_id, "Ana", clock()).path.rpartition("/")[2]
    demo = replace(door, mode="demo")
    with pytest.raises(AccountRefused):
        accept(demo, token, PASSWORD, Second(), "", PUBLIC, clock())
    assert accept(demo, second_one, PASSWORD, Second(), "", PUBLIC, clock())
    with pytest.raises(AccountRefused):
        accept(demo, second_one, PASSWORD + "x", Second(), "", PUBLIC, clock())
