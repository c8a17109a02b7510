"""The flyer of a site: one page in both languages with the number, a QR code that opens a text, the code.

Its words stand here and not in `flows/`: nobody is told them by the line, they are printed once and hung up.
The core font of every PDF reader has the letters of Western European languages and no others.
"""

from dataclasses import dataclass
from typing import Final

import segno
from fpdf import FPDF

from hotline.domain.language import LANGUAGES, Language
from hotline.domain.phone import PhoneNumber
from hotline.domain.site import sms_link

PAGE_MM: Final = (215.9, 279.4)  # US Letter
_MARGIN_MM: Final = 18.0
_QR_MM: Final = 62.0
_FONT: Final = "Helvetica"

# What word processors and phones write, in letters that the font has.
_PLAIN: Final = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "ʼ": "'"}
)


@dataclass(frozen=True, slots=True)
class FlyerWords:
    """`{ORG}`, `{NUMBER}` and `{CODE}` are filled."""

    title: str
    how: str
    call: str
    promise: str
    scan: str


WORDS: Final[dict[Language, FlyerWords]] = {
    "es": FlyerWords(
        "¿Ve agentes de inmigración?",
        "Mande un mensaje al {NUMBER}. Empiece con la clave {CODE} y diga qué ve y dónde.",
        "También puede llamar al mismo número y, en nuestro horario, hablar con una persona.",
        "Gente capacitada revisa cada reporte antes de avisar a los demás. No mande nombres ni estatus"
        " migratorio. Si su vida corre peligro, llame al 911.",
        "Escanee para mandar el mensaje",
    ),
    "en": FlyerWords(
        "Do you see immigration agents?",
        "Text {NUMBER}. Begin with the code {CODE} and say what you see and where.",
        "You can also call the same number to reach a person during our hours.",
        "Trained people check every report before anyone is told. Please send no names and no immigration"
        " status. If a life is in danger, call 911.",
        "Scan to send the text",
    ),
}


def flyer(organisation: str, site: str, code: str, number: PhoneNumber) -> bytes:
    """One page as a PDF file; letters that the font does not have become question marks."""
    page = FPDF(unit="mm", format=PAGE_MM)
    page.set_auto_page_break(False)
    page.set_margins(_MARGIN_MM, _MARGIN_MM)
    page.set_title(_latin(f"{organisation} - {site}"))
    page.add_page()
    _line(page, organisation, 16, "B")
    _line(page, site, 13)
    page.ln(4)
    for language in LANGUAGES:
        _say(page, WORDS[language], number, code)
    _draw_code(page, number, code)
    return bytes(page.output())


def shown(number: PhoneNumber) -> str:
    """`213-555-0100`, as people here read numbers."""
    digits = number.e164.removeprefix("+1")
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == 10 else number.e164


def _say(page: FPDF, words: FlyerWords, number: PhoneNumber, code: str) -> None:
    _line(page, words.title, 26, "B")
    page.ln(1)
    filled = words.how.replace("{NUMBER}", shown(number)).replace("{CODE}", code)
    _line(page, filled, 16)
    _line(page, words.call, 12)
    _line(page, words.promise, 12)
    page.ln(6)


def _draw_code(page: FPDF, number: PhoneNumber, code: str) -> None:
    """The QR code as rectangles, the code beside it in letters that are read across a room."""
    matrix = segno.make(sms_link(number.e164, code), error="m", micro=False).matrix
    side = _QR_MM / len(matrix)
    top, left = page.get_y() + 2, _MARGIN_MM
    page.set_fill_color(0, 0, 0)
    for row, cells in enumerate(matrix):
        for column, is_dark in enumerate(cells):
            if is_dark:
                page.rect(left + column * side, top + row * side, side, side, style="F")
    beside = left + _QR_MM + 12
    page.set_xy(beside, top + 2)
    page.set_font(_FONT, "B", 26)
    page.cell(0, 14, shown(number))
    page.set_xy(beside, top + 20)
    page.set_font(_FONT, "B", 44)
    page.cell(0, 20, code)
    page.set_font(_FONT, "", 12)
    for place, language in enumerate(LANGUAGES):
        page.set_xy(beside, top + 44 + 7 * place)
        page.cell(0, 7, _latin(WORDS[language].scan))


def _line(page: FPDF, words: str, size: int, style: str = "") -> None:
    page.set_font(_FONT, style, size)
    page.multi_cell(0, size * 0.45, _latin(words), new_x="LMARGIN", new_y="NEXT")


def _latin(words: str) -> str:
    return words.translate(_PLAIN).encode("latin-1", "replace").decode("latin-1")
