"""Who is on duty: looked up at every text, so worked out once for each roster."""

from dataclasses import replace

from hotline.domain.person import ROLES, Roster
from tests.lines import ANA, BO

CARO = replace(ANA, id=3, name="Caro", roles=frozenset({"verifier"}), is_available=False)
ROSTER = Roster((ANA, replace(BO, is_available=False), CARO))


def test_those_with_a_role_come_in_the_order_in_which_they_came() -> None:
    assert [person.name for person in ROSTER.with_role("verifier")] == ["Ana", "Bo", "Caro"]
    assert [person.name for person in ROSTER.with_role("admin")] == ["Ana", "Bo"]


def test_only_who_is_on_duty_is_available() -> None:
    assert [person.name for person in ROSTER.available("dispatcher")] == ["Ana"]
    assert all(Roster((CARO,)).available(role) == () for role in ROLES)


def test_a_roster_is_sorted_once() -> None:
    assert ROSTER.available("dispatcher") is ROSTER.available("dispatcher")
    assert ROSTER.with_role("admin") is ROSTER.with_role("admin")


def test_another_roster_has_its_own_people_on_duty() -> None:
    assert replace(ROSTER, people=(BO,)).available("dispatcher") == (BO,)
    assert Roster().available("dispatcher") == ()
