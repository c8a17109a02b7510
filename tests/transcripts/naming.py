"""Say in short which texts and effects a turn made, so that a transcript can be read aloud."""

import re
from dataclasses import fields
from functools import cache
from typing import Final

from hotline.domain.language import Channel, Language
from hotline.domain.phone import spoken_digits
from hotline.flow.effect import Effect
from hotline.flow.library import TEST_CALL
from hotline.flow.reply import Connect, Goodbye, Hold, Listen, Part, Reply
from hotline.operations.library import build_library
from tests.flow.shipped import FLOW, NETWORK
from tests.lines import NOON

LIBRARY: Final = build_library(FLOW, NETWORK, "demo", {}, {}, NOON.date())


def heard(reply: Reply, channel: Channel) -> str:
    """`ring person_wait.es`, `menu.es + v_other_language.en`."""
    kinds = {Connect: "ring ", Goodbye: "bye "}
    kind = (
        "record " if isinstance(reply, Listen) and reply.awaits == "recording" else kinds.get(type(reply), "")
    )
    parts = () if isinstance(reply, Hold) else reply.parts
    return kind + " + ".join(text_of(part, channel) for part in parts)


def text_of(part: Part, channel: Channel) -> str:
    """Which text a wording is, such as `home.es`."""
    for name, language, formed in LIBRARY.wordings:
        if (language, formed) == (part.language, channel) and _pattern(name, language, channel).fullmatch(
            part.wording
        ):
            return f"{name}.{language}"
    return part.wording


@cache
def _pattern(name: str, language: Language, channel: Channel) -> re.Pattern[str]:
    """The wording with its fixed values; what comes up in conversation may be anything."""
    pieces = re.split(r"\{([A-Z0-9_]+)\}", LIBRARY.wordings[name, language, channel])
    known = {name: spoken_digits(value) for name, value in LIBRARY.values[language].items()}
    values = known if channel == "voice" else LIBRARY.values[language]
    filled = [
        (re.escape(values[piece]) if piece in values else ".+") if place % 2 else re.escape(piece)
        for place, piece in enumerate(pieces)
    ]
    mark = re.escape(LIBRARY.prefix) if channel == "sms" else f"(?:{re.escape(TEST_CALL)})?"
    return re.compile(mark + "".join(filled))


def remembered(effect: Effect) -> str:
    """`OpenTicket callback person urgent`."""
    values = [getattr(effect, one.name) for one in fields(effect)]
    said = ["urgent" if value is True else value for value in values if value not in ("", None, False, ())]
    return " ".join([type(effect).__name__, *(" ".join(v) if isinstance(v, tuple) else str(v) for v in said)])
