"""Codes of sites at the beginning of a text, and the link of the flyer."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.code import ALPHABET
from hotline.domain.site import SiteText, is_site_code, new_site_code, read_site_text, sms_link


@pytest.mark.parametrize(
    ("body", "meaning", "words"),
    [
        ("K7Q2", "report", ""),
        ("  k7q2  ", "report", ""),
        ("K7-Q2: two vans at the gate", "report", "two vans at the gate"),
        ("¡K7Q2! hay dos camionetas", "report", "hay dos camionetas"),
        ("Clave K7Q2, hay agentes", "report", "hay agentes"),
        ("código: k7q2", "report", ""),
        ("CONFIRMO K7Q2", "yes", ""),
        ("Sí, k7q2.", "yes", ""),
        ("1 K7Q2", "yes", ""),
        ("no K7Q2", "no", ""),
    ],
)
def test_a_code_at_the_beginning_is_read(body: str, meaning: str, words: str) -> None:
    assert read_site_text(body) == SiteText(meaning, "K7Q2", words)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "hola",
        "2347",
        "2347 x",
        "K7Q2X",
        "NYPD is here",
        "2-3 personas",
        "90033",
        "I see K7Q2",
        "no K7Q2 nada",
        "9 am",
    ],
)
def test_what_begins_with_no_code_is_left_to_the_flow(body: str) -> None:
    assert read_site_text(body) is None


def test_a_code_is_drawn_until_it_has_a_letter_and_a_digit() -> None:
    drawn = iter("CCCC" + "2346" + "K7Q2")
    assert new_site_code(lambda _: next(drawn)) == "K7Q2"


@given(st.integers())
def test_every_code_is_read_again_however_it_is_typed(seed: int) -> None:
    code = new_site_code(random.Random(seed).choice)
    assert is_site_code(code)
    assert set(code) <= set(ALPHABET)
    for typed in (code, code.lower(), f"{code[:2]}-{code[2:]}", f"{code} vans"):
        found = read_site_text(typed)
        assert found is not None
        assert found.code == code


@given(st.text(max_size=60))
def test_any_text_is_read_without_a_fault(body: str) -> None:
    found = read_site_text(body)
    assert found is None or is_site_code(found.code)


def test_the_link_of_the_flyer_opens_a_text_with_the_code() -> None:
    assert sms_link("+15005550006", "K7Q2") == "sms:+15005550006?&body=K7Q2"
