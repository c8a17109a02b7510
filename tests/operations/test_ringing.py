from itertools import count

import pytest
from sqlalchemy import Engine

from hotline.flow.input import DialEnded, Digits, Input
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.operations.ringing import whisper
from hotline.operations.turns import take_turn
from hotline.web.addresses import Addresses
from hotline.web.mouths import CallMouth
from tests.lines import ANA, BO, HOTLINE, MARIA, NOON, call_from, make_line

SIDS = count(1)
MOUTH = CallMouth(Addresses("https://line.example.org"), HOTLINE)


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def turn(line: Line, sid: str, n: int, event: Input | None = None) -> str:
    return take_turn(line, call_from(MARIA, sid, n, event), MOUTH, NOON)


def ask_for_a_person(line: Line) -> tuple[str, str]:
    sid = f"CA{next(SIDS):032x}"
    turn(line, sid, 0)
    turn(line, sid, 1, Digits("2"))
    return sid, turn(line, sid, 2, Digits("0"))


def leg_ids(dial: str) -> list[str]:
    return [piece.split("?", 1)[0] for piece in dial.split("/whisper/")[1:]]


def test_everyone_rings_and_sees_the_hotline_number(line: Line) -> None:
    _, dial = ask_for_a_person(line)
    assert ANA.phone.e164 in dial
    assert BO.phone.e164 in dial
    assert MARIA.e164 not in dial


def test_before_the_key_nothing_of_the_caller_is_said(line: Line) -> None:
    _, dial = ask_for_a_person(line)
    said = whisper(line, leg_ids(dial)[0], 1, "", NOON)
    assert said.kind == "ring"
    assert said.parts[0].wording == "Red de Prueba, oprima 1."


def test_only_the_first_to_press_one_has_the_call(line: Line) -> None:
    sid, dial = ask_for_a_person(line)
    first, second = leg_ids(dial)
    assert whisper(line, first, 2, "1", NOON).kind == "accept"
    assert whisper(line, second, 2, "1", NOON).kind == "hangup"
    assert whisper(line, first, 2, "1", NOON).kind == "accept"
    assert "<Hangup" in turn(line, sid, 3, DialEnded(was_bridged=True))


def test_a_voicemail_box_that_picks_up_first_does_not_keep_others_from_ringing(line: Line) -> None:
    sid, dial = ask_for_a_person(line)
    whisper(line, leg_ids(dial)[0], 1, "", NOON)
    again = turn(line, sid, 3, DialEnded(was_bridged=False))
    assert ANA.phone.e164 not in again
    assert BO.phone.e164 in again


def test_ringing_ends_at_voicemail_when_every_box_picked_up(line: Line) -> None:
    sid, dial = ask_for_a_person(line)
    whisper(line, leg_ids(dial)[0], 1, "", NOON)
    again = turn(line, sid, 3, DialEnded(was_bridged=False))
    whisper(line, leg_ids(again)[0], 1, "", NOON)
    assert "<Record" in turn(line, sid, 4, DialEnded(was_bridged=True))


def test_nobody_answering_leads_to_voicemail(line: Line) -> None:
    sid, _ = ask_for_a_person(line)
    assert "<Record" in turn(line, sid, 3, DialEnded(was_bridged=False))
