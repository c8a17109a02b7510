"""Keys are made for oneself, for what one may do oneself, and shown once."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from hotline.domain.permission import permissions_of
from hotline.domain.person import Role
from hotline.domain.visitor import Visitor
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import api_keys
from hotline.operations.api_keys import KEYS_AT_MOST, PER_MINUTE, SCOPES, KeyRefused, NotAKey, TooOften
from hotline.operations.line import Line
from hotline.store.database import transaction
from tests.lines import ANA, Clock, make_line


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    return make_line(database, flow, network, clock=clock)


def visitor(*roles: Role) -> Visitor:
    held = frozenset(roles)
    return Visitor(ANA.id, ANA.name, held, permissions_of(held), "en", 1, "csrf")


ADMIN = visitor("admin")


def made(line: Line, *scopes: str, by: Visitor = ADMIN) -> tuple[str, str]:
    return api_keys.make(line, "Map of partners", scopes or ["alerts.see"], 30, by, line.clock())


def test_a_key_opens_what_it_was_made_for(line: Line) -> None:
    key_id, whole = made(line, "alerts.see", "people.see")
    bearer = api_keys.admit(line, whole, line.clock())
    assert (bearer.key_id, bearer.name) == (key_id, "Ana")
    assert bearer.permissions == {"alerts.see", "people.see"}


def test_only_a_hash_of_it_is_kept(line: Line) -> None:
    _, whole = made(line)
    secret = whole.split("_", 2)[2]
    with transaction(line.database) as db:
        kept = str(db.execute(text("SELECT * FROM api_key")).one())
        audited = str(db.execute(text("SELECT details, subject FROM audit")).all())
    assert secret not in kept + audited


@pytest.mark.parametrize("scopes", [[], ["alerts.release"], ["keys.edit"], ["tickets.work"], ["nonsense"]])
def test_nobody_makes_a_key_for_what_it_can_not_be_or_they_may_not_do(line: Line, scopes: list[str]) -> None:
    with pytest.raises(KeyRefused) as refused:
        api_keys.make(line, "a program", scopes, 30, ADMIN, line.clock())
    assert refused.value.reason == "scopes"


def test_even_who_may_everything_makes_no_key_that_releases(line: Line) -> None:
    everybody = visitor("admin", "approver", "dispatcher", "verifier")
    assert set(api_keys.scopes_of(everybody)) == set(SCOPES)
    with pytest.raises(KeyRefused):
        made(line, "alerts.see", "alerts.release", by=everybody)


@pytest.mark.parametrize(
    ("name", "days", "reason"),
    [("", 30, "name"), ("x" * 61, 30, "name"), ("x", 31, "days"), ("x", 0, "days")],
)
def test_a_key_has_a_name_and_an_end(line: Line, name: str, days: int, reason: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        api_keys.make(line, name, ["alerts.see"], days, ADMIN, line.clock())
    assert refused.value.reason == reason


def test_there_are_so_many_keys_at_most(line: Line) -> None:
    keys = [made(line)[0] for _ in range(KEYS_AT_MOST)]
    with pytest.raises(KeyRefused):
        made(line)
    assert api_keys.end(line, keys[0], "Ana", line.clock())
    made(line)


def test_an_id_that_is_taken_is_drawn_again(line: Line) -> None:
    letters = iter("2" * 20 + "3" * 10)
    drawing = replace(line, pick=lambda _: next(letters))
    assert [made(drawing)[0], made(drawing)[0]] == ["2" * 10, "3" * 10]


def test_an_ended_key_opens_nothing_and_is_ended_once(line: Line) -> None:
    key_id, whole = made(line)
    assert api_keys.end(line, key_id, "Ana", line.clock())
    assert not api_keys.end(line, key_id, "Ana", line.clock())
    with pytest.raises(NotAKey):
        api_keys.admit(line, whole, line.clock())


def test_a_key_is_used_so_often_in_a_minute(line: Line, clock: Clock) -> None:
    _, whole = made(line)
    lefts = [api_keys.admit(line, whole, clock()).left for _ in range(PER_MINUTE)]
    assert lefts == list(range(PER_MINUTE - 1, -1, -1))
    clock.pass_(seconds=20)
    with pytest.raises(TooOften) as often:
        api_keys.admit(line, whole, clock())
    assert often.value.wait_s == 41
    clock.pass_(seconds=41)
    assert api_keys.admit(line, whole, clock()).left == PER_MINUTE - 1


@pytest.mark.parametrize(
    "shown", ["", "hl_", "hl_2222222222_short", "hl_'; DROP TABLE_" + "a" * 43, "x" * 9_999]
)
def test_what_is_no_key_is_not_looked_up(line: Line, shown: str) -> None:
    with pytest.raises(NotAKey):
        api_keys.admit(line, shown, line.clock())
