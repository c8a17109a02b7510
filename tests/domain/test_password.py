"""Length before everything, and none that everybody tries first."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.password import LONGEST, SHORTEST, normal, weakness


@pytest.mark.parametrize(
    "password",
    [
        "cactus ladder orbit 9",
        "la lluvia cae despacio",
        "ñandú camión pingüino",
        "Xk2#pQ9!vL7m",
        "825 117 904 336",
        "長い合言葉はとても良いですね",
    ],
)
def test_a_long_password_that_nobody_guesses_first_is_good(password: str) -> None:
    assert weakness(password, "Ana") is None


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "Password!2026",
        "contraseña123",
        "123456789012",
        "210987654321",
        "qwertyuiop12",
        "abcdefghijklm",
        "aaaaaaaaaaaaaaaa",
        "abababababab",
        "Los Angeles 2026",
        "hotline hotline",
        "correct horse battery staple",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert weakness(password) == "common"


@pytest.mark.parametrize(
    ("password", "why"),
    [("cactus 9 orb", None), ("cactus 9 or", "short"), ("", "short"), ("ab12-" * 40, None)],
)
def test_its_length_is_held(password: str, why: str | None) -> None:
    assert weakness(password) == why


def test_a_book_is_too_long() -> None:
    assert weakness("cactus ladder" * 20) == "long"
    assert len("ab12-" * 40) == LONGEST


def test_a_name_is_no_password_for_itself() -> None:
    assert weakness("Maria Guadalupe 1979", "Maria Guadalupe") == "name"
    assert weakness("Maria Guadalupe 1979", "Ana") is None


@given(st.text(min_size=0, max_size=300))
def test_both_forms_of_accents_are_one_password(password: str) -> None:
    other = unicodedata.normalize("NFD", password)
    assert normal(other) == normal(password)
    assert weakness(other) == weakness(password)


@given(st.text(max_size=300))
def test_nothing_short_and_nothing_endless_is_good(password: str) -> None:
    if weakness(password) is None:
        assert SHORTEST <= len(normal(password)) <= LONGEST
