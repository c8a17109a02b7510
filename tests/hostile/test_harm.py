"""Harm that was found and stands: each mark goes when its defect does (a test that passes then fails)."""

from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import Engine, text

from hotline.domain.phone import PhoneNumber
from hotline.flow.inbound import Inbound
from hotline.flow.input import Digits, HungUp, Input, Text
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.alerts import AlertRefused, draft
from hotline.operations.line import Line
from hotline.operations.release import ask_release
from hotline.operations.turns import take_turn
from hotline.settings import read_settings
from hotline.web.addresses import Addresses
from hotline.web.mouths import CallMouth, TextMouth
from tests.lines import ANA, HOTLINE, MARIA, NOON, call_from, make_line, text_from

ADDRESSES = Addresses("https://line.example.org")
SIDS = count(1)
IN_THREE_DAYS = NOON + timedelta(days=3)


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def sms(line: Line, body: str, number: PhoneNumber = MARIA, now: datetime = NOON) -> str:
    return take_turn(line, text_from(number, body, f"SM{next(SIDS):032x}"), TextMouth(ADDRESSES), now)


def call(line: Line, sid: str, n: int, event: Input | None = None, now: datetime = NOON) -> str:
    return take_turn(line, call_from(MARIA, sid, n, event), CallMouth(ADDRESSES, HOTLINE), now)


def one(line: Line, statement: str) -> object:
    with line.database.connect() as db:
        return db.execute(text(statement)).scalar()


def told(line: Line) -> object:
    return one(line, "SELECT count(*) FROM message WHERE kind = 'staff'")


def test_an_urgent_text_days_later_is_told_although_the_first_was_taken(line: Line) -> None:
    sms(line, "están en mi puerta")
    sms(line, f"GO {one(line, 'SELECT code FROM ticket')}", ANA.phone)
    before = told(line)
    sms(line, "están en mi puerta", now=IN_THREE_DAYS)
    assert told(line) != before


def test_an_urgent_call_days_later_is_told_although_the_first_still_waits(line: Line) -> None:
    for sid, keys, now in (("CA" + "1" * 32, "21", NOON), ("CA" + "2" * 32, "1", IN_THREE_DAYS)):
        before = told(line)
        call(line, sid, 0, now=now)
        for n, key in enumerate(keys, 1):
            call(line, sid, n, Digits(key), now)
        call(line, sid, -1, HungUp(), now)
        assert told(line) != before


@pytest.mark.parametrize(
    "body",
    [
        "STOP STOP",
        "Stop!!! I said stop",
        "STOP. Sent from my iPhone",
        "STOP, wrong person",
        "alto, no mas",
        "don´t text me",
        "don`t text me",
        "don＇t text me",
        "pare de mandarme mensajes",
        "cancelar todo",
        "stop alertas",
    ],
)
def test_words_that_begin_with_an_opt_out_at_least_let_alerts_rest(line: Line, body: str) -> None:
    sms(line, body)
    assert one(line, "SELECT count(*) FROM suppression") == 1


@pytest.mark.parametrize("author", ["ana", "Ana ", "Carla"])
def test_nobody_releases_their_own_alert_under_another_spelling(line: Line, author: str) -> None:
    for words in ("alertas", "90033", "SI"):
        sms(line, words)
    with pytest.raises(AlertRefused):  # the draft of a stranger, or the request of the author
        ask_release(line, draft(line, NOON, "test", {}, author, area="boyle_heights"), author, "Ana", NOON)


def test_a_machine_behind_a_short_code_is_not_answered_for_ever(line: Line) -> None:
    answers = [
        take_turn(
            line,
            Inbound("sms", f"SM{next(SIDS):032x}", 0, None, HOTLINE.e164, Text("Reply HELP for help")),
            TextMouth(ADDRESSES),
            NOON,
        )
        for _ in range(20)
    ]
    assert "<Message" not in answers[-1]


def test_a_clock_that_was_set_back_silences_nobody(line: Line) -> None:
    for _ in range(15):
        sms(line, "casa")
    assert "<Message" in sms(line, "casa", now=NOON - timedelta(hours=1))


def test_who_opted_out_is_not_told_that_alerts_go_on(line: Line) -> None:
    sms(line, "ALTO")
    sms(line, "ya les dije que no me manden mensajes señor")
    assert "le seguiremos mandando" not in sms(line, "NO")


def test_an_empty_spend_limit_is_none_as_documented() -> None:
    assert read_settings({"HOTLINE_MODE": "demo", "HOTLINE_DAILY_SPEND": ""}).daily_spend is None
