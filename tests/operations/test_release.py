from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from hotline.domain.person import Person
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.alerts import AlertRefused
from hotline.operations.estimate import estimate
from hotline.operations.fan_out import fan_out
from hotline.operations.line import Line
from hotline.operations.release import Answered, answer_release, ask_release, withdraw
from hotline.store import consents, health
from hotline.store.database import transaction
from tests.lines import ANA, BO, Clock, Wakes, make_line, roster_of
from tests.people import (
    draft_actual,
    draft_test,
    follow_up,
    phone,
    plain,
    release,
    staff_texts,
    statuses,
    subscribe,
    word_for,
)


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network, clock=Clock())


def answer(line: Line, person: Person, body: str) -> Answered | None:
    with transaction(line.database) as db:
        return answer_release(line, db, person, body, line.clock())


def recipients(line: Line, broadcast_id: int) -> list[int]:
    with transaction(line.database) as db:
        rows = db.execute(
            text("SELECT contact_id FROM delivery WHERE broadcast_id = :id ORDER BY seq"),
            {"id": broadcast_id},
        )
        return [row.contact_id for row in rows]


def wrong_word(line: Line) -> str:
    return "ZZZZ" if word_for(line) != "ZZZZ" else "YYYY"


def test_the_word_goes_to_the_second_persons_phone_with_the_text_and_what_it_costs(line: Line) -> None:
    subscribe(line, 1)
    asked = ask_release(line, draft_test(line), ANA.name, BO.name, line.clock())
    assert asked.estimate.recipients == 1
    [body] = staff_texts(line)
    assert "1 people" in body
    assert "This is a test of our alerts" in body
    with transaction(line.database) as db:
        row = db.execute(text("SELECT phone_ct, id FROM message")).one()
        stored = db.execute(text("SELECT word_hash FROM alert")).scalar_one()
    assert line.keyring.open(row.phone_ct, f"message.phone.{row.id}") == BO.phone.e164
    assert word_for(line).encode() not in bytes(stored)


def test_the_right_word_from_the_right_phone_releases(line: Line) -> None:
    subscribe(line, 1)
    code = draft_test(line)
    ask_release(line, code, ANA.name, BO.name, line.clock())
    answered = answer(line, BO, f" {word_for(line).lower()} ")
    assert answered is not None
    assert answered.words == f"Alert {code} is going out to 1 people."
    [(job, broadcast_id)] = answered.wakes
    assert job == "fan_out"
    assert broadcast_id is not None
    assert fan_out(line, broadcast_id, line.clock()) is False
    assert plain(line, broadcast_id) == ["pending"]


def test_the_word_is_worth_nothing_from_another_phone(line: Line) -> None:
    subscribe(line, 1)
    ask_release(line, draft_test(line), ANA.name, BO.name, line.clock())
    assert answer(line, ANA, word_for(line)) is None


@pytest.mark.parametrize("author", [ANA.name, BO.name])
def test_neither_author_nor_asker_can_be_the_second_person(line: Line, author: str) -> None:
    subscribe(line, 1)
    code = draft_test(line)
    with pytest.raises(AlertRefused) as refused:
        ask_release(line, code, author, ANA.name if author == ANA.name else BO.name, line.clock())
    assert refused.value.reason == "second_person"


def test_one_phone_under_two_names_is_one_person(line: Line) -> None:
    subscribe(line, 1)
    twin = replace(ANA, id=3, name="Ana2")
    two = replace(line, people=roster_of(ANA, twin))
    with pytest.raises(AlertRefused) as refused:
        ask_release(two, draft_test(two), ANA.name, twin.name, line.clock())
    assert refused.value.reason == "second_person"


def test_three_wrong_words_end_it_and_the_right_one_comes_too_late(line: Line) -> None:
    subscribe(line, 1)
    ask_release(line, draft_test(line), ANA.name, BO.name, line.clock())
    word, wrong = word_for(line), wrong_word(line)
    replies = [answer(line, BO, wrong) for _ in range(3)]
    assert "Tries left: 2" in str(replies[0])
    assert "Too many wrong words" in str(replies[2])
    assert answer(line, BO, word) is None


def test_after_ten_minutes_the_word_is_worth_nothing(line: Line) -> None:
    subscribe(line, 1)
    ask_release(line, draft_test(line), ANA.name, BO.name, line.clock())
    line.clock.pass_(minutes=10)  # type: ignore[attr-defined]
    answered = answer(line, BO, word_for(line))
    assert answered is not None
    assert not answered.wakes
    assert "no longer good" in answered.words


def test_a_second_request_makes_the_first_word_worthless(line: Line) -> None:
    subscribe(line, 1)
    code = draft_test(line)
    ask_release(line, code, ANA.name, BO.name, line.clock())
    first = word_for(line)
    ask_release(line, code, ANA.name, BO.name, line.clock())
    assert word_for(line) != first
    answered = answer(line, BO, first)
    assert answered is not None
    assert not answered.wakes


def test_an_alert_goes_out_once(line: Line) -> None:
    subscribe(line, 1)
    code = draft_test(line)
    release(line, code)
    with pytest.raises(AlertRefused) as refused:
        ask_release(line, code, ANA.name, BO.name, line.clock())
    assert refused.value.reason == "state"


def test_what_was_seen_too_long_ago_cannot_be_released_any_more(line: Line) -> None:
    subscribe(line, 1)
    code = draft_actual(line)
    line.clock.pass_(minutes=26)  # type: ignore[attr-defined]
    with pytest.raises(AlertRefused) as refused:
        ask_release(line, code, ANA.name, BO.name, line.clock())
    assert refused.value.reason == "seen_at"


def test_an_alert_for_nobody_is_refused(line: Line) -> None:
    with pytest.raises(AlertRefused) as refused:
        ask_release(line, draft_test(line), ANA.name, BO.name, line.clock())
    assert refused.value.reason == "nobody"


def test_a_test_that_would_end_before_the_morning_is_refused(line: Line) -> None:
    subscribe(line, 1)
    line.clock.pass_(hours=10)  # type: ignore[attr-defined] # ten in the evening in Los Angeles
    with pytest.raises(AlertRefused) as refused:
        ask_release(line, draft_test(line), ANA.name, BO.name, line.clock())
    assert refused.value.reason == "night"


def test_a_withdrawn_draft_cannot_be_released(line: Line) -> None:
    subscribe(line, 1)
    code = draft_test(line)
    withdraw(line, code, ANA.name, line.clock())
    with pytest.raises(AlertRefused) as refused:
        ask_release(line, code, ANA.name, BO.name, line.clock())
    assert refused.value.reason == "state"


def test_a_dispatchers_ordinary_text_is_no_word(line: Line) -> None:
    assert answer(line, BO, "hello there") is None
    assert answer(line, BO, "K7Q2") is None


def test_one_row_for_each_who_asked_and_none_who_opted_out(line: Line) -> None:
    people = [subscribe(line, number) for number in range(5)]
    subscribe(line, 9, zip_code="90802")
    with transaction(line.database) as db:
        consents.suppress(db, line.keyring.lookup(phone(2)), "opt_out", line.clock())
    broadcast_id = release(line, draft_test(line))
    assert recipients(line, broadcast_id) == [people[0], people[1], people[3], people[4]]


def test_somebody_with_two_zip_codes_gets_one_text(line: Line) -> None:
    person = subscribe(line, 1, "90033")
    subscribe(line, 1, "90023")
    assert recipients(line, release(line, draft_test(line))) == [person]


def test_the_nearest_come_first_then_those_who_waited_longest(line: Line) -> None:
    far = subscribe(line, 1, "90023")
    near_early = subscribe(line, 2, "90033")
    near_late = subscribe(line, 3, "90033")
    broadcast_id = release(line, draft_test(line, origin="90033"))
    assert recipients(line, broadcast_id) == [near_early, near_late, far]


def test_writing_goes_on_where_it_was_interrupted(line: Line) -> None:
    people = [subscribe(line, number, "90023" if number < 4 else "90033") for number in range(9)]
    ask_release(line, draft_test(line, origin="90023"), ANA.name, BO.name, line.clock())
    answered = answer(line, BO, word_for(line))
    assert answered is not None
    broadcast_id = answered.wakes[0][1]
    assert broadcast_id is not None
    steps = 1
    while fan_out(line, broadcast_id, line.clock(), step=2):
        steps += 1
    assert steps >= 5
    assert recipients(line, broadcast_id) == people
    assert fan_out(line, broadcast_id, line.clock(), step=2) is False
    assert len(recipients(line, broadcast_id)) == 9


def test_a_number_that_failed_for_good_twice_rests_and_is_reported(line: Line) -> None:
    subscribe(line, 1)
    subscribe(line, 2)
    with transaction(line.database) as db:
        for _ in range(2):
            health.failed(db, [line.keyring.lookup(phone(1))], 30005, line.clock())
    broadcast_id = release(line, draft_test(line))
    assert statuses(line, broadcast_id) == [("skipped", "rested"), ("pending", None)]


def test_who_told_one_sender_stop_is_written_from_another(line: Line) -> None:
    two = replace(line, senders=("+15005550006", "+15005550007"))
    subscribe(two, 1)
    subscribe(two, 2)
    with transaction(line.database) as db:
        for number in (1, 2):
            consents.block(db, line.keyring.lookup(phone(number)), "+15005550006", line.clock())
        consents.block(db, line.keyring.lookup(phone(2)), "+15005550007", line.clock())
    broadcast_id = release(two, draft_test(two))
    with transaction(line.database) as db:
        rows = db.execute(text("SELECT sender, status, reason FROM delivery ORDER BY seq")).all()
    assert [tuple(row) for row in rows] == [
        ("+15005550007", "pending", None),
        (None, "skipped", "blocked"),
    ]
    assert broadcast_id


def test_a_follow_up_goes_to_exactly_those_the_first_reached(line: Line) -> None:
    people = [subscribe(line, number) for number in range(6)]
    code = draft_actual(line)
    first = release(line, code)
    states = ["delivered", "failed", "unknown", "undelivered", "skipped", "sent"]
    with transaction(line.database) as db:
        for seq, status in enumerate(states, start=1):
            db.execute(
                text("UPDATE delivery SET status = :status WHERE broadcast_id = :id AND seq = :seq"),
                {"status": status, "id": first, "seq": seq},
            )
        consents.suppress(db, line.keyring.lookup(phone(5)), "opt_out", line.clock())
    newcomer = subscribe(line, 7)
    second = release(line, follow_up(line, "all_clear", code))
    assert recipients(line, second) == [people[0], people[2], people[3]]
    assert newcomer not in recipients(line, second)


def test_an_all_clear_ends_the_sending_of_the_first(line: Line) -> None:
    for number in range(3):
        subscribe(line, number)
    code = draft_actual(line)
    first = release(line, code)
    with transaction(line.database) as db:
        db.execute(text("UPDATE delivery SET status = 'delivered' WHERE seq = 1"))
    release(line, follow_up(line, "all_clear", code))
    with transaction(line.database) as db:
        row = db.execute(text("SELECT state, reason FROM broadcast WHERE id = :id"), {"id": first}).one()
    assert tuple(row) == ("cancelled", "superseded")


def test_the_estimate_counts_people_segments_and_money_by_language(line: Line) -> None:
    subscribe(line, 1, language="es")
    subscribe(line, 2, language="en")
    subscribe(line, 3, language=None)
    told = estimate(line, draft_test(line), line.clock())
    assert told.people == {"es": 2, "en": 1}
    sizes = {language: wording.measured.segments for language, wording in told.texts.items()}
    assert told.segments == 2 * sizes["es"] + sizes["en"]
    assert told.cost == told.segments * line.limits.segment_price
    assert told.minutes == pytest.approx(told.segments / line.limits.segments_per_second / 60)


def test_asking_wakes_whoever_sends_texts(line: Line) -> None:
    subscribe(line, 1)
    ask_release(line, draft_test(line), ANA.name, BO.name, line.clock())
    assert isinstance(line.queue, Wakes)
    assert ("messages", None) in line.queue.jobs
