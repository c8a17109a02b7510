"""Sessions: their tokens turn, their times are limited, and a copied token ends them."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from hotline.domain.permission import permissions_of
from hotline.domain.visitor import Visitor
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import sessions
from hotline.operations.line import Line
from hotline.operations.sessions import GRACE, IDLE, LONGEST, PROVEN_FOR, TURN_EVERY
from hotline.store import people
from hotline.store.database import transaction
from tests.lines import NOON, make_line
from tests.operations.doors import add_person

MINUTE = timedelta(minutes=1)


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def begin(line: Line, person_id: int, now: datetime = NOON) -> str:
    with transaction(line.database) as db:
        return sessions.begin(db, person_id, "test browser", now)


def come(line: Line, token: str, now: datetime) -> Visitor:
    visited = sessions.visit(line, token, now)
    assert visited is not None
    return visited.visitor


def is_out(line: Line, token: str, now: datetime) -> bool:
    return sessions.visit(line, token, now) is None


def turned(line: Line, token: str, now: datetime) -> str:
    visited = sessions.visit(line, token, now)
    assert visited is not None
    assert visited.new_token is not None
    return visited.new_token


def why_ended(line: Line) -> list[str]:
    with transaction(line.database) as db:
        return list(db.scalars(text("SELECT ended_why FROM staff_session ORDER BY id")))


def test_a_visitor_is_whose_session_it_is(line: Line) -> None:
    person_id = add_person(line, "Rosa", ["approver", "dispatcher"])
    visitor = come(line, begin(line, person_id), NOON)
    assert (visitor.person_id, visitor.name, visitor.language) == (person_id, "Rosa", "en")
    assert visitor.permissions == permissions_of(["approver", "dispatcher"])


def test_a_token_that_nobody_gave_out_is_nobodys(line: Line) -> None:
    begin(line, add_person(line))
    assert is_out(line, "x" * 43, NOON)
    assert is_out(line, "", NOON)


def test_no_token_is_kept(line: Line) -> None:
    token = begin(line, add_person(line))
    fresh = turned(line, token, NOON + TURN_EVERY)
    with transaction(line.database) as db:
        row = db.execute(text("SELECT * FROM staff_session")).one()
    assert not {token, fresh} & set(row)


def test_roles_taken_away_are_gone_at_the_next_visit(line: Line) -> None:
    person_id = add_person(line, roles=["admin"])
    token = begin(line, person_id)
    assert come(line, token, NOON).may("people.edit")
    with transaction(line.database) as db:
        people.change(db, line.keyring, person_id, roles=["verifier"])
    assert not come(line, token, NOON).may("people.edit")


def test_who_has_left_is_out_at_once(line: Line) -> None:
    person_id = add_person(line)
    token = begin(line, person_id)
    with transaction(line.database) as db:
        people.leave(db, person_id, NOON)
    assert is_out(line, token, NOON)
    assert why_ended(line) == ["left"]


def test_of_those_who_follow_something_each_may_do_what_holds_now(line: Line) -> None:
    """Asked of many at once, every few seconds: it writes nothing, and keeps nobody signed in."""
    names = ("stays", "changes", "leaves", "signs out", "idles")
    who = {name: add_person(line, name, ["admin"]) for name in names}
    of = {name: come(line, begin(line, person_id), NOON) for name, person_id in who.items()}
    with transaction(line.database) as db:
        people.change(db, line.keyring, who["changes"], roles=["verifier"])
        people.leave(db, who["leaves"], NOON)
    sessions.sign_out(line, of["signs out"], NOON)
    ids = {name: visitor.session_id for name, visitor in of.items()}
    assert sessions.standing(line, {*ids.values(), 10**12}, NOON) == {
        ids["stays"]: permissions_of(["admin"]),
        ids["changes"]: permissions_of(["verifier"]),
        ids["idles"]: permissions_of(["admin"]),
    }
    assert sessions.standing(line, ids.values(), NOON + IDLE) == {}
    assert sessions.standing(line, [], NOON) == {}


def test_a_session_that_nobody_uses_ends(line: Line) -> None:
    token = begin(line, add_person(line))
    assert is_out(line, token, NOON + IDLE)
    assert is_out(line, token, NOON)
    assert why_ended(line) == ["idle"]


def test_use_keeps_a_session_and_never_longer_than_the_longest(line: Line) -> None:
    token, now = begin(line, add_person(line)), NOON
    while now + 10 * MINUTE < NOON + LONGEST:
        now += 10 * MINUTE
        visited = sessions.visit(line, token, now)
        assert visited is not None
        token = visited.new_token or token
    assert is_out(line, token, NOON + LONGEST)
    assert why_ended(line) == ["age"]


def test_the_token_turns_in_time_and_the_old_one_still_serves_what_is_on_its_way(line: Line) -> None:
    token = begin(line, add_person(line))
    assert sessions.visit(line, token, NOON + TURN_EVERY - MINUTE).new_token is None  # type: ignore[union-attr]
    now = NOON + TURN_EVERY
    fresh = turned(line, token, now)
    beside = sessions.visit(line, token, now)
    assert beside is not None
    assert beside.new_token is None, "of requests side by side one alone is told a new token"
    mine = come(line, fresh, now)
    assert come(line, token, now + GRACE).session_id == mine.session_id


def test_an_answer_that_was_lost_on_its_way_signs_nobody_out(line: Line) -> None:
    token = begin(line, add_person(line))
    turned(line, token, NOON + TURN_EVERY)
    again = turned(line, token, NOON + TURN_EVERY + 2 * GRACE)
    assert come(line, again, NOON + TURN_EVERY + 2 * GRACE)


def test_a_copy_of_an_old_token_ends_the_session_for_both(line: Line) -> None:
    token = begin(line, add_person(line))
    now = NOON + TURN_EVERY
    fresh = turned(line, token, now)
    come(line, fresh, now)
    late = now + GRACE + timedelta(seconds=1)
    assert is_out(line, token, late)
    assert is_out(line, fresh, late)
    assert why_ended(line) == ["reuse"]
    with transaction(line.database) as db:
        assert list(db.scalars(text("SELECT act FROM audit"))) == ["account.token_reused"]


def test_a_proof_anew_turns_the_token_and_lasts_a_few_minutes(line: Line) -> None:
    token = begin(line, add_person(line))
    later = NOON + PROVEN_FOR
    assert sessions.has_stepped_up(come(line, token, NOON), NOON)
    visitor = come(line, token, later)
    assert not sessions.has_stepped_up(visitor, later)
    with transaction(line.database) as db:
        fresh = sessions.prove(db, visitor, later)
    assert fresh is not None
    assert sessions.has_stepped_up(come(line, fresh, later), later)
    assert not sessions.has_stepped_up(come(line, fresh, later), later + PROVEN_FOR)
    assert not sessions.has_stepped_up(come(line, token, later), later), "a copy of the old token is no proof"


def test_a_time_that_is_yet_to_come_is_no_proof(line: Line) -> None:
    visitor = come(line, begin(line, add_person(line)), NOON)
    assert not sessions.has_stepped_up(visitor, NOON - MINUTE)


def test_a_form_is_ours_with_the_sessions_own_secret_alone(line: Line) -> None:
    person_id = add_person(line)
    visitor, other = (come(line, begin(line, person_id), NOON) for _ in range(2))
    assert sessions.csrf_matches(visitor, visitor.csrf)
    assert not any(sessions.csrf_matches(visitor, sent) for sent in ("", other.csrf, "é", visitor.csrf[:-1]))


def test_people_see_and_end_their_own_sessions_and_nobody_elses(line: Line) -> None:
    rosa, bo = add_person(line, "Rosa"), add_person(line, "Teo")
    first, second, his = begin(line, rosa), begin(line, rosa, NOON + MINUTE), begin(line, bo)
    me, him = come(line, second, NOON + MINUTE), come(line, his, NOON)
    seen = sessions.own_sessions(line, me, NOON + MINUTE)
    assert [(one.is_this, one.device) for one in seen] == [(True, "test browser"), (False, "test browser")]
    assert not sessions.end_own(line, me, him.session_id, NOON)
    assert come(line, his, NOON)
    assert sessions.end_own(line, me, seen[1].id, NOON)
    assert is_out(line, first, NOON)
    sessions.sign_out(line, me, NOON)
    assert is_out(line, second, NOON)


def test_all_other_sessions_end_at_once(line: Line) -> None:
    person_id = add_person(line)
    others = [begin(line, person_id) for _ in range(3)]
    mine = begin(line, person_id)
    assert sessions.end_others(line, come(line, mine, NOON), NOON) == 3
    assert all(is_out(line, token, NOON) for token in others)
    assert come(line, mine, NOON)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 29 * 60), max_size=40), st.lists(st.booleans(), min_size=40, max_size=40))
def test_a_browser_that_keeps_what_reaches_it_is_signed_in_until_the_longest(
    line: Line, steps: list[int], reaches: list[bool]
) -> None:
    """However often it comes and whichever answers are lost: two requests for the second one to tell."""
    token, now = begin(line, add_person(line, f"P{len(steps)}-{id(steps)}"[:40])), NOON
    for step, is_lost in zip(steps, reaches, strict=False):
        now += timedelta(seconds=step)
        if now >= NOON + LONGEST:
            assert is_out(line, token, now)
            return
        visited = sessions.visit(line, token, now)
        assert visited is not None
        if visited.new_token and not is_lost:
            token = visited.new_token
