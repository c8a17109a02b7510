"""Long texts cut where a reader would pause."""

from hypothesis import given
from hypothesis import strategies as st

from hotline.channels.twilio.sentences import cut


def test_a_text_that_fits_is_one_piece_and_an_empty_one_is_none() -> None:
    assert cut(" Short. ", 20) == ["Short."]
    assert cut("", 20) == cut(" \n ", 20) == []


def test_sentences_stay_whole_where_they_fit() -> None:
    assert cut("One two. Three four! ¿Five? Six\nSeven", 13) == [
        "One two.",
        "Three four!",
        "¿Five? Six",
        "Seven",
    ]


def test_a_long_sentence_is_cut_between_words_and_a_long_word_anywhere() -> None:
    assert cut("one two three", 8) == ["one two", "three"]
    assert cut("abcdefgh", 3) == ["abc", "def", "gh"]


@given(st.text(st.sampled_from("ab .!\n😀"), max_size=80), st.integers(1, 12))
def test_nothing_but_space_is_lost_and_no_piece_is_too_long(text: str, limit: int) -> None:
    pieces = cut(text, limit)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(0 < len(piece) <= limit for piece in pieces)
