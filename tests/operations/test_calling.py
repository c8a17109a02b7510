"""Alerts by call: the same engine, another mouth."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from hotline.domain.call import CALLS
from hotline.domain.language import Language
from hotline.operations.calling import Heard
from hotline.operations.deliver import deliver
from hotline.operations.estimate import estimate
from hotline.operations.line import Line
from hotline.store import consents
from hotline.store.database import transaction
from tests.operations.phones import (
    called,
    carrier,
    chooses_calls,
    clock,
    ended,
    hears,
    line,
    send,
    suppressed,
    words,
)
from tests.people import (
    FreeRates,
    draft_actual,
    draft_test,
    follow_up,
    phone,
    plain,
    release,
    statuses,
    subscribe,
)

__all__ = ["line"]


def test_who_chose_calls_is_called_and_who_chose_texts_is_texted(line: Line) -> None:
    chooses_calls(line, 1)
    subscribe(line, 2)
    broadcast_id = release(line, draft_actual(line))
    assert send(line) == 2
    [ring], [sent] = carrier(line).rung, carrier(line).sent
    assert (ring.to, sent.to) == (phone(1), phone(2))
    assert ring.path == f"/twilio/voice/alert/d{broadcast_id}.1?n=1"
    assert ring.status_path == f"/twilio/status/alert/d{broadcast_id}.1?n=1"
    assert ring.waits_for_machine
    assert plain(line, broadcast_id) == ["accepted", "accepted"]


def test_calls_keep_to_a_rate_of_their_own(line: Line) -> None:
    for number in range(5):
        chooses_calls(line, number)
    for number in range(5, 8):
        subscribe(line, number)
    release(line, draft_actual(line))
    rates = FreeRates({CALLS: 2})
    asked = deliver(line, rates, stopping=rates.stopping, lanes=1)  # type: ignore[arg-type]
    assert (asked, len(carrier(line).rung), len(carrier(line).sent)) == (5, 2, 3)


def test_a_call_says_what_was_released_in_the_persons_language(line: Line) -> None:
    chooses_calls(line, 1, "en")
    key = called(line)
    heard = hears(line, key)
    assert heard.keys == "19"
    assert "Red de Prueba" in words(heard)
    assert "1st and Soto" in words(heard)
    assert "press 9" in words(heard)
    assert words(heard).startswith("Test, prueba.")
    assert [part.language for part in heard.parts] == ["en", "en"]


def test_spanish_is_said_in_spanish(line: Line) -> None:
    chooses_calls(line, 1, "es")
    heard = words(hears(line, called(line)))
    assert "1st y Soto" in heard
    assert "oprima 9" in heard
    assert "&" not in heard


@pytest.mark.parametrize("answered_by", ["machine_end_beep", "machine_end_silence", "machine_end_other"])
def test_a_machine_gets_the_message_once_and_no_keys(line: Line, answered_by: str) -> None:
    chooses_calls(line, 1, "en")
    heard = hears(line, called(line), answered_by=answered_by)
    assert heard.keys == ""
    assert len(heard.parts) == 1
    assert "press" not in words(heard)


@pytest.mark.parametrize("answered_by", ["human", "unknown", ""])
def test_whoever_may_be_a_person_is_told_the_keys(line: Line, answered_by: str) -> None:
    chooses_calls(line, 1)
    assert hears(line, called(line), answered_by=answered_by).keys == "19"


def test_a_fax_hears_nothing(line: Line) -> None:
    chooses_calls(line, 1)
    assert hears(line, called(line), answered_by="fax") == Heard()


def test_it_can_be_heard_twice_again_and_no_more(line: Line) -> None:
    chooses_calls(line, 1)
    key = called(line)
    first = hears(line, key)
    assert hears(line, key, 2, "1") == first
    last = hears(line, key, 3, "1")
    assert (last.keys, last.parts[0]) == ("9", first.parts[0])
    assert hears(line, key, 4, "1") == Heard()


@pytest.mark.parametrize("keys", ["", "5", "*"])
def test_another_key_ends_the_call(line: Line, keys: str) -> None:
    chooses_calls(line, 1)
    assert hears(line, called(line), 2, keys) == Heard()


def test_nine_stops_everything_and_is_kept_once_in_the_ledger(line: Line) -> None:
    contact_id = chooses_calls(line, 1, "en")
    key = called(line)
    said = hears(line, key, 2, "9")
    assert hears(line, key, 2, "9") == said
    assert "no more alerts" in words(said)
    assert said.keys == ""
    assert suppressed(line, 1)
    with transaction(line.database) as db:
        rows = db.execute(text("SELECT id, contact_id, act, channel, words_ct FROM consent")).all()
    [row] = rows
    assert (row.contact_id, row.act, row.channel) == (contact_id, "opt_out", "voice")
    assert line.keyring.open(row.words_ct, f"consent.words.{row.id}") == "tecla 9"


def test_who_opted_out_while_the_phone_rang_hears_nothing(line: Line) -> None:
    chooses_calls(line, 1)
    key = called(line)
    with transaction(line.database) as db:
        consents.suppress(db, line.keyring.lookup(phone(1)), "opt_out", line.clock())
    assert hears(line, key) == Heard()


def test_a_delivery_that_is_a_text_says_nothing_on_a_call(line: Line) -> None:
    subscribe(line, 1)
    assert hears(line, called(line)) == Heard()


def test_a_follow_up_reaches_who_was_called_by_call(line: Line) -> None:
    chooses_calls(line, 1)
    first = draft_actual(line)
    key = called(line, first)
    ended(line, key, "completed")
    clock(line).pass_(minutes=5)
    told = follow_up(line, "all_clear", first)
    assert estimate(line, told, line.clock()).calls == {"es": 1, "en": 0}
    second = called(line, told)
    assert "queda cerrado" in words(hears(line, second))
    assert not carrier(line).sent


def test_an_estimate_tells_calls_apart_with_their_cost_and_time(line: Line) -> None:
    for number in range(120):
        chooses_calls(line, number)
    subscribe(line, 200)
    told = estimate(line, draft_actual(line), line.clock())
    assert (told.called, sum(told.people.values()), told.recipients) == (120, 1, 121)
    assert told.minutes == pytest.approx(2.0)
    assert told.cost == 120 * line.limits.call_price + told.segments * line.limits.segment_price


def test_calls_are_paid_from_the_days_budget(line: Line) -> None:
    for number in range(4):
        chooses_calls(line, number)
    poor = replace(line, limits=replace(line.limits, daily_spend=2 * line.limits.call_price + 8_000))
    broadcast_id = release(poor, draft_actual(poor))
    with transaction(line.database) as db:
        db.execute(text("DELETE FROM spend"))
    send(poor)
    assert len(carrier(line).rung) == 2
    assert plain(line, broadcast_id).count("pending") == 2
    with transaction(line.database) as db:
        spent = db.execute(text("SELECT sum(amount) FROM spend")).scalar_one()
    assert spent == 2 * line.limits.call_price


def test_without_an_approved_wording_nobody_is_called_and_texts_go_out(line: Line) -> None:
    chooses_calls(line, 1)
    subscribe(line, 2)
    library = line.library()
    silent = replace(library, wordings={k: w for k, w in library.wordings.items() if k[0] != "v_alert_keys"})
    mute = replace(line, library=lambda: silent)
    assert estimate(mute, draft_actual(mute), line.clock()).recipients == 1
    broadcast_id = release(mute, draft_actual(mute))
    assert send(mute) == 1
    assert statuses(line, broadcast_id) == [("skipped", "no_wording"), ("accepted", None)]


def test_a_clip_stands_only_for_what_never_changes(line: Line) -> None:
    chooses_calls(line, 1)
    clips: dict[tuple[str, Language], str] = {("test", "es"): "prueba.mp3", ("verified", "es"): "never.mp3"}
    library = replace(line.library(), clips=clips)
    recorded = replace(line, library=lambda: library)
    assert hears(recorded, called(line, draft_test(line))).parts[0].audio == "prueba.mp3"
    assert hears(recorded, called(line)).parts[0].audio is None


def test_a_version_that_knows_no_calls_leaves_their_rows_alone(line: Line) -> None:
    """A broadcast's own list of senders, which every version works through, never names them."""
    chooses_calls(line, 1)
    release(line, draft_actual(line))
    with transaction(line.database) as db:
        assert CALLS not in db.execute(text("SELECT senders FROM broadcast")).scalar_one()
