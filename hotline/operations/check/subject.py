"""What is checked: a flow with the values of one network, and who can measure it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from hotline.domain.language import LANGUAGES, Language
from hotline.domain.site import SITE_TEXTS
from hotline.flow.fault import Sources
from hotline.flow.library import TEST_PREFIX, Key, Library
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.flow.nodes import texts_named
from hotline.operations.check.measure import Measure
from hotline.operations.check.values import filled_later

# Texts that the engine itself says, whatever the flow.
ENGINE_SMS = (
    "first_contact",
    "unknown",
    "person_offer",
    "help_reply",
    "start_reply",
    "start_reply_on",
    "stop_reply",
    "core",
    "fault",
    "site_area",
    "site_report",
)
ENGINE_VOICE = ("v_wrong_key", "v_other_language", "core", "fault")
STAFF_SMS = ("staff_ticket", *SITE_TEXTS)
STAFF_VOICE = ("whisper_ring", "whisper_detail", "whisper_taken", "callback_connect", "callback_ended")


@dataclass(frozen=True, slots=True)
class Subject:
    """`own_values` are placeholders that settings fill; `network_file` is named in sentences; `clips` are
    the files of recorded clips that can be played."""

    flow: Flow
    network: Network
    measure: Measure
    own_values: Mapping[str, str] = field(default_factory=dict)
    sources: Sources = field(default_factory=Sources)
    network_file: str = "network.yaml"
    clips: Collection[str] = ()

    @property
    def flow_texts(self) -> frozenset[str]:
        """Texts that callers get from nodes or from the engine."""
        named = {text for node in self.flow.nodes.values() for text in texts_named(node)}
        return frozenset(named | set(ENGINE_SMS) | set(ENGINE_VOICE))

    def known(self, language: Language) -> dict[str, str]:
        """Values that are fixed beforehand; one that is empty counts as none."""
        values = {**self.network.values.get(language, {}), **self.own_values}
        return {name: value for name, value in values.items() if value.strip()}

    def later(self, text: str, language: Language) -> dict[str, str]:
        """The longest values that are filled in at the moment of sending this text."""
        return filled_later(self.flow, self.network, text, text in self.flow_texts, language)

    def library(self) -> Library:
        """Everything approved, filled with the longest values, marked as a test; nothing missing."""
        wordings: dict[Key, str] = {
            (text_id, language, channel): wording
            for text_id, text in self.flow.texts.items()
            for (language, channel), wording in text.forms().items()
        }
        values: dict[Language, Mapping[str, str]] = {
            language: _Filled(self.later("core", language) | self.known(language)) for language in LANGUAGES
        }
        return Library(wordings, values, prefix=TEST_PREFIX)


class _Filled(dict[str, str]):
    """A name without a value is reported once, where it stands; walks go on with its name."""

    def __missing__(self, name: str) -> str:
        return name
