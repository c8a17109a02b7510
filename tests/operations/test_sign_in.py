"""At the door: every way in, every way it is refused, and nobody kept out by somebody else."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, text

from hotline.domain.sign_in import CODE_TRIES, PATIENCE
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import accounts, invitations, passwords, sessions, sign_in
from hotline.operations.accounts import DEMO_PASSWORDS, demo_accounts
from hotline.operations.line import Line
from hotline.operations.sign_in import Caller, NeedsSecond, NotSignedIn, SignedIn, with_code, with_passkey
from hotline.store import accounts as store
from hotline.store import people
from hotline.store.database import transaction
from tests.lines import NOON, make_line
from tests.operations.doors import OFFICE, PASSWORD, PUBLIC, Authenticator, Joined, add_person, join

MINUTE = timedelta(minutes=1)
WRONG = NotSignedIn()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weak and fast: what is tested is who gets in."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network, mode="production")


@pytest.fixture
def rosa(line: Line) -> Joined:
    return join(line, NOON - timedelta(hours=1))


def knock(
    line: Line,
    name: str = "Rosa",
    password: str = PASSWORD,
    caller: Caller = OFFICE,
    at: datetime = NOON,
) -> SignedIn | NeedsSecond | NotSignedIn:
    return sign_in.with_password(line, name, password, caller, PUBLIC, at)


def proof(line: Line, caller: Caller = OFFICE, at: datetime = NOON) -> str:
    asked = knock(line, caller=caller, at=at)
    assert isinstance(asked, NeedsSecond)
    return asked.proof


def acts(line: Line) -> list[str]:
    with transaction(line.database) as db:
        return list(db.scalars(text("SELECT act FROM audit ORDER BY id")))


def test_a_password_and_a_code_let_in(line: Line, rosa: Joined) -> None:
    asked = knock(line)
    assert isinstance(asked, NeedsSecond)
    assert (asked.has_code, asked.passkey) == (True, "")
    entered = with_code(line, asked.proof, rosa.code(NOON), OFFICE, NOON)
    assert isinstance(entered, SignedIn)
    visited = sessions.visit(line, entered.token, NOON)
    assert visited is not None
    assert visited.visitor.name == "Rosa"
    assert acts(line)[-1] == "account.sign_in"


def test_a_name_is_known_however_it_is_typed_and_a_password_in_either_form_of_its_accents(
    line: Line, rosa: Joined
) -> None:
    assert isinstance(knock(line, "  rOSA "), NeedsSecond)
    me = sessions.visit(line, rosa.signed_in.token, NOON - timedelta(hours=1))
    assert me is not None
    accounts.change_password(line, me.visitor, PASSWORD, "canción de cuna", NOON)
    assert isinstance(knock(line, password="cancio\u0301n de cuna"), NeedsSecond)


def test_whatever_is_wrong_the_answer_is_the_same(line: Line, rosa: Joined) -> None:
    add_person(line, "Invited")
    assert knock(line, "Nobody") == knock(line, password="wrong password") == WRONG
    assert knock(line, "Invited", "") == knock(line, "Invited") == WRONG
    assert knock(line, password="x" * 100_000) == WRONG


def test_it_takes_a_password_as_long_for_a_name_that_nobody_has(
    line: Line, rosa: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: one password is compared in either case, with the same parameters."""
    compared: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            compared.append(str(hash).rsplit("$", 2)[0])
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "HASHER", Counting(time_cost=1, memory_cost=64, parallelism=1))
    for name in ("Nobody", "Rosa"):
        knock(line, name, "wrong password")
    assert len(compared) == 2
    assert compared[0] == compared[1]


def test_who_has_left_is_not_let_in(line: Line, rosa: Joined) -> None:
    asked = proof(line)
    with transaction(line.database) as db:
        people.leave(db, rosa.person_id, NOON)
    assert with_code(line, asked, rosa.code(NOON), OFFICE, NOON) == WRONG
    assert knock(line) == WRONG


def test_a_wrong_code_does_not_let_in_and_the_right_one_then_does(line: Line, rosa: Joined) -> None:
    asked = proof(line)
    for code in ("000000", "", "12345", "１２３４５６", "abcdef"):
        if code != rosa.code(NOON):
            assert with_code(line, asked, code, OFFICE, NOON) == WRONG
            break
    assert isinstance(with_code(line, asked, f" {rosa.code(NOON)} ", OFFICE, NOON), SignedIn)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "１２３４５６", "abcdef", "-12345"])
def test_what_is_no_code_is_wrong(line: Line, rosa: Joined, code: str) -> None:
    assert with_code(line, proof(line), code, OFFICE, NOON) == WRONG


@pytest.mark.parametrize(
    ("by_s", "is_taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_code_is_good_half_a_minute_before_and_after(
    line: Line, rosa: Joined, by_s: int, is_taken: bool
) -> None:
    code = rosa.code(NOON + timedelta(seconds=by_s))
    assert isinstance(with_code(line, proof(line), code, OFFICE, NOON), SignedIn) is is_taken


def test_a_code_is_used_once(line: Line, rosa: Joined) -> None:
    assert isinstance(with_code(line, proof(line), rosa.code(NOON), OFFICE, NOON), SignedIn)
    assert with_code(line, proof(line), rosa.code(NOON), OFFICE, NOON) == WRONG
    before = rosa.code(NOON - timedelta(seconds=30))
    assert with_code(line, proof(line), before, OFFICE, NOON) == WRONG, "nor one from before it"


def test_the_first_code_of_an_app_is_not_used_again_to_sign_in(line: Line) -> None:
    rosa = join(line, NOON)
    assert with_code(line, proof(line), rosa.code(NOON), OFFICE, NOON) == WRONG


def test_after_a_few_wrong_codes_the_password_is_asked_for_again(line: Line, rosa: Joined) -> None:
    asked = proof(line)
    bad = "000000" if rosa.code(NOON) != "000000" else "000001"
    for _ in range(CODE_TRIES):
        assert with_code(line, asked, bad, OFFICE, NOON) == WRONG
    assert sign_in.second_of(line, asked, PUBLIC, NOON) is None
    assert with_code(line, asked, rosa.code(NOON), OFFICE, NOON) == WRONG


def test_wrong_codes_slow_down_whoever_knows_the_password(line: Line, rosa: Joined) -> None:
    asked = proof(line)
    bad = "000000" if rosa.code(NOON) != "000000" else "000001"
    for _ in range(CODE_TRIES):
        with_code(line, asked, bad, OFFICE, NOON)
    waiting = knock(line)
    assert isinstance(waiting, NotSignedIn)
    assert waiting.wait_s > 0


def test_a_half_given_proof_is_used_once_and_not_for_long(line: Line, rosa: Joined) -> None:
    used, old = proof(line), proof(line)
    assert isinstance(with_code(line, used, rosa.code(NOON), OFFICE, NOON), SignedIn)
    later = NOON + MINUTE
    assert with_code(line, used, rosa.code(later), OFFICE, later) == WRONG
    late = NOON + sign_in.PROOF_GOOD_FOR
    assert with_code(line, old, rosa.code(late), OFFICE, late) == WRONG
    assert with_code(line, "x" * 43, rosa.code(late), OFFICE, late) == WRONG


def test_a_session_from_before_is_never_taken_over(line: Line, rosa: Joined) -> None:
    """Session fixation: whatever token a browser brought, it is given a new one."""
    tokens = {rosa.signed_in.token}
    for minute in range(3):
        now = NOON + minute * MINUTE
        entered = with_code(line, proof(line, at=now), rosa.code(now), OFFICE, now)
        assert isinstance(entered, SignedIn)
        tokens.add(entered.token)
    assert len(tokens) == 4


def test_guessing_at_a_name_waits_longer_and_longer_and_never_for_ever(line: Line, rosa: Joined) -> None:
    waits, now = [], NOON
    for _ in range(14):
        answer = knock(line, password="wrong password", at=now)
        assert isinstance(answer, NotSignedIn)
        if answer.wait_s:
            waits.append(answer.wait_s)
            now += timedelta(seconds=answer.wait_s)
            knock(line, password="wrong password", at=now)
    assert waits[:6] == [1, 2, 4, 8, 16, 32]
    assert max(waits) <= PATIENCE["name"].longest_s
    assert "account.guessed_at" in acts(line)


def test_during_a_wait_no_password_is_looked_at(line: Line, rosa: Joined) -> None:
    for _ in range(PATIENCE["name"].free):
        knock(line, password="wrong password")
    assert knock(line) == NotSignedIn(wait_s=1)
    assert isinstance(knock(line, at=NOON + timedelta(seconds=1)), NeedsSecond)


def test_a_name_that_nobody_has_is_slowed_in_the_same_way(line: Line) -> None:
    for _ in range(PATIENCE["name"].free):
        assert knock(line, "Nobody") == WRONG
    assert knock(line, "Nobody") == NotSignedIn(wait_s=1)


def test_nobody_is_kept_from_their_own_device_by_who_guesses_elsewhere(line: Line, rosa: Joined) -> None:
    elsewhere = Caller("198.51.100.9", "guesser")
    own = Caller("203.0.113.5", "phone", rosa.signed_in.device_token)
    now = NOON
    for _ in range(40):
        answer = knock(line, password="wrong password", caller=elsewhere, at=now)
        assert isinstance(answer, NotSignedIn)
        now += timedelta(seconds=answer.wait_s)
    assert knock(line, caller=elsewhere, at=now) != WRONG
    assert isinstance(knock(line, caller=own, at=now), NeedsSecond)


def test_nor_by_who_guesses_from_the_same_address(line: Line, rosa: Joined) -> None:
    for number in range(PATIENCE["source"].free):
        knock(line, f"Somebody {number}")
    assert isinstance(knock(line, "Somebody else"), NotSignedIn)
    assert knock(line).wait_s > 0  # type: ignore[union-attr]
    own = replace(OFFICE, device_token=rosa.signed_in.device_token)
    assert isinstance(knock(line, caller=own), NeedsSecond)


def test_a_device_of_one_person_is_none_of_another(line: Line, rosa: Joined) -> None:
    join(line, NOON - timedelta(hours=1), "Teo")
    borrowed = Caller("203.0.113.5", "phone", rosa.signed_in.device_token)
    for _ in range(PATIENCE["name"].free):
        knock(line, "Teo", "wrong password", borrowed)
    assert knock(line, "Teo", PASSWORD, borrowed) == NotSignedIn(wait_s=1)


def test_a_device_that_guesses_is_slowed_too(line: Line, rosa: Joined) -> None:
    own = replace(OFFICE, device_token=rosa.signed_in.device_token)
    for _ in range(PATIENCE["device"].free):
        assert knock(line, password="wrong password", caller=own) == WRONG
    assert knock(line, caller=own) == NotSignedIn(wait_s=1)


def test_whoever_gets_in_has_failed_at_nothing(line: Line, rosa: Joined) -> None:
    for _ in range(PATIENCE["name"].free - 1):
        knock(line, password="wrong password")
    assert knock(line).__class__ is NeedsSecond  # the fifth: counted until the code is right
    later = NOON + 2 * MINUTE
    entered = with_code(line, proof(line, at=later), rosa.code(later), OFFICE, later)
    assert isinstance(entered, SignedIn)
    assert isinstance(knock(line, at=later), NeedsSecond)


def test_neither_names_nor_addresses_are_kept(line: Line) -> None:
    """People type passwords into the wrong field."""
    knock(line, "my secret password", caller=Caller("192.0.2.99"))
    with transaction(line.database) as db:
        kept = " ".join(db.scalars(text("SELECT who FROM sign_in_failure")))
    assert "secret" not in kept
    assert "192" not in kept


def test_a_password_is_hashed_anew_when_the_parameters_were_raised(
    line: Line, rosa: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=2, memory_cost=128, parallelism=1))
    assert isinstance(knock(line), NeedsSecond)
    with transaction(line.database) as db:
        kept = db.execute(text("SELECT password_hash FROM account")).scalar_one()
    assert "m=128,t=2" in kept
    assert isinstance(knock(line), NeedsSecond)


def test_a_passkey_lets_in_once_for_each_challenge(line: Line, rosa: Joined) -> None:
    me = sessions.visit(line, rosa.signed_in.token, NOON - timedelta(hours=1))
    assert me is not None
    key = Authenticator()
    made = accounts.ask_passkey(line, me.visitor, "passkey", PUBLIC, NOON)
    assert made is not None
    accounts.add_passkey(line, me.visitor, made.proof, key.make(made.options), "phone", PUBLIC, NOON)
    asked = knock(line)
    assert isinstance(asked, NeedsSecond)
    shown = key.show(asked.passkey)
    assert isinstance(with_passkey(line, asked.proof, shown, OFFICE, PUBLIC, NOON), SignedIn)
    assert with_passkey(line, asked.proof, shown, OFFICE, PUBLIC, NOON) == WRONG
    again = knock(line)
    assert isinstance(again, NeedsSecond)
    assert with_passkey(line, again.proof, shown, OFFICE, PUBLIC, NOON) == WRONG, "another challenge"
    assert with_passkey(line, again.proof, Authenticator().show(again.passkey), OFFICE, PUBLIC, NOON) == WRONG
    strange = replace(key, origin="https://elsewhere.example.org").show(again.passkey)
    assert with_passkey(line, again.proof, strange, OFFICE, PUBLIC, NOON) == WRONG
    for junk in ("", "{}", "[]", '{"id": 7}', "null"):
        assert with_passkey(line, again.proof, junk, OFFICE, PUBLIC, NOON) == WRONG


def test_in_production_nobody_is_let_in_by_a_password_alone(line: Line, rosa: Joined) -> None:
    with transaction(line.database) as db:
        db.execute(text("UPDATE account SET totp_ct = NULL"))
    assert knock(line) == WRONG
    assert isinstance(knock(replace(line, mode="demo")), SignedIn)


def test_a_demo_has_accounts_whose_passwords_are_told(line: Line) -> None:
    demo = replace(line, mode="demo")
    assert dict(demo_accounts(demo, NOON)) == dict(demo_accounts(demo, NOON)) == DEMO_PASSWORDS
    for name, password in DEMO_PASSWORDS.items():
        assert isinstance(knock(demo, name, password), SignedIn)
    assert acts(demo).count("account.join") == 2


def test_a_code_of_another_app_is_wrong(line: Line, rosa: Joined) -> None:
    other = pyotp.TOTP(pyotp.random_base32()).at(NOON)
    if other != rosa.code(NOON):
        assert with_code(line, proof(line), other, OFFICE, NOON) == WRONG


def test_what_was_given_by_half_with_a_password_is_worth_nothing_after_it_changed(
    line: Line, rosa: Joined
) -> None:
    given, later = proof(line), NOON + timedelta(seconds=40)
    visited = sessions.visit(line, rosa.signed_in.token, NOON - timedelta(minutes=40))
    assert visited is not None
    accounts.change_password(line, visited.visitor, PASSWORD, "another good one 7", NOON)
    assert with_code(line, given, rosa.code(later), OFFICE, later) == WRONG
    assert sign_in.second_of(line, given, PUBLIC, later) is None


def test_nor_when_the_password_changed_while_it_was_looked_at(line: Line, rosa: Joined) -> None:
    given, later = proof(line), NOON + timedelta(seconds=40)
    with transaction(line.database) as db:
        store.set_password(db, rosa.person_id, passwords.hash_password("another"), NOON + MINUTE / 6)
    assert with_code(line, given, rosa.code(later), OFFICE, later) == WRONG


def test_nor_after_somebody_was_let_in_again(line: Line, rosa: Joined) -> None:
    given = proof(line)
    invitations.reset(line, rosa.person_id, "Ana", NOON)
    with transaction(line.database) as db:
        assert db.scalar(text("SELECT count(*) FROM proof")) == 0
    assert with_code(line, given, rosa.code(NOON), OFFICE, NOON) == WRONG


def test_a_crowd_of_strangers_is_sent_away_uncounted_and_who_is_known_comes_in(
    line: Line, rosa: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = passwords.Lane(at_once=1, waiting=0)
    monkeypatch.setattr(sign_in, "STRANGERS", full)
    with full.turn():
        with pytest.raises(passwords.Crowded):
            knock(line)
        home = replace(OFFICE, device_token=rosa.signed_in.device_token)
        assert isinstance(knock(line, caller=home), NeedsSecond)
    with transaction(line.database) as db:
        assert db.scalar(text("SELECT count(*) FROM sign_in_failure WHERE who NOT LIKE 'd%'")) == 0
    assert isinstance(knock(line), NeedsSecond)
