"""Invitations make one account, once; two admins let somebody in again who lost what they sign in with."""

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, text

from hotline.domain.visitor import Visitor
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import accounts, passwords, recovery, sessions
from hotline.operations.account_refusals import AccountRefused
from hotline.operations.invitations import GOOD_FOR, Second, accept, invite, reset, welcome
from hotline.operations.line import Line
from hotline.operations.sign_in import NotSignedIn, SignedIn, with_password
from hotline.store import sign_in as door
from hotline.store.database import transaction
from tests.lines import NOON, make_line
from tests.operations.doors import (
    OFFICE,
    PASSWORD,
    PUBLIC,
    Authenticator,
    Joined,
    add_person,
    join,
    token_for,
)
from tests.people import staff_texts

EARLIER = NOON - timedelta(hours=1)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weak and fast: what is tested is who gets in."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network, mode="production")


def second_for(line: Line, token: str) -> Second:
    code = welcome(line, token, PUBLIC, NOON).code
    return Second(sealed=code.sealed, code=pyotp.TOTP(code.secret).at(NOON))


def take_up(line: Line, token: str, password: str = PASSWORD, second: Second | None = None) -> SignedIn:
    second = second if second is not None else second_for(line, token)
    return accept(line, token, password, second, "test browser", PUBLIC, NOON)


def refused(task, *arguments: object) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(AccountRefused) as why:
        task(*arguments)
    return why.value.reason


def visitor(line: Line, of: Joined) -> Visitor:
    visited = sessions.visit(line, of.signed_in.token, EARLIER)
    assert visited is not None
    return visited.visitor


def test_an_invitation_makes_an_account_and_signs_in(line: Line) -> None:
    token = token_for(line, add_person(line), NOON)
    shown = welcome(line, token, PUBLIC, NOON)
    assert (shown.name, shown.needs_second) == ("Rosa", True)
    assert shown.code.address.startswith("otpauth://totp/")
    assert shown.code.picture.startswith("data:image/svg+xml")
    entered = take_up(line, token)
    assert sessions.visit(line, entered.token, NOON)


def test_an_invitation_is_used_once(line: Line) -> None:
    token = token_for(line, add_person(line), NOON)
    second = second_for(line, token)
    take_up(line, token, second=second)
    assert refused(take_up, line, token, PASSWORD, second) == "invitation_over"
    assert refused(welcome, line, token, PUBLIC, NOON) == "invitation_over"


def test_an_invitation_is_good_for_three_days(line: Line) -> None:
    token = token_for(line, add_person(line), NOON)
    assert welcome(line, token, PUBLIC, NOON + GOOD_FOR - timedelta(seconds=1)).name == "Rosa"
    assert refused(welcome, line, token, PUBLIC, NOON + GOOD_FOR) == "invitation_over"
    assert refused(welcome, line, "x" * 43, PUBLIC, NOON) == "invitation_over"


def test_a_new_invitation_voids_the_one_before(line: Line) -> None:
    person_id = add_person(line)
    first, second = token_for(line, person_id, NOON), token_for(line, person_id, NOON)
    assert refused(welcome, line, first, PUBLIC, NOON) == "invitation_over"
    assert welcome(line, second, PUBLIC, NOON).name == "Rosa"


def test_who_has_an_account_is_not_invited_and_who_is_nobody_neither(line: Line) -> None:
    rosa = join(line, EARLIER)
    assert refused(invite, line, rosa.person_id, "Ana", NOON) == "has_account"
    assert refused(invite, line, 987_654, "Ana", NOON) == "nobody"


@pytest.mark.parametrize(
    ("password", "why"),
    [("short", "short"), ("x1" * 101, "long"), ("qwertyuiop12", "common"), ("aaaaaaaaaaaaaaaa", "common")],
)
def test_a_weak_password_is_refused_and_the_invitation_stays_good(
    line: Line, password: str, why: str
) -> None:
    token = token_for(line, add_person(line), NOON)
    second = second_for(line, token)
    assert refused(take_up, line, token, password, second) == why
    assert take_up(line, token, second=second).name == "Rosa"


def test_in_production_a_second_proof_is_asked_for_and_in_a_demo_it_is_not(line: Line) -> None:
    token = token_for(line, add_person(line), NOON)
    assert refused(take_up, line, token, PASSWORD, Second()) == "needs_second"
    assert take_up(replace(line, mode="demo"), token, PASSWORD, Second()).name == "Rosa"


def test_a_wrong_first_code_is_refused(line: Line) -> None:
    token = token_for(line, add_person(line), NOON)
    right = second_for(line, token)
    bad = "000000" if right.code != "000000" else "000001"
    assert refused(take_up, line, token, PASSWORD, replace(right, code=bad)) == "wrong_code"
    assert refused(take_up, line, token, PASSWORD, replace(right, sealed="junk")) == "wrong_code"


def test_the_secret_of_one_persons_app_is_none_for_another(line: Line) -> None:
    rosa, teo = (token_for(line, add_person(line, name), NOON) for name in ("Rosa", "Teo"))
    assert refused(take_up, line, teo, PASSWORD, second_for(line, rosa)) == "wrong_code"


def test_a_passkey_is_a_second_proof(line: Line) -> None:
    token = token_for(line, add_person(line), NOON)
    made = Authenticator().make(welcome(line, token, PUBLIC, NOON).passkey)
    assert refused(take_up, line, token, PASSWORD, Second(passkey="{}")) == "wrong_passkey"
    assert take_up(line, token, PASSWORD, Second(passkey=made)).name == "Rosa"


def test_at_an_address_of_digits_no_passkey_is_offered(line: Line) -> None:
    token = token_for(line, add_person(line), NOON)
    assert welcome(line, token, "http://127.0.0.1:8000", NOON).passkey == ""
    assert welcome(line, token, "http://localhost:8000", NOON).passkey != ""


def test_two_admins_let_somebody_in_again(line: Line) -> None:
    ana, eva = (join(line, EARLIER, name) for name in ("Lena", "Eva"))
    rosa = join(line, EARLIER, "Rosa", ["dispatcher"])
    recovery.ask(line, visitor(line, ana), " rosa", NOON)
    assert sessions.visit(line, rosa.signed_in.token, EARLIER), "one admin alone changes nothing"
    invited = recovery.confirm(line, visitor(line, eva), rosa.person_id, NOON)
    assert sessions.visit(line, rosa.signed_in.token, EARLIER) is None
    assert with_password(line, "Rosa", PASSWORD, OFFICE, PUBLIC, NOON) == NotSignedIn()
    assert take_up(line, invited.path.rpartition("/")[2], "another good one 7").name == "Rosa"
    assert recovery.waiting(line, NOON) == []


def test_what_somebody_signed_in_with_before_a_recovery_is_void(line: Line) -> None:
    lena, eva, rosa = (join(line, EARLIER, name) for name in ("Lena", "Eva", "Rosa"))
    key = Authenticator()
    asked = accounts.ask_passkey(line, visitor(line, rosa), "passkey", PUBLIC, NOON)
    assert asked is not None
    accounts.add_passkey(line, visitor(line, rosa), asked.proof, key.make(asked.options), "", PUBLIC, NOON)
    recovery.ask(line, visitor(line, lena), "Rosa", NOON)
    recovery.confirm(line, visitor(line, eva), rosa.person_id, NOON)
    with transaction(line.database) as db:
        left = db.execute(
            text(
                "SELECT count(*) FILTER (WHERE password_hash IS NOT NULL OR totp_ct IS NOT NULL),"
                " (SELECT count(*) FROM passkey WHERE person_id = :id),"
                " (SELECT count(*) FROM known_device WHERE person_id = :id)"
                " FROM account WHERE person_id = :id"
            ),
            {"id": rosa.person_id},
        ).one()
    assert tuple(left) == (0, 0, 0)


def test_one_admin_is_not_two(line: Line) -> None:
    lena, rosa = join(line, EARLIER, "Lena"), join(line, EARLIER, "Rosa")
    recovery.ask(line, visitor(line, lena), "Rosa", NOON)
    assert refused(recovery.ask, line, visitor(line, lena), "Rosa", NOON) == "recovery_open"
    assert refused(recovery.confirm, line, visitor(line, lena), rosa.person_id, NOON) == "same_admin"
    assert sessions.visit(line, rosa.signed_in.token, EARLIER)


def test_nobody_lets_themselves_in_again(line: Line) -> None:
    lena, rosa = join(line, EARLIER, "Lena"), join(line, EARLIER, "Rosa")
    assert refused(recovery.ask, line, visitor(line, rosa), "Rosa", NOON) == "oneself"
    recovery.ask(line, visitor(line, lena), "Rosa", NOON)
    assert refused(recovery.confirm, line, visitor(line, rosa), rosa.person_id, NOON) == "oneself"


def test_admins_alone_let_in_again(line: Line) -> None:
    join(line, EARLIER, "Rosa")
    teo = visitor(line, join(line, EARLIER, "Teo", ["dispatcher", "verifier", "approver"]))
    assert refused(recovery.ask, line, teo, "Rosa", NOON) == "not_admin"
    assert refused(recovery.confirm, line, teo, 1, NOON) == "not_admin"
    assert refused(recovery.withdraw, line, teo, 1, NOON) == "not_admin"


def test_what_was_withdrawn_or_is_too_old_is_not_confirmed(line: Line) -> None:
    lena, eva, rosa = (join(line, EARLIER, name) for name in ("Lena", "Eva", "Rosa"))
    recovery.ask(line, visitor(line, lena), "Rosa", NOON)
    recovery.withdraw(line, visitor(line, rosa), rosa.person_id, NOON)
    assert refused(recovery.confirm, line, visitor(line, eva), rosa.person_id, NOON) == "no_recovery"
    recovery.ask(line, visitor(line, lena), "Rosa", NOON)
    late = NOON + recovery.GOOD_FOR
    assert refused(recovery.confirm, line, visitor(line, eva), rosa.person_id, late) == "no_recovery"
    assert refused(recovery.ask, line, visitor(line, lena), "Nobody", NOON) == "nobody"


def test_from_the_terminal_an_account_is_begun_anew(line: Line) -> None:
    rosa = join(line, EARLIER)
    invited = reset(line, rosa.person_id, "terminal", NOON)
    assert sessions.visit(line, rosa.signed_in.token, EARLIER) is None
    assert take_up(line, invited.path.rpartition("/")[2]).name == "Rosa"


def test_changing_the_password_ends_the_other_sessions(line: Line) -> None:
    rosa = join(line, EARLIER)
    with transaction(line.database) as db:
        other = sessions.begin(db, rosa.person_id, "", EARLIER)
    me = visitor(line, rosa)
    change = accounts.change_password
    assert refused(change, line, me, "wrong", "another good one 7", EARLIER) == "wrong_password"
    assert refused(change, line, me, PASSWORD, "short", EARLIER) == "short"
    token = change(line, me, PASSWORD, "another good one 7", EARLIER)
    assert sessions.visit(line, other, EARLIER) is None
    assert sessions.visit(line, token, EARLIER)


def test_it_is_shown_anew_by_a_code_and_guessing_is_slow(line: Line) -> None:
    rosa = join(line, EARLIER)
    me, later = visitor(line, rosa), EARLIER + timedelta(minutes=6)
    visited = sessions.visit(line, accounts.step_up_with_code(line, me, rosa.code(later), later), later)
    assert visited is not None
    assert sessions.has_stepped_up(visited.visitor, later)
    guesses = [refused(accounts.step_up_with_code, line, me, "000000", later) for _ in range(7)]
    assert guesses == ["wrong_code"] * 5 + ["wait"] * 2
    assert refused(accounts.step_up_with_code, line, me, rosa.code(later), later) == "wait"


def test_a_password_alone_shows_nothing_where_there_is_a_second_proof(line: Line) -> None:
    rosa = join(line, EARLIER)
    me, later = visitor(line, rosa), EARLIER + timedelta(minutes=6)
    assert refused(accounts.step_up_with_password, line, me, PASSWORD, later) == "show_second"
    token = accounts.change_password(line, me, PASSWORD, "another good one 7", later)
    visited = sessions.visit(line, token, later)
    assert visited is not None
    assert not sessions.has_stepped_up(visited.visitor, later)


def test_where_there_is_no_second_proof_the_password_shows_it(line: Line) -> None:
    demo = replace(line, mode="demo")
    token = token_for(demo, add_person(demo, "Luz"), EARLIER)
    signed_in = accept(demo, token, PASSWORD, Second(), "", PUBLIC, EARLIER)
    me, later = sessions.visit(demo, signed_in.token, EARLIER), EARLIER + timedelta(minutes=6)
    assert me is not None
    visited = sessions.visit(demo, accounts.step_up_with_password(demo, me.visitor, PASSWORD, later), later)
    assert visited is not None
    assert sessions.has_stepped_up(visited.visitor, later)


def test_whom_a_link_is_for_is_told_of_it_and_of_its_use(line: Line) -> None:
    person_id = add_person(line, "Luz")
    token = token_for(line, person_id, NOON)
    assert staff_texts(line) == [
        "TEST / PRUEBA: Ana made a link that begins your console account. It is for you alone."
        " If it does not reach you soon, call an admin."
    ]
    accept(line, token, PASSWORD, second_for(line, token), "Firefox, Android", PUBLIC, NOON)
    assert "was made just now" in staff_texts(line)[-1]
    assert not any(token in words for words in staff_texts(line))
    with transaction(line.database) as db:
        details = db.scalars(text("SELECT details FROM audit WHERE act = 'account.join'")).one()
    assert details == {"invited_by": "Ana", "device": "Firefox, Android"}


def test_it_is_shown_anew_by_a_passkey(line: Line) -> None:
    rosa, key = join(line, EARLIER), Authenticator()
    me = visitor(line, rosa)
    assert accounts.ask_passkey(line, me, "step_up", PUBLIC, NOON) is None
    asked = accounts.ask_passkey(line, me, "passkey", PUBLIC, NOON)
    assert asked is not None
    accounts.add_passkey(line, me, asked.proof, key.make(asked.options), "phone", PUBLIC, NOON)
    asked = accounts.ask_passkey(line, me, "step_up", PUBLIC, NOON)
    assert asked is not None
    shown = key.show(asked.options)
    arguments = (line, me, asked.proof, shown, PUBLIC, NOON)
    assert accounts.step_up_with_passkey(*arguments)
    assert refused(accounts.step_up_with_passkey, *arguments) == "wrong_passkey"


def test_the_last_second_proof_stays_in_production(line: Line) -> None:
    rosa, key = join(line, EARLIER), Authenticator()
    me = visitor(line, rosa)
    assert refused(accounts.remove_code, line, me, NOON) == "last_second"
    asked = accounts.ask_passkey(line, me, "passkey", PUBLIC, NOON)
    assert asked is not None
    accounts.add_passkey(line, me, asked.proof, key.make(asked.options), "phone", PUBLIC, NOON)
    accounts.remove_code(line, me, NOON)
    mine = accounts.own_account(line, me)
    assert (mine.has_code, [one.name for one in mine.passkeys]) == (False, ["phone"])
    assert refused(accounts.remove_passkey, line, me, mine.passkeys[0].id, NOON) == "last_second"
    accounts.remove_passkey(replace(line, mode="demo"), me, mine.passkeys[0].id, NOON)
    assert accounts.own_account(line, me).passkeys == []


def test_nobody_takes_over_the_passkey_of_another(line: Line) -> None:
    rosa, teo, key = join(line, EARLIER), join(line, EARLIER, "Teo"), Authenticator()
    for one, comes_of_it in ((rosa, None), (teo, "wrong_passkey")):
        me = visitor(line, one)
        asked = accounts.ask_passkey(line, me, "passkey", PUBLIC, NOON)
        assert asked is not None
        arguments = (line, me, asked.proof, key.make(asked.options), "phone", PUBLIC, NOON)
        if comes_of_it is None:
            accounts.add_passkey(*arguments)
        else:
            assert refused(accounts.add_passkey, *arguments) == comes_of_it


@pytest.mark.parametrize(
    "made", ["", "[" * 20_000, '{"id":' * 3_000, "[1]", '{"id": [], "response": 1}', "\0"]
)
def test_what_is_no_passkey_is_refused(line: Line, made: str) -> None:
    me = visitor(line, join(line, EARLIER))
    asked = accounts.ask_passkey(line, me, "passkey", PUBLIC, NOON)
    assert asked is not None
    assert refused(accounts.add_passkey, line, me, asked.proof, made, "x", PUBLIC, NOON) == "wrong_passkey"
    assert (
        refused(accounts.step_up_with_passkey, line, me, asked.proof, made, PUBLIC, NOON) == "wrong_passkey"
    )


def test_a_passkey_of_another_stays(line: Line) -> None:
    rosa, teo, key = join(line, EARLIER), join(line, EARLIER, "Teo"), Authenticator()
    asked = accounts.ask_passkey(line, visitor(line, rosa), "passkey", PUBLIC, NOON)
    assert asked is not None
    accounts.add_passkey(line, visitor(line, rosa), asked.proof, key.make(asked.options), "", PUBLIC, NOON)
    mine = accounts.own_account(line, visitor(line, rosa)).passkeys
    accounts.remove_passkey(line, visitor(line, teo), mine[0].id, NOON)
    assert accounts.own_account(line, visitor(line, rosa)).passkeys == mine


def test_what_is_over_is_forgotten(line: Line) -> None:
    join(line, EARLIER)
    with_password(line, "Nobody", "", OFFICE, PUBLIC, NOON)
    with_password(line, "Rosa", PASSWORD, OFFICE, PUBLIC, NOON)
    with transaction(line.database) as db:
        door.forget(db, NOON, 100)
        assert db.execute(text("SELECT (SELECT count(*) FROM staff_session), count(*) FROM proof")).one() == (
            1,
            1,
        )
        door.forget(db, NOON + timedelta(days=181), 100)
        counts = (
            "SELECT (SELECT count(*) FROM staff_session), (SELECT count(*) FROM proof),"
            " (SELECT count(*) FROM sign_in_failure), (SELECT count(*) FROM known_device),"
            " (SELECT count(*) FROM invitation), (SELECT count(*) FROM account)"
        )
        assert tuple(db.execute(text(counts)).one()) == (0, 0, 0, 0, 0, 1)
