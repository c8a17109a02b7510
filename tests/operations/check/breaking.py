"""Break the shipped flow in one place, and see what checking says."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

from hotline.channels.twilio.measure import TwilioMeasure
from hotline.flow.fault import Fault
from hotline.flow.load import FlowFault, Written, build_flow, read_folder
from hotline.flow.network import Network, load_network
from hotline.operations.check import Measure, Subject, check
from hotline.settings import ROOT

SHIPPED: Final = read_folder(ROOT / "flows")
NETWORK: Final = load_network(ROOT / "flows" / "network.demo.yaml")
OWN: Final = {"ORG": "Red de Prueba", "VOICE_PHONE": "500-555-0006", "DAYS": "30"}

Raw = dict[str, Any]
Change = Callable[[Raw], object]
Case = tuple[Change, str, str, str, str]  # the change; then file, node, language and words of the finding


def faults(change: Change, network: Network = NETWORK, measure: Measure | None = None) -> list[Fault]:
    """Everything found after one change of what is written, whether it still loads or not."""
    raw = deepcopy(SHIPPED.raw)
    change(raw)
    try:
        flow = build_flow(Written(raw, SHIPPED.sources))
    except FlowFault as fault:
        return list(fault.faults)
    return check(
        Subject(flow, network, measure or TwilioMeasure(), OWN, SHIPPED.sources, "network.demo.yaml")
    )


def found(listed: list[Fault], file: str, node: str, language: str, fragment: str) -> bool:
    """Is there a finding at this place that says this?"""
    return any(
        (fault.file, fault.node, fault.language) == (file, node, language) and fragment in fault.sentence
        for fault in listed
    )


def without_values(language: str, *names: str) -> Network:
    values = {**NETWORK.values}
    values[language] = {n: v for n, v in NETWORK.values[language].items() if n not in names}  # type: ignore[index]
    return NETWORK.model_copy(update={"values": values})


class Bulky(TwilioMeasure):
    """A measure under which every answer is too large for the carrier."""

    def twiml_bytes(self, replies: object) -> int:
        return 64_001


def at(*steps: Any, value: Any) -> Change:
    """A change that puts a value at a place of what is written."""

    def change(raw: Raw) -> None:
        place: Any = raw
        for step in steps[:-1]:
            place = place[step]
        place[steps[-1]] = value

    return change


def gone(*steps: Any) -> Change:
    def change(raw: Raw) -> None:
        place: Any = raw
        for step in steps[:-1]:
            place = place[step]
        del place[steps[-1]]

    return change


def both(*changes: Change) -> Change:
    def change(raw: Raw) -> None:
        for one in changes:
            one(raw)

    return change


def word_added(listed: str, language: str, word: str) -> Change:
    return lambda raw: raw["words"][listed][language].append(word)


def menu_choice(menu: str, **choice: Any) -> Change:
    return lambda raw: raw["nodes"][menu]["choices"].append(choice)


def topic(goto: str, word: str) -> Change:
    return lambda raw: raw["topics"].append({"goto": goto, "words": {"en": [word]}})


def says(text: str, channel: str, wording: str, *languages: str) -> Change:
    return both(
        *(at("texts", text, channel, language, value=wording) for language in languages or ("en", "es"))
    )
