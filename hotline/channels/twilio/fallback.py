"""Answers for the day this server is gone or broken: static, in both languages, nothing to ask for."""

from collections.abc import Sequence

from hotline.channels.twilio.markup import document, element, escape
from hotline.channels.twilio.say import spoken
from hotline.channels.twilio.sentences import cut
from hotline.channels.twilio.sms import LONGEST_MESSAGE, MOST_MESSAGES
from hotline.flow.reply import Part


def fallback_sms(parts: Sequence[Part]) -> str:
    """One message for each wording, without a callback: nobody may be there to hear it."""
    bodies = [body for part in parts for body in cut(part.wording, LONGEST_MESSAGE)][:MOST_MESSAGES]
    return document("".join([element("Message", escape(body)) for body in bodies]))


def fallback_voice(parts: Sequence[Part]) -> str:
    """Say it twice, so that a number in it can be written down, and hang up."""
    said = spoken(parts)
    return document(said + element("Pause", length=1) + said + element("Hangup"))
