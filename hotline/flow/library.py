"""The approved texts at one moment, filled and ready to say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hotline.domain.language import Channel, Language
from hotline.domain.phone import spoken_digits
from hotline.flow.model import RIGHTS_ESSENTIALS
from hotline.flow.reply import Part
from hotline.flow.texts import Gate, fill

Key = tuple[str, Language, Channel]

TEST_PREFIX = "TEST / PRUEBA: "
TEST_CALL = "Test, prueba. "


class TextMissing(LookupError):
    """A required text is not approved in this language and channel."""


_SPELLED = frozenset({"ID", "CODE"})  # codes are said letter by letter, "K7Q2" is no word
_AS_IT_IS = frozenset({"WAITED"})  # an amount, not a number to dial


def _aloud(name: str, value: str) -> str:
    """How a voice reads a value."""
    if name in _SPELLED:
        return " ".join(value)
    return value if name in _AS_IT_IS else spoken_digits(value)


@dataclass(frozen=True, slots=True)
class Library:
    """`wordings` holds what may be said now; `values` fills placeholders, by language.

    `withheld` names texts that exist but may not be said now; the rights essentials stand in.
    """

    wordings: Mapping[Key, str]
    values: Mapping[Language, Mapping[str, str]]
    withheld: frozenset[Key] = frozenset()
    prefix: str = ""
    clips: Mapping[tuple[str, Language], str] = field(default_factory=dict)
    shut_gates: frozenset[Gate] = frozenset()
    _forms: frozenset[tuple[str, Channel]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        forms = frozenset((key[0], key[2]) for key in (*self.wordings, *self.withheld))
        object.__setattr__(self, "_forms", forms)

    def is_gate_open(self, gate: Gate) -> bool:
        """May sign-up, voicemail or alerts be offered: are all their texts approved?"""
        return gate not in self.shut_gates

    def has(self, text: str, channel: Channel) -> bool:
        """Does the text have a form for the channel, approved or not?"""
        return (text, channel) in self._forms

    def is_approved(self, text: str, language: Language, channel: Channel) -> bool:
        return (text, language, channel) in self.wordings

    def part(self, text: str, language: Language, channel: Channel, **values: str) -> Part:
        """Fill a text. Raises TextMissing when neither it nor the essentials may be said."""
        key: Key = (text, language, channel)
        if key in self.withheld:
            key = (RIGHTS_ESSENTIALS, language, channel)
        try:
            wording = self.wordings[key]
        except KeyError:
            raise TextMissing(f"{key[0]} ({language}, {channel})") from None
        known = dict(self.values[language]) | values
        if channel == "voice":
            known = {name: _aloud(name, value) for name, value in known.items()}
        prefix = self.prefix if channel == "sms" else ""
        return Part(language, prefix + fill(wording, known), self.clips.get((key[0], language)))
