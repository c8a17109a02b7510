import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.words import by_first_word, first_phrase, fold, without


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        (" ¡Ya no están, AHÍ! ", "ya no estan ahi"),
        ("ACOMPAÑAR", "acompanar"),
        ("acompan\u0303ar", "acompanar"),
        ("don't text me", "dont text me"),
        ("STOP.", "stop"),
        ("i-9", "i 9"),
        ("", ""),
        ("¿?", ""),
    ],
)
def test_case_accents_and_signs_are_forgiven(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_courtesy_is_taken_off_but_never_everything() -> None:
    courtesies = frozenset({"please", "por favor", "gracias"})
    assert without("no me mande mas por favor", courtesies) == "no me mande mas"
    assert without("gracias", courtesies) == "gracias"


def test_a_phrase_is_found_as_whole_words_only() -> None:
    phrases = by_first_word(["at my door", "at the door"])
    assert first_phrase("they are at my door now", phrases) == "at my door"
    assert first_phrase("they are at my doorstep", phrases) is None
    assert first_phrase("", phrases) is None


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
