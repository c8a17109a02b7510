"""The judge knows the library, and refuses what it does not have."""

import pytest

from tests.channels.judge import judged, messaging, voice


@pytest.mark.parametrize(
    "content",
    [
        "<Speak>a</Speak>",
        '<Say tone="low">a</Say>',
        "<Gather><Dial>1</Dial></Gather>",
        '<Dial><Number caller="x">1</Number></Dial>',
        "<Message>a</Message>",
    ],
)
def test_what_the_library_does_not_have_is_refused(content: str) -> None:
    with pytest.raises(AssertionError):
        judged(f'<?xml version="1.0"?><Response>{content}</Response>', voice())


def test_what_the_library_has_is_taken() -> None:
    judged('<?xml version="1.0"?><Response><Gather numDigits="1"><Say>a</Say></Gather></Response>', voice())
    judged('<?xml version="1.0"?><Response><Message action="x">a</Message></Response>', messaging())
