"""Which lists an answer means, and how they are said."""

import pytest

from hotline.flow.draft import Draft
from hotline.flow.effect import LeaveLists
from hotline.flow.facts import Facts
from hotline.flow.lists import joined, read_lists, said, split
from hotline.flow.nodes import LIST_TEXTS, Act, Ask, Choice
from hotline.flow.session import Session
from hotline.flow.walk import enter
from tests.flow.shipped import FLOW
from tests.flow.test_shipped_words import has, take
from tests.transcripts.naming import LIBRARY

NO = FLOW.words.tables["no"]
JOINING = FLOW.words.joining_words


def choices() -> tuple[Choice, ...]:
    asked = FLOW.nodes["notices.which"]
    assert isinstance(asked, Ask)
    return asked.answer.choices


def meant(typed: str) -> str | None:
    return read_lists(choices(), typed, NO, JOINING)[1]


@pytest.mark.parametrize(
    ("typed", "kinds"),
    [
        ("3", "food"),
        ("1 3", "reminder food"),
        ("13", "reminder food"),
        ("1y3", "reminder food"),
        ("3 1 3", "food reminder"),
        ("la 2 y tambien la 4", "event official"),
        ("talleres y despensas", "event food"),
        ("recordatorio semanal de mis derechos", "reminder"),
        ("quiero los avisos oficiales", "official"),
        ("food and workshops", "food event"),
        ("i would like the official notices", "official"),
        ("5", "reminder event food official"),
        ("todo", "reminder event food official"),
        ("3 all", "food reminder event official"),
    ],
)
def test_one_list_or_several_are_read_as_people_write_them(typed: str, kinds: str) -> None:
    assert meant(typed) == kinds


@pytest.mark.parametrize(
    "typed", ["", "6", "si", "yes", "ya no tengo comida", "necesito comida", "y", "1 o no", "food for 20"]
)
def test_words_that_say_something_else_choose_nothing(typed: str) -> None:
    assert meant(typed) is None


@pytest.mark.parametrize("typed", ["no", "no quiero talleres", "nope", "no gracias"])
def test_a_refusal_is_not_read_for_what_else_it_names(typed: str) -> None:
    choice, value = read_lists(choices(), typed, NO, JOINING)
    assert choice is not None
    assert (choice.goto, value) == ("alerts.declined", "no")


def test_none_of_them_leads_on_by_itself() -> None:
    choice, _ = read_lists(choices(), "ninguno", NO, JOINING)
    assert choice is not None
    assert choice.goto == "alerts.declined"


def test_a_question_without_a_no_has_nothing_to_refuse() -> None:
    assert read_lists(choices()[:2], "no", NO, JOINING) == (None, None)


def test_a_list_is_kept_once_and_in_order_and_only_while_it_is_one() -> None:
    assert joined(["food", "event", "food"]) == "food event"
    assert split("food event circus") == ("event", "food")
    assert split("") == ()


def test_lists_are_said_in_a_row_in_each_language() -> None:
    assert said(LIBRARY, "food", "es", "sms") == "despensas"
    assert said(LIBRARY, "event food", "en", "sms") == "workshops and food"
    assert said(LIBRARY, "food official event", "es", "voice") == "talleres, despensas y avisos oficiales"
    assert said(LIBRARY, "", "en", "sms") == ""


def test_every_list_that_can_be_chosen_has_a_name_and_can_be_left_by_it() -> None:
    offered = {kind for choice in choices() for kind in choice.kinds}
    assert offered == set(LIST_TEXTS)
    acts = [node for node in FLOW.nodes.values() if isinstance(node, Act)]
    left = {node.kinds for node in acts if node.act == "name_lists"}
    assert left == {(kind,) for kind in offered}


@pytest.mark.parametrize("body", ["no food", "no comida", "sin comida", "no tengo despensa"])
def test_who_is_hungry_leaves_no_list(body: str) -> None:
    assert not has(take(body), LeaveLists)


@pytest.mark.parametrize("node", ["notices.done", "leave_list.leave"])
def test_without_an_answer_nobody_is_signed_up_or_out(node: str) -> None:
    """The flow may have changed under the contact: then the menu comes, and nothing is remembered."""
    draft = Draft(FLOW, LIBRARY, Facts(is_subscribed=True), Session(channel="sms", answers={"zip": "90033"}))
    enter(draft, node, "si")
    assert draft.effects == []
    assert draft.replies
