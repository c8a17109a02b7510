"""Each wording by itself: placeholders, size as a text, length as speech, no numbers of its own."""

import re
from collections.abc import Iterator
from typing import Final

from hotline.domain.language import LANGUAGES, Channel, Language
from hotline.domain.phone import spoken_digits
from hotline.flow.fault import Flaw
from hotline.flow.library import TEST_PREFIX
from hotline.flow.texts import Text, fill, placeholders
from hotline.operations.check.subject import Subject

LONGEST_SMS: Final = 1600  # characters: error 21617
MOST_SEGMENTS: Final = 3
MOST_SEGMENTS_UCS2: Final = (
    4  # Spanish with an accent that GSM-7 lacks: worded so where no other word is honest
)
LONGEST_SPOKEN_S: Final = 45.0

# Seven digits or more with the signs people put between them. 911 is no number of a network.
_NUMBER: Final = re.compile(r"(?<!\w)\+?(?:\d[ .()-]{0,2}){7,}(?!\w)")


def wording_flaws(subject: Subject) -> Iterator[Flaw]:
    """Everything that is wrong with single wordings."""
    for name, text in subject.flow.texts.items():
        yield from _unequal(name, text)
        for (language, channel), wording in text.forms().items():
            yield from _numbers(name, language, wording)
            missing = sorted(placeholders(wording) - _names(subject, name, language))
            yield from (_without_value(subject, name, language, placeholder) for placeholder in missing)
            if not missing:
                yield from _size(subject, name, language, channel, wording)


def _unequal(name: str, text: Text) -> Iterator[Flaw]:
    """The same placeholders in every language of a channel."""
    for forms in (text.sms, text.voice):
        named = {language: placeholders(wording) for language, wording in forms.items()}
        every = frozenset().union(*named.values()) if named else frozenset()
        for language, found in named.items():
            for lacking in sorted(every - found):
                yield Flaw("text", name, f"lacks {{{lacking}}}, which another language has", language)


def _numbers(name: str, language: Language, wording: str) -> Iterator[Flaw]:
    if _NUMBER.search(wording):
        yield Flaw(
            "text",
            name,
            "holds a telephone number: put a placeholder, and the number in the network file",
            language,
        )


def _names(subject: Subject, name: str, language: Language) -> set[str]:
    return {*subject.known(language), *subject.later(name, language)}


def _without_value(subject: Subject, name: str, language: Language, placeholder: str) -> Flaw:
    others = [
        other for other in LANGUAGES if other != language and placeholder in _names(subject, name, other)
    ]
    where = f"values.{language} of {subject.network_file}"
    why = f"has a value in {', '.join(others)} only" if others else "is filled by nobody here"
    return Flaw("text", name, f"{{{placeholder}}} {why}: add it to {where}, or take it out", language)


def _size(subject: Subject, name: str, language: Language, channel: Channel, wording: str) -> Iterator[Flaw]:
    longest = _longest(subject, name, language, wording, channel)
    if channel == "voice":
        spoken_s = subject.measure.spoken_s(longest)
        if spoken_s > LONGEST_SPOKEN_S:
            yield Flaw(
                "text", name, f"takes {spoken_s:.0f} s to say; {LONGEST_SPOKEN_S:.0f} s is the most", language
            )
        return
    flaws = [
        _sms_size(subject, name, language, prefix + longest, "as a test" if prefix else "")
        for prefix in ("", TEST_PREFIX)
    ]
    yield from sorted(filter(None, flaws), key=lambda flaw: flaw.weight)[:1]


def _longest(subject: Subject, name: str, language: Language, wording: str, channel: Channel) -> str:
    values = subject.later(name, language) | subject.known(language)
    if channel == "voice":
        values = {name: spoken_digits(value) for name, value in values.items()}
    return fill(wording, values)


def _sms_size(subject: Subject, name: str, language: Language, body: str, when: str) -> Flaw | None:
    size = subject.measure.segments(body)
    if len(body) > LONGEST_SMS:
        return Flaw(
            "text", name, f"{when} has {len(body)} characters; {LONGEST_SMS} is the most".strip(), language
        )
    most = MOST_SEGMENTS if size.encoding == "GSM-7" else MOST_SEGMENTS_UCS2
    if size.segments <= most:
        return None
    costly = f" ({' '.join(size.costly)} cost more than other letters)" if size.costly else ""
    sentence = f"{when} takes {size.segments} segments in {size.encoding}{costly}".strip()
    return Flaw("text", name, sentence, language, "warning")
