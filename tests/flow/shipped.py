"""The flow and the made-up network as shipped, read once for the tests of wording."""

from pathlib import Path
from typing import Final

from hotline.domain.language import Channel, Language
from hotline.flow.load import load_flow
from hotline.flow.network import load_network
from hotline.flow.texts import fill

ROOT: Final = Path(__file__).parents[2]
FLOW: Final = load_flow(ROOT / "flows")
NETWORK: Final = load_network(ROOT / "flows" / "network.demo.yaml")

# What code fills in at the moment of sending, as long as it may well be.
WHILE_RUNNING: Final[dict[str, dict[Language, str]]] = {
    "ID": {"en": "K7Q2", "es": "K7Q2"},
    "CODE": {"en": "K7Q2", "es": "K7Q2"},
    "AREA": {"en": "Boyle Heights", "es": "Boyle Heights"},
    "TIME": {"en": "10:45 am", "es": "10:45 am"},
    "ORIG_TIME": {"en": "10:05 am", "es": "10:05 am"},
    "EXPIRES": {"en": "12:00 pm", "es": "12:00 pm"},
    "AGENCY": {"en": "federal agents", "es": "agentes federales"},
    "ACTIVITY": {"en": "stopping cars", "es": "parando carros"},
    "CROSS_STREETS": {"en": "1st & Test", "es": "1st y Test"},
    "CHANGE": {"en": "agents are leaving", "es": "los agentes se van"},
    "ACTUAL": {"en": "the county sheriff", "es": "una patrulla de la ciudad"},
    "OTHER_AGENCY": {"en": "the county sheriff", "es": "una patrulla de la ciudad"},
    "PLACE": {"en": "Test Park", "es": "Parque Prueba"},
    "ONE_LINE_TIP": {"en": "You can keep the door closed.", "es": "Puede dejar la puerta cerrada."},
    "KEYWORD": {"en": "HOME", "es": "CASA"},
    "EVENT": {"en": "Know your rights workshop", "es": "Taller sobre sus derechos"},
    "DATE": {"en": "Sat Mar 7", "es": "7 de marzo"},
    "START": {"en": "10 am", "es": "10 am"},
    "END": {"en": "12 pm", "es": "12 pm"},
    "LANGUAGES": {"en": "English and Spanish", "es": "inglés y español"},
    "AUTHORITY": {"en": "City of Los Angeles", "es": "La ciudad de Los Angeles"},
    "NOTICE": {"en": "curfew", "es": "toque de queda"},
    "FROM": {"en": "8 pm", "es": "8 pm"},
    "UNTIL": {"en": "6 am", "es": "6 am"},
    "SCHOOL": {"en": "Example School", "es": "Escuela Ejemplo"},
    "SITE": {"en": "Example School", "es": "Escuela Ejemplo"},
    "LISTS": {
        "en": "weekly rights reminder, workshops, food and official notices",
        "es": "recordatorio de sus derechos, talleres, despensas y avisos oficiales",
    },
    "MIN": {"en": "15", "es": "15"},
    "LANGUAGE": {"en": "Spanish", "es": "español"},
    "TOPIC": {"en": "agents at the door now", "es": "hay agentes en su puerta"},
    "WAITED": {"en": "120 seconds", "es": "120 segundos"},
    "KIND": {"en": "URGENT: wants a call", "es": "URGENTE: quiere una llamada"},
}

Form = tuple[str, Language, Channel, str]
FORMS: Final[list[Form]] = [
    (name, language, channel, wording)
    for name, text in FLOW.texts.items()
    for (language, channel), wording in text.forms().items()
]


def values(language: Language) -> dict[str, str]:
    """Everything a placeholder can be, in one language."""
    return {name: words[language] for name, words in WHILE_RUNNING.items()} | NETWORK.values[language]


def filled(language: Language, wording: str) -> str:
    return fill(wording, values(language))


def name_of(form: Form) -> str:
    return f"{form[0]}-{form[1]}-{form[2]}"
