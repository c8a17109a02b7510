"""The two mouths of the line: texts and calls, rendered as the carrier reads them."""

from collections.abc import Sequence
from dataclasses import dataclass

from hotline.channels.twilio.say import AudioUrl, no_audio
from hotline.channels.twilio.sms import render_messages, wordings_of
from hotline.channels.twilio.twiml import render_call
from hotline.domain.phone import PhoneNumber
from hotline.flow.reply import Reply
from hotline.operations.rendering import Rendered
from hotline.store.tables import MESSAGE_BLOCK
from hotline.web.addresses import Addresses

MOST_ANSWERS = MESSAGE_BLOCK - 1  # the block of ids holds what arrived and nine answers


@dataclass(frozen=True, slots=True)
class TextMouth:
    """Texts: each answer tells its own id back when the carrier has news of it."""

    addresses: Addresses

    def render(self, replies: Sequence[Reply], message_id: int, n: int) -> Rendered:
        wordings = wordings_of(replies)[:MOST_ANSWERS]
        document = render_messages(
            wordings, lambda place: self.addresses.message_status(f"m{message_id + 1 + place}")
        )
        return Rendered(document, tuple(wordings))


@dataclass(frozen=True, slots=True)
class CallMouth:
    """Calls: every key, recording and end of dialling comes back as the next turn.

    `audio_url` gives the address of a clip by the name of its file, None to have the wording read aloud.
    """

    addresses: Addresses
    caller_id: PhoneNumber
    audio_url: AudioUrl = no_audio

    def render(self, replies: Sequence[Reply], message_id: int, n: int) -> Rendered:
        return Rendered(
            render_call(
                replies,
                self.addresses.voice_turn(n + 1),
                self.caller_id.e164,
                self.addresses.whisper,
                self.addresses.recording_status,
                self.audio_url,
            )
        )
