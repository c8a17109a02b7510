"""The flyer: one page, both languages with their accents, a code that opens a text."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from hotline.domain.phone import PhoneNumber
from hotline.operations.flyers import flyer, shown

NUMBER = PhoneNumber("+12135550100")


def page_of(site: str = "Escuela Niños Héroes", organisation: str = "Red de Acompañamiento") -> str:
    reader = PdfReader(BytesIO(flyer(organisation, site, "K7Q2", NUMBER)))
    [page] = reader.pages
    return page.extract_text()


def test_the_flyer_is_one_page_with_number_and_code_in_both_languages() -> None:
    words = page_of()
    assert words.count("213-555-0100") == 3
    assert words.count("K7Q2") == 3
    assert "Do you see immigration agents?" in words


def test_accents_are_right() -> None:
    words = page_of()
    for spelled in (
        "¿Ve agentes de inmigración?",
        "Escuela Niños Héroes",
        "Red de Acompañamiento",
        "También",
    ):
        assert spelled in words


def test_quotes_of_phones_and_letters_the_font_lacks_break_nothing() -> None:
    words = page_of("Q’anjob’al “Łódź” – 漢")
    assert "Q'anjob'al" in words
    assert "?" in words


def test_the_longest_name_stays_on_the_page() -> None:
    assert "w" * 20 in page_of("w" * 40, "m " * 40).replace("\n", "")


def test_the_code_is_drawn_and_nothing_runs_off_the_page() -> None:
    reader = PdfReader(BytesIO(flyer("Red", "Escuela", "K7Q2", NUMBER)))
    [page] = reader.pages
    boxes = [line.split() for line in page.get_contents().get_data().decode("latin-1").splitlines()]  # type: ignore[union-attr]
    squares = [[float(n) for n in words[:4]] for words in boxes if words[-2:] == ["re", "f"]]
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    assert len(squares) > 200
    assert all(0 < x < width and 0 < y <= height and y + h > 0 for x, y, _, h in squares)


@pytest.mark.parametrize(
    ("number", "said"), [("+12135550100", "213-555-0100"), ("+52" + "5512345678", "+52" + "5512345678")]
)
def test_a_number_is_shown_as_people_read_it(number: str, said: str) -> None:
    assert shown(PhoneNumber(number)) == said
