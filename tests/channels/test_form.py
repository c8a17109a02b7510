"""Bodies into pairs, pairs into a view that keeps no geography."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.channels.twilio.errors import BadWebhook, DoubledParameter, Unreadable
from hotline.channels.twilio.form import GEOGRAPHY, Form, read_form

texts = st.text(st.characters(exclude_categories=["Cs"]))


def test_empty_values_and_repeats_are_kept_in_order() -> None:
    assert read_form(b"B=2&A=&B=2&A=+%2B%C3%B1&C") == [
        ("B", "2"),
        ("A", ""),
        ("B", "2"),
        ("A", " +ñ"),
        ("C", ""),
    ]


def test_a_semicolon_separates_nothing() -> None:
    assert read_form(b"Body=a;b=c") == [("Body", "a;b=c")]


@pytest.mark.parametrize("body", [b"Body=%FF", b"Body=\xff", b"%ED%A0%80=1", b"Body=%C3"])
def test_what_is_not_utf_8_is_turned_away(body: bytes) -> None:
    with pytest.raises(Unreadable) as turned_away:
        read_form(body)
    assert turned_away.value.status == 403


@given(st.lists(st.tuples(texts.filter(bool), texts), max_size=30))
def test_what_was_encoded_is_read_back(pairs: list[tuple[str, str]]) -> None:
    assert read_form(urlencode(pairs).encode()) == pairs


@given(st.binary(max_size=300))
def test_any_bytes_are_pairs_or_turned_away(body: bytes) -> None:
    try:
        pairs = read_form(body)
    except BadWebhook:
        return
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in pairs)


def test_an_absent_parameter_is_empty() -> None:
    assert Form([("From", "a")]).get("To") == ""


def test_a_doubled_parameter_raises_only_when_it_is_read() -> None:
    form = Form([("From", "a"), ("Other", "1"), ("Other", "2"), ("To", "b"), ("To", "b")])
    assert form.get("From") == "a"
    with pytest.raises(DoubledParameter, match="To") as turned_away:
        form.get("To")
    assert turned_away.value.status == 403


def test_geography_is_never_kept() -> None:
    form = Form([(name, "LOS ANGELES") for name in GEOGRAPHY] + [("From", "a")])
    assert len(GEOGRAPHY) == 16
    assert {form.get(name) for name in GEOGRAPHY} == {""}
    assert all(name not in form for name in GEOGRAPHY)
    assert "From" in form


def test_a_form_does_not_show_what_is_in_it() -> None:
    assert "+12135550123" not in repr(Form([("From", "+12135550123")]))
