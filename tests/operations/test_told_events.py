"""Whoever texts EVENTS is told the next confirmed ones, and the network file's words while there are none."""

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import Engine

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import events
from hotline.operations.events import Written
from hotline.operations.library import REFRESH_S, Shelf
from hotline.operations.line import Line
from hotline.operations.turns import take_turn
from hotline.web.addresses import Addresses
from hotline.web.mouths import TextMouth
from tests.lines import MARIA, NOON, Clock, make_line, text_from

SIDS = count(1)
WORKSHOP = Written(
    "Know your rights", "Taller de derechos", "Parque Prueba", "90033", "2026-03-07T10:00", "2026-03-07T12:00"
)
FOOD = Written("Food", "Despensas", "Centro Ejemplo", "90033", "2026-03-08T09:00", "2026-03-08T11:00")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    shelf = Shelf(database, flow, network, "demo", {"ORG": "Red", "VOICE_PHONE": "500-555-0006"}, clock)
    return make_line(database, flow, network, clock=clock, library=shelf)


def answer(line: Line, clock: Clock, body: str) -> str:
    clock.pass_(seconds=REFRESH_S + 1)
    inbound = text_from(MARIA, body, f"SM{next(SIDS):032x}")
    return take_turn(line, inbound, TextMouth(Addresses("https://line.example.org")), clock())


def test_without_events_the_network_file_answers(line: Line, clock: Clock) -> None:
    events.add(line, WORKSHOP, "Ana", NOON)  # a draft is told to nobody
    assert "los jueves a las 6 pm" in answer(line, clock, "eventos")


def test_the_next_confirmed_events_are_told_in_the_language_that_asks(line: Line, clock: Clock) -> None:
    for written in (FOOD, WORKSHOP):
        events.move(line, events.add(line, written, "Ana", NOON), "confirmed", "Ana", NOON)
    spanish = answer(line, clock, "eventos")
    assert "Taller de derechos, 7 de marzo, 10:00 am-12:00 pm, Parque Prueba; Despensas" in spanish
    assert "Know your rights, Saturday Mar 7, 10:00 am-12:00 pm, Parque Prueba" in answer(
        line, clock, "events"
    )


def test_an_event_that_is_over_or_called_off_is_told_no_more(line: Line, clock: Clock) -> None:
    first, second = (events.add(line, written, "Ana", NOON) for written in (WORKSHOP, FOOD))
    for one in (first, second):
        events.move(line, one, "confirmed", "Ana", NOON)
    events.move(line, second, "cancelled", "Ana", NOON)
    assert "Despensas" not in answer(line, clock, "eventos")
    clock.now = NOON + timedelta(days=6)
    assert "los jueves" in answer(line, clock, "eventos")
