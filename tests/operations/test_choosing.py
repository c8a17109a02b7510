"""What a person chooses by text or key stands in the database as they said it, and is all they get."""

from itertools import count

import pytest
from sqlalchemy import Engine, text

from hotline.domain.notice import NoticeKind
from hotline.domain.phone import PhoneNumber
from hotline.flow.input import Digits
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.composing import NoticeSheet, preview
from hotline.operations.console_release import release_here
from hotline.operations.fan_out import fan_out
from hotline.operations.line import Line
from hotline.operations.notices import draft_notice
from hotline.operations.turns import take_turn
from hotline.store import contacts, subscriptions
from hotline.store.database import transaction
from hotline.store.messages import body_place
from hotline.store.subscriptions import SignUp
from hotline.web.addresses import Addresses
from hotline.web.mouths import CallMouth, TextMouth
from tests.lines import ANA, BO, HOTLINE, MARIA, Clock, call_from, make_line, text_from
from tests.notices import FIELDS

ADDRESSES = Addresses("https://line.example.org")
SIDS = count(1)
LISTS = ("event", "food", "official", "reminder")


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network, clock=Clock())


def say(line: Line, *bodies: str, number: PhoneNumber = MARIA) -> str:
    """Text one after the other; the last answer."""
    for body in bodies:
        inbound = text_from(number, body, f"SM{next(SIDS):032x}")
        answer = take_turn(line, inbound, TextMouth(ADDRESSES), line.clock())
    return answer


def call(line: Line, *keys: str) -> str:
    """A call that presses these keys one after the other; the last answer."""
    sid = f"CA{next(SIDS):032x}"
    answer = take_turn(line, call_from(MARIA, sid), CallMouth(ADDRESSES, HOTLINE), line.clock())
    for n, pressed in enumerate(keys, 1):
        inbound = call_from(MARIA, sid, n, Digits(pressed))
        answer = take_turn(line, inbound, CallMouth(ADDRESSES, HOTLINE), line.clock())
    return answer


def signed_up(line: Line) -> dict[str, tuple[tuple[str, ...], str]]:
    """Lists and channel by ZIP code."""
    with transaction(line.database) as db:
        contact_id = contacts.find(db, line.keyring, MARIA)
        found: list[SignUp] = subscriptions.of_contact(db, contact_id) if contact_id else []
    return {one.zip: (tuple(sorted(one.kinds)), one.channel) for one in found}


def ledger(line: Line) -> list[tuple[str, str]]:
    with line.database.connect() as db:
        found = db.execute(text("SELECT id, act, words_ct FROM consent ORDER BY id")).all()
    return [(row.act, line.keyring.open(row.words_ct, f"consent.words.{row.id}")) for row in found]


def confirmations(line: Line) -> list[str]:
    """Texts that followed calls."""
    wanted = text("SELECT id, body_ct FROM message WHERE kind = 'after_call' ORDER BY id")
    with line.database.connect() as db:
        found = db.execute(wanted).all()
    return [line.keyring.open(row.body_ct, body_place(row.id)) for row in found]


def is_stopped(line: Line) -> bool:
    with line.database.connect() as db:
        return bool(db.execute(text("SELECT count(*) FROM suppression")).scalar_one())


def test_the_other_lists_join_alerts_and_the_ledger_names_them(line: Line) -> None:
    say(line, "alertas", "90033", "SI")
    assert "90033" in say(line, "NOTICIAS")
    assert signed_up(line) == {"90033": (("alert",), "sms")}
    say(line, "Todo, por favor")
    assert signed_up(line) == {"90033": (("alert", *LISTS), "sms")}
    everything = "Todo, por favor [reminder event food official]"
    assert ledger(line) == [("subscribe", "SI"), ("subscribe", everything)]


def test_each_list_is_chosen_by_itself_and_stands_in_the_ledger_by_its_name(line: Line) -> None:
    say(line, "alertas", "90033", "SI", "noticias")
    assert "90033: despensas." in say(line, "Despensas")
    assert signed_up(line) == {"90033": (("alert", "food"), "sms")}
    say(line, "noticias", "1 y 2")
    assert signed_up(line) == {"90033": (("alert", "event", "food", "reminder"), "sms")}
    words = [words for _, words in ledger(line)]
    assert words == ["SI", "Despensas [food]", "1 y 2 [reminder event]"]


def test_one_list_is_left_and_the_others_stay(line: Line) -> None:
    say(line, "alerts", "90033", "YES", "notices", "all")
    assert "no longer text you: food." in say(line, "Leave food")
    assert signed_up(line) == {"90033": (("alert", "event", "official", "reminder"), "sms")}
    say(line, "leave notices", "1 and 4")
    assert signed_up(line) == {"90033": (("alert", "event"), "sms")}
    left = [words for act, words in ledger(line) if act == "leave"]
    assert left == ["Leave food [food]", "1 and 4 [official reminder]"]
    assert not is_stopped(line)


def test_who_leaves_their_only_list_is_signed_up_for_nothing(line: Line) -> None:
    say(line, "notices", "90033", "3", "leave food")
    assert signed_up(line) == {}
    assert "not signed up" in say(line, "leave food")


def test_an_answer_that_names_no_list_signs_up_for_none(line: Line) -> None:
    say(line, "alertas", "90033", "SI", "noticias", "SI", "ya no tengo comida")
    assert signed_up(line) == {"90033": (("alert",), "sms")}
    assert len(ledger(line)) == 1


def test_the_other_lists_alone_bring_no_alerts(line: Line) -> None:
    say(line, "notices", "90033", "ALL")
    assert signed_up(line) == {"90033": (LISTS, "sms")}


def test_no_is_no_and_leaves_no_trace_in_the_ledger(line: Line) -> None:
    say(line, "alerts", "90033", "YES", "notices", "no", "calls", "no")
    assert signed_up(line) == {"90033": (("alert",), "sms")}
    assert len(ledger(line)) == 1


def test_the_lists_are_joined_in_every_zip_code(line: Line) -> None:
    say(line, "alertas", "90033", "SI")
    with transaction(line.database) as db:
        contact_id = contacts.find(db, line.keyring, MARIA)
        assert contact_id is not None
        subscriptions.add(db, contact_id, "90023", line.clock())
    say(line, "noticias", "todo")
    assert signed_up(line) == dict.fromkeys(("90023", "90033"), (("alert", *LISTS), "sms"))


def test_only_alerts_leaves_the_others_and_stops_nothing(line: Line) -> None:
    say(line, "alertas", "90033", "SI", "noticias", "todo")
    assert "siguen igual" in say(line, "solo alertas")
    assert signed_up(line) == {"90033": (("alert",), "sms")}
    assert ledger(line)[-1] == ("leave", "solo alertas [event food official reminder]")
    assert not is_stopped(line)


def test_only_alerts_of_who_has_no_alerts_ends_the_sign_up(line: Line) -> None:
    say(line, "notices", "90033", "all", "only alerts")
    assert signed_up(line) == {}
    assert "not signed up" in say(line, "only alerts")


def test_calls_need_their_own_yes_and_texts_come_back_at_a_word(line: Line) -> None:
    say(line, "alertas", "90033", "SI")
    assert "llamadas de computadora" in say(line, "llamadas")
    assert signed_up(line)["90033"] == (("alert",), "sms")
    say(line, "SI")
    assert signed_up(line)["90033"] == (("alert",), "voice")
    say(line, "MENSAJES")
    assert signed_up(line)["90033"] == (("alert",), "sms")
    assert ledger(line) == [
        ("subscribe", "SI"),
        ("subscribe", "SI [alert calls]"),
        ("leave", "MENSAJES [calls]"),
    ]


def test_calls_are_a_sign_up_of_their_own(line: Line) -> None:
    say(line, "calls", "90033", "yes")
    assert signed_up(line) == {"90033": (("alert",), "voice")}


def test_calls_go_along_to_another_area(line: Line) -> None:
    say(line, "calls", "90033", "yes", "alerts", "90015", "yes")
    assert signed_up(line) == {"90015": (("alert",), "voice")}


def test_calls_and_lists_are_chosen_by_key_and_confirmed_by_text(line: Line) -> None:
    call(line, "2", "6", "90033", "3", "1")
    assert signed_up(line) == {"90033": (("alert",), "voice")}
    call(line, "6", "4", "5")
    assert signed_up(line) == {"90033": (("alert", *LISTS), "voice")}
    assert [words for _, words in ledger(line)] == ["1 [alert calls]", "5 [reminder event food official]"]
    assert len(confirmations(line)) == 2
    call(line, "6", "3")
    assert signed_up(line)["90033"][1] == "sms"


def test_one_list_after_another_is_chosen_by_key_and_each_confirmation_names_its_own(line: Line) -> None:
    say(line, "alertas", "90033", "SI")
    call(line, "6", "4", "3", "1", "2")
    assert signed_up(line) == {"90033": (("alert", "event", "food"), "sms")}
    food, workshops = confirmations(line)
    assert "90033: despensas." in food
    assert "90033: talleres." in workshops
    call(line, "6", "6", "3")
    assert signed_up(line) == {"90033": (("alert", "event"), "sms")}
    assert ledger(line)[-1] == ("leave", "3 [food]")


def test_stop_ends_everything_and_a_new_sign_up_brings_nothing_else_back(line: Line) -> None:
    say(line, "calls", "90033", "yes", "notices", "all", "stop")
    assert is_stopped(line)
    assert "not signed up" in say(line, "texts")
    assert is_stopped(line)
    say(line, "notices", "all")
    assert signed_up(line) == {"90033": (LISTS, "sms")}
    assert not is_stopped(line)


def test_alerts_after_a_stop_come_without_lists_and_calls(line: Line) -> None:
    say(line, "llamadas", "90033", "si", "noticias", "todo", "alto", "alertas", "90033", "si")
    assert signed_up(line) == {"90033": (("alert",), "sms")}


def test_a_pause_takes_nothing_that_was_chosen(line: Line) -> None:
    say(line, "llamadas", "90033", "si", "alto, es que mi primo no quiere", "noticias", "todo")
    assert signed_up(line) == {"90033": (("alert", *LISTS), "voice")}
    assert not is_stopped(line)


def test_of_what_was_left_the_words_go_with_an_erasure(line: Line) -> None:
    say(line, "alertas", "90033", "SI", "noticias", "todo", "solo alertas para mi hija Luz")
    say(line, "BORRAR", "BORRAR TODO")
    kept = dict(ledger(line))
    assert kept["leave"] == ""
    assert kept["subscribe"].startswith("todo")


@pytest.mark.parametrize("kind", ["food_notice", "kyr_reminder"])
def test_who_chose_calls_gets_the_other_lists_as_texts(line: Line, kind: NoticeKind) -> None:
    say(line, "llamadas", "90033", "si", "noticias", "todo")
    shown = preview(line, NoticeSheet(kind, FIELDS[kind]), ANA.name, line.clock())
    assert (shown.people("es", "sms"), shown.people("es", "voice")) == (1, 0)
    code = draft_notice(line, line.clock(), kind, FIELDS[kind], ANA.name)
    released = release_here(line, code, BO.name, line.clock())
    assert released.broadcast_id is not None
    while fan_out(line, released.broadcast_id, line.clock()):
        pass
    with line.database.connect() as db:
        rows = db.execute(text("SELECT sender, status FROM delivery")).all()
    assert [tuple(row) for row in rows] == [(line.senders[0], "pending")]
