"""Recorded clips that cannot be played or would say what is not so."""

import pytest

from tests.operations.check.breaking import Case, Change, at, faults, found

CASES: list[Case] = [
    (
        at("texts", "v_language", "audio", value={"es": "hola.wav"}),
        "texts/voice.yaml",
        "v_language",
        "es",
        "names the clip audio/hola.wav, which is missing",
    ),
    (
        at("texts", "whisper_detail", "audio", value={"en": "who.mp3"}),
        "texts/staff.yaml",
        "whisper_detail",
        "en",
        "cannot say {TOPIC}",
    ),
    (
        at("texts", "stop_reply", "audio", value={"es": "alto.wav"}),
        "texts/line.yaml",
        "stop_reply",
        "es",
        "no voice wording that it stands for",
    ),
]


@pytest.mark.parametrize(("change", "file", "text", "language", "words"), CASES)
def test_a_clip_that_cannot_be_played_or_would_be_wrong_is_found(
    change: Change, file: str, text: str, language: str, words: str
) -> None:
    assert found(faults(change), file, text, language, words)
