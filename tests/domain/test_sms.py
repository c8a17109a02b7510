import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.sms import measure

# The boundaries of Twilio's own calculator (npm sms-segments-calculator 1.3.0), see twilio.md 6.3.
CASES = [
    ("", "GSM-7", 1),
    ("a" * 160, "GSM-7", 1),
    ("a" * 161, "GSM-7", 2),
    ("a" * 306, "GSM-7", 2),
    ("a" * 307, "GSM-7", 3),
    ("€" * 80, "GSM-7", 1),
    ("€" * 81, "GSM-7", 2),
    ("á" * 70, "UCS-2", 1),
    ("á" * 71, "UCS-2", 2),
    ("á" * 134, "UCS-2", 2),
    ("á" * 135, "UCS-2", 3),
    ("😀" * 35, "UCS-2", 1),
    ("😀" * 36, "UCS-2", 2),
    ("mañana ¿Qué? ¡Se fue!", "GSM-7", 1),
    ("¿Cómo está?", "UCS-2", 1),
    ("a" * 152 + "€" + "a" * 20, "GSM-7", 2),
]


@pytest.mark.parametrize(("text", "encoding", "segments"), CASES)
def test_texts_are_measured_as_they_are_billed(text: str, encoding: str, segments: int) -> None:
    measured = measure(text)
    assert (measured.encoding, measured.segments) == (encoding, segments)


def test_the_letters_that_cost_extra_are_named_once_each() -> None:
    assert measure("línea, número, línea").costly == ("í", "ú")


def test_a_wide_letter_never_straddles_two_parts() -> None:
    assert measure("a" * 152 + "€" + "a" * 152 + "€").segments == 3
    assert measure("a" * 153 + "€" + "a" * 151).segments == 2


@given(st.text())
def test_more_text_never_costs_less(text: str) -> None:
    assert measure(text + "a").segments >= measure(text).segments


@given(st.text(min_size=1))
def test_parts_hold_what_they_must(text: str) -> None:
    measured = measure(text)
    joined = 153 if measured.encoding == "GSM-7" else 67
    assert measured.segments == 1 or measured.units <= measured.segments * joined
