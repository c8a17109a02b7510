"""The flows as pictures, with counts that turns leave behind without waiting for them."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import Engine, text

from hotline.domain.phone import PhoneNumber
from hotline.flow.input import Arrived, Digits, HungUp, Input
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.flow_counts import NodeCount, at_nodes, flush, sweep
from hotline.operations.line import Line
from hotline.operations.turns import take_turn
from hotline.web.addresses import Addresses
from hotline.web.console.flow_picture import HEIGHT, WIDTH, distances, draw
from hotline.web.console.live import Live
from hotline.web.counting import counting
from hotline.web.mouths import CallMouth, TextMouth
from tests.lines import HOTLINE, JOHN, MARIA, NOON, Clock, call_from, make_line, text_from
from tests.web.console.visitors import console, sign_in

ADDRESSES = Addresses("https://line.example.org")
SIDS = count(1)


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def sms(line: Line, body: str, number: PhoneNumber = MARIA, sid: str | None = None) -> None:
    sid = sid or f"SM{next(SIDS):032x}"
    take_turn(line, text_from(number, body, sid), TextMouth(ADDRESSES), line.clock())


def call(line: Line, sid: str, n: int, event: Input) -> None:
    take_turn(line, call_from(MARIA, sid, n, event), CallMouth(ADDRESSES, HOTLINE), line.clock())


def stood(line: Line) -> dict[str, NodeCount]:
    """Nodes at which somebody stands or to which somebody came, as the database tells."""
    flush(line.database, line.counts, line.hours.zone)
    found = at_nodes(line.database, line.flow.nodes, line.limits.session_hours, line.clock(), line.hours.zone)
    return {node: counted for node, counted in found.items() if counted != NodeCount()}


def node_of(line: Line) -> str:
    """The one node at which anybody stands."""
    [node] = [node for node, counted in stood(line).items() if counted.here]
    return node


def test_a_conversation_stands_at_one_node_and_moves_on(line: Line) -> None:
    sms(line, "reportar")
    first = node_of(line)
    assert first.startswith("report.")
    sms(line, "1")
    second = node_of(line)
    assert second != first
    assert stood(line)[first] == NodeCount(here=0, today=1)


def test_two_people_are_counted_apart(line: Line) -> None:
    sms(line, "reportar", MARIA)
    sms(line, "report", JOHN)
    assert [counted.here for counted in stood(line).values()] == [2]


def test_a_turn_that_is_tried_again_counts_once(line: Line) -> None:
    sms(line, "reportar", sid="SM" + "a" * 32)
    sms(line, "reportar", sid="SM" + "a" * 32)
    assert sum(counted.today for counted in stood(line).values()) == 1


def test_a_conversation_nobody_goes_on_with_stops_counting(line: Line) -> None:
    clock = Clock()
    line = replace(line, clock=clock)
    sms(line, "reportar")
    node = node_of(line)
    clock.pass_(hours=line.limits.session_hours - 1)
    assert stood(line)[node].here == 1
    clock.pass_(hours=2)
    assert stood(line)[node] == NodeCount(here=0, today=1)


def test_an_answer_of_hours_later_leaves_where_it_stood(line: Line) -> None:
    clock = Clock()
    line = replace(line, clock=clock)
    sms(line, "reportar")
    first = node_of(line)
    clock.pass_(hours=4)
    sms(line, "1")
    assert stood(line)[first].here == 0


def test_a_call_that_is_over_stands_nowhere(line: Line) -> None:
    call(line, "CA" + "1" * 32, 0, Arrived())
    call(line, "CA" + "1" * 32, 1, Digits("1"))
    assert sum(counted.here for counted in stood(line).values()) == 1
    call(line, "CA" + "1" * 32, 2, HungUp())
    assert sum(counted.here for counted in stood(line).values()) == 0


def test_where_people_stood_is_forgotten_after_two_days_and_how_many_came_is_not(line: Line) -> None:
    sms(line, "reportar")
    stood(line)
    assert sweep(line.database, NOON + timedelta(days=1), line.hours.zone) == 0
    assert sweep(line.database, NOON + timedelta(days=2), line.hours.zone) > 0
    with line.database.connect() as db:
        names = set(db.scalars(text("SELECT name FROM counter")))
    assert not [name for name in names if name.startswith("stand:")]
    assert [name for name in names if name.startswith("node:")]


def test_counts_reach_the_database_at_the_latest_when_the_door_shuts(line: Line) -> None:
    with counting(line, every_s=60):
        sms(line, "reportar")
    assert not line.counts.take()
    assert sum(counted.today for counted in stood(line).values()) == 1


def test_no_count_names_anybody(line: Line) -> None:
    sms(line, "reportar")
    stood(line)
    with line.database.connect() as db:
        names = set(db.scalars(text("SELECT name FROM counter")))
    known = {*line.flow.nodes, "es"}
    assert all(any(word in name for word in known) for name in names)
    assert not [name for name in names if re.search(r"\d{4}", name)]


def test_the_picture_holds_every_node_once_and_none_over_another(flow: Flow) -> None:
    picture = draw(flow, list(flow.nodes), distances(flow))
    assert sorted(box.node for box in picture.boxes) == sorted(flow.nodes)
    for box in picture.boxes:
        assert 0 <= box.x <= picture.width - WIDTH
        assert 0 <= box.y <= picture.height - HEIGHT
        over = [o for o in picture.boxes if abs(o.x - box.x) < WIDTH and abs(o.y - box.y) < HEIGHT]
        assert over == [box]


def test_the_start_stands_on_top_and_what_follows_below(flow: Flow) -> None:
    far = distances(flow)
    assert far[flow.start] == 0
    assert set(far) == set(flow.nodes)
    top = min(draw(flow, list(flow.nodes), far).boxes, key=lambda box: box.y)
    assert top.node == flow.start


def test_every_flow_has_a_page_with_its_nodes_in_words(line: Line) -> None:
    sms(line, "reportar")
    node = node_of(line)
    with console(line) as client:
        browser = sign_in(client, line, ["admin"])
        page = browser.get("/console/flows").text
        assert "/console/flows/all" in page, "without the folder all nodes are one flow"
        whole = browser.get("/console/flows/all").text
    for name in line.flow.nodes:
        assert f'id="node-{name}"' in whole
    row = whole[whole.index(f'id="node-{node}"') :].partition("</tr>")[0]
    assert row.count('<td class="amount">1</td>') == 2


def test_there_is_no_flow_of_another_name(line: Line) -> None:
    with console(line) as client:
        assert sign_in(client, line, ["admin"]).get("/console/flows/nowhere").status_code == 404


def test_whoever_watches_a_flow_is_told_of_a_new_turn(line: Line) -> None:
    with console(line) as client:
        browser = sign_in(client, line, ["admin"])
        state = client.app._inside.state  # type: ignore[attr-defined]
        state.desk = replace(state.desk, live=Live(tick_s=0.01, longest_s=2.0))
        sms(line, "reportar")
        node = node_of(line)
        told = browser.get("/console/flows/all/live").text
    assert told.count("\ndata: <svg ") == 1, "what did not change is told once"
    assert f'id="node-{node}"' in told
    assert "data: <html" not in told
