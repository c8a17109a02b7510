"""Wordings in the carrier's measures."""

import pytest

from hotline.channels.twilio.measure import Measure, TwilioMeasure
from hotline.flow.reply import Choose, Goodbye, Part

MEASURE: Measure = TwilioMeasure()


def test_a_text_is_measured_in_segments() -> None:
    assert MEASURE.segments("mañana").encoding == "GSM-7"
    assert MEASURE.segments("¿Cómo está?").costly == ("ó", "á")


def test_speech_is_measured_in_seconds_and_digits_are_read_one_by_one() -> None:
    assert MEASURE.spoken_s("one two three four five six seven eight nine ten eleven twelve thirteen") == 5.0
    assert MEASURE.spoken_s("213555") == pytest.approx(6 / 2.6)
    assert MEASURE.spoken_s("") == 0


def test_a_call_s_answer_is_measured_in_bytes_also_when_it_is_too_long() -> None:
    small = MEASURE.twiml_bytes([Choose((Part("es", "ñ"),), "1")])
    assert MEASURE.twiml_bytes([Choose((Part("es", "ñn"),), "1")]) == small + 1
    assert MEASURE.twiml_bytes([Choose((Part("es", "ññ"),), "1")]) == small + 2
    assert MEASURE.twiml_bytes([Goodbye((Part("en", "word " * 20_000),))]) > 100_000
