"""The matrix of roles and permissions, written out: changing the table means saying so here."""

import pytest

from hotline.domain.permission import EVERYBODY, OF_ROLE, PERMISSIONS, STEP_UP, permissions_of
from hotline.domain.person import ROLES, Role

# d dispatcher, v verifier, a approver, A admin.
MATRIX = {
    "account.own": "dvaA",
    "alerts.draft": "da",
    "alerts.release": "a",
    "alerts.see": "dvaA",
    "alerts.steer": "aA",
    "audit.see": "A",
    "carrier.see": "aA",
    "charts.see": "daA",
    "events.edit": "dA",
    "events.see": "dvaA",
    "flows.see": "aA",
    "held.see": "A",
    "incidents.override": "a",
    "incidents.see": "daA",
    "incidents.work": "d",
    "keys.edit": "A",
    "now.see": "dvaA",
    "people.edit": "A",
    "people.number": "A",
    "people.see": "daA",
    "recordings.hear": "d",
    "sites.edit": "A",
    "sites.see": "dvaA",
    "sites.tell": "d",
    "subscribers.export": "A",
    "subscribers.open": "A",
    "subscribers.see": "daA",
    "texts.block": "aA",
    "texts.review": "aA",
    "texts.see": "dvaA",
    "tickets.see": "dA",
    "tickets.work": "d",
}
LETTERS: dict[Role, str] = {"dispatcher": "d", "verifier": "v", "approver": "a", "admin": "A"}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_the_matrix_says_and_nothing_else(role: Role) -> None:
    said = {permission for permission, roles in MATRIX.items() if LETTERS[role] in roles}
    assert permissions_of([role]) == said


def test_the_matrix_has_every_permission() -> None:
    assert set(MATRIX) == set(PERMISSIONS)
    assert set(OF_ROLE) == set(ROLES) == set(LETTERS)


def test_whoever_has_no_role_may_do_nothing() -> None:
    assert permissions_of([]) == frozenset()


def test_roles_add_up() -> None:
    assert permissions_of(["verifier", "approver"]) == permissions_of(["verifier"]) | permissions_of(
        ["approver"]
    )
    assert permissions_of(ROLES) == frozenset(PERMISSIONS)


def test_for_numbers_exports_keys_and_override_one_shows_anew_that_it_is_oneself() -> None:
    assert set(STEP_UP) == {
        "people.number",
        "subscribers.export",
        "subscribers.open",
        "keys.edit",
        "incidents.override",
    }
    assert not STEP_UP & EVERYBODY


def test_who_keeps_people_and_keys_does_not_release() -> None:
    assert "alerts.release" not in permissions_of(["admin"])
    assert "keys.edit" not in permissions_of(["approver", "dispatcher", "verifier"])
