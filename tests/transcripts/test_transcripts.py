"""Whole conversations, as written and with the session through JSON between turns."""

import pytest

from tests.transcripts.naming import heard, remembered
from tests.transcripts.runner import Transcript, play, transcripts

ALL = list(transcripts())


@pytest.mark.parametrize("is_serialised", [False, True], ids=["kept", "serialised"])
@pytest.mark.parametrize("transcript", ALL, ids=lambda transcript: transcript.name)
def test_the_conversation_goes_as_written(transcript: Transcript, is_serialised: bool) -> None:
    for number, (written, turn) in enumerate(play(transcript, is_serialised), 1):
        replies = [heard(reply, transcript.channel) for reply in turn.replies]
        effects = [remembered(effect) for effect in turn.effects]
        expected = (written.get("hears", []), written.get("effects", []))
        assert (replies, effects) == expected, f"turn {number}: {written}"
        for fragment in written.get("with", []):
            wordings = [part.wording for reply in turn.replies for part in getattr(reply, "parts", ())]
            assert any(fragment in wording for wording in wordings), f"turn {number}: {fragment}"


def test_conversations_cover_both_languages_by_text_and_by_keys() -> None:
    assert len(ALL) > 60
    said = {
        (t.channel, hears.rsplit(".", 1)[-1])
        for t in ALL
        for turn in t.turns
        for hears in turn.get("hears", [])
    }
    assert said == {("sms", "es"), ("sms", "en"), ("voice", "es"), ("voice", "en")}
    assert len({t.name for t in ALL}) == len(ALL)
