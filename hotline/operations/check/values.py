"""Placeholders that are filled at the moment of sending, each as long as it can get."""

from collections.abc import Mapping
from typing import Final

from hotline.domain.alert import LONGEST_CROSS_STREETS
from hotline.domain.language import Language
from hotline.domain.site import NAME_AT_MOST
from hotline.flow.model import Flow
from hotline.flow.network import Bilingual, Network
from hotline.flow.nodes import LIST_TEXTS

Both = tuple[str, str]  # English, Spanish

_LONG_PLACE: Final = "Rancho Santa Margarita 92688"

# In conversation: what the contact has just told us.
IN_CONVERSATION: Final[dict[str, Both]] = {
    "AREA": (_LONG_PLACE, _LONG_PLACE),
    "ID": ("K7Q2", "K7Q2"),
    "SITE": ("m" * NAME_AT_MOST, "m" * NAME_AT_MOST),
    "CODE": ("K7Q2", "K7Q2"),
}

# To dispatchers and verifiers: sentences of `staff_words` and codes.
TO_STAFF: Final[dict[str, Both]] = {
    "CODE": ("K7Q2", "K7Q2"),
    "ID": ("K7Q2", "K7Q2"),
    "KIND": ("m" * 60, "m" * 60),
    "LANGUAGE": ("Spanish", "español"),
    "TOPIC": ("m" * 40, "m" * 40),
    "WAITED": ("3600 seconds", "3600 segundos"),
    "MIN": ("15", "15"),
    "SITE": ("m" * NAME_AT_MOST, "m" * NAME_AT_MOST),
}

# In alerts: times, names and short facts that a draft is made from.
IN_ALERTS: Final[dict[str, Both]] = {
    "TIME": ("12:59 am", "12:59 am"),
    "ORIG_TIME": ("12:59 am", "12:59 am"),
    "EXPIRES": ("12:59 am", "12:59 am"),
    "CROSS_STREETS": ("m" * LONGEST_CROSS_STREETS, "m" * LONGEST_CROSS_STREETS),
    "ID": ("K7Q2", "K7Q2"),
    "PLACE": ("m" * 40, "m" * 40),
    "ONE_LINE_TIP": ("m" * 60, "m" * 60),
    "KEYWORD": ("HOSPITAL", "HOSPITAL"),
    "EVENT": ("m" * 40, "m" * 40),
    "DATE": ("Wednesday Sept 30", "30 de septiembre"),
    "START": ("10:30 am", "10:30 am"),
    "END": ("12:30 pm", "12:30 pm"),
    "LANGUAGES": ("English and Spanish", "inglés y español"),
    "AUTHORITY": ("m" * 40, "m" * 40),
    "NOTICE": ("m" * 40, "m" * 40),
    "FROM": ("Wednesday Sept 30, 10:30 am", "30 de septiembre, 10:30 am"),
    "UNTIL": ("Wednesday Sept 30, 10:30 am", "30 de septiembre, 10:30 am"),
    "SCHOOL": ("m" * 40, "m" * 40),
}


def filled_later(
    flow: Flow, network: Network, text: str, is_in_flow: bool, language: Language
) -> dict[str, str]:
    """Names and longest values for one text, by who sends it."""
    is_alert = text in flow.texts and flow.texts[text].gate == "alerts"
    if is_in_flow and not is_alert:
        return _in(IN_CONVERSATION, language) | {"LISTS": _every_list(flow, language)}
    alert = _in(IN_ALERTS, language) | _from_lists(network, language)
    return alert if is_alert else alert | _in(TO_STAFF, language)


def _every_list(flow: Flow, language: Language) -> str:
    """All lists by name, as somebody hears them who chose them all."""
    named = (flow.texts[text] for text in LIST_TEXTS.values() if text in flow.texts)
    both = [max((forms.get(language, "") for forms in (text.sms, text.voice)), key=len) for text in named]
    return " and ".join([", ".join(both[:-1]), *both[-1:]])


def _in(table: Mapping[str, Both], language: Language) -> dict[str, str]:
    return {name: both[0] if language == "en" else both[1] for name, both in table.items()}


def _from_lists(network: Network, language: Language) -> dict[str, str]:
    """Alerts are made from the network's own bilingual lists."""
    others = _longest(network.other_agencies, language)
    return {
        "AGENCY": _longest(network.agencies, language),
        "ACTIVITY": _longest(network.activities, language),
        "CHANGE": _longest(network.activities, language),
        "ACTUAL": others,
        "OTHER_AGENCY": others,
        "AREA": max((area.name(language) for area in network.areas.values()), key=len, default=_LONG_PLACE),
    }


def _longest(listed: Mapping[str, Bilingual], language: Language) -> str:
    return max((words.get(language, "") for words in listed.values()), key=len, default="m" * 40)
