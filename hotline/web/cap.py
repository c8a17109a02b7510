"""An alert as a CAP 1.2 document (OASIS, July 2010): areas and the wording that was sent, nobody's data.

The order of the elements is the standard's, written as tables: a document is made by walking them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from hotline.domain.language import LANGUAGES, Language
from hotline.domain.notice import MessageKind
from hotline.operations.feeds import Published
from hotline.store.public_alerts import Earlier

MEDIA_TYPE: Final = "application/cap+xml"
NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
LONGEST_HEADLINE: Final = 160  # 3.2.2, headline

# https://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2-os.html, 3.2 and 3.4
ALERT_ORDER: Final = (
    "identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction", "addresses",
    "code", "note", "references", "incidents", "info",
)  # fmt: skip
INFO_ORDER: Final = (
    "language", "category", "event", "responseType", "urgency", "severity", "certainty", "audience",
    "eventCode", "effective", "onset", "expires", "senderName", "headline", "description", "instruction",
    "web", "contact", "parameter", "resource", "area",
)  # fmt: skip

_TAGS: Final[Mapping[Language, str]] = {"en": "en-US", "es": "es-US"}

# What it is called, how soon, how sure. How bad it is, is not ours to say: severity stays Unknown.
_OVER: Final = ("Past", "Observed")
_EVENTS: Final[Mapping[MessageKind, tuple[Mapping[Language, str], tuple[str, str]]]] = {
    "actual": (
        {"en": "Verified sighting of agents", "es": "Presencia de agentes verificada"},
        ("Immediate", "Observed"),
    ),
    "update": ({"en": "Change", "es": "Cambio"}, ("Immediate", "Observed")),
    "correction": ({"en": "Correction", "es": "Corrección"}, _OVER),
    "all_clear": ({"en": "It is over", "es": "Ya pasó"}, _OVER),
    "expired": ({"en": "The alert has ended", "es": "La alerta terminó"}, _OVER),
    "rumor_check": (
        {"en": "A rumor that was checked", "es": "Un rumor que se revisó"},
        ("Past", "Unlikely"),
    ),
    "official_notice": ({"en": "Official notice", "es": "Aviso oficial"}, ("Expected", "Likely")),
    "exercise": ({"en": "Exercise", "es": "Simulacro"}, ("Unknown", "Unknown")),
    "test": ({"en": "Test", "es": "Prueba"}, ("Unknown", "Unknown")),
}
_UNKNOWN: Final = ({"en": "Notice", "es": "Aviso"}, ("Unknown", "Unknown"))


def headline(one: Published, language: Language) -> str:
    """`Verified sighting of agents: Boyle Heights`, cut at what the standard allows."""
    named, _ = _EVENTS.get(one.of.kind, _UNKNOWN)
    return f"{named[language]}: {one.area[language]}"[:LONGEST_HEADLINE]


def document(one: Published, sender: str, web: str, zone: tzinfo) -> bytes:
    """The document. `sender` is a name of ours that nobody else has, such as `line.example.org`."""
    values: dict[str, str | None] = {
        "identifier": one.of.code,
        "sender": sender,
        "sent": moment(one.of.released_at, zone),
        "status": one.standing,
        "msgType": one.message,
        "scope": "Public",
        "note": headline(one, "en") if one.message == "Cancel" or one.standing != "Actual" else None,
        "references": " ".join(_reference(before, sender, zone) for before in one.refers_to) or None,
    }
    root = Element("alert", {"xmlns": NAMESPACE})
    _fill(root, ALERT_ORDER, values)
    for language in LANGUAGES:
        if language in one.of.texts:
            _info(SubElement(root, "info"), one, language, web, zone)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def moment(at: datetime, zone: tzinfo) -> str:
    """`2026-03-02T12:00:00-08:00`; the standard takes no Z, and -00:00 for UTC (3.3.2)."""
    local = at.astimezone(zone).replace(microsecond=0).isoformat()
    return local.removesuffix("+00:00") + "-00:00" if local.endswith("+00:00") else local


def _reference(of: Earlier, sender: str, zone: tzinfo) -> str:
    return f"{sender},{of.code},{moment(of.released_at, zone)}"


def _info(info: Element, one: Published, language: Language, web: str, zone: tzinfo) -> None:
    named, (urgency, certainty) = _EVENTS.get(one.of.kind, _UNKNOWN)
    values: dict[str, str | None] = {
        "language": _TAGS[language],
        "category": "Safety",
        "event": named[language],
        "responseType": "AllClear" if one.of.kind == "all_clear" else None,
        "urgency": urgency,
        "severity": "Unknown",
        "certainty": certainty,
        "effective": moment(one.of.released_at, zone),
        "expires": moment(one.of.ends_at, zone),
        "senderName": one.sender[language] or None,
        "headline": headline(one, language),
        "description": one.of.texts[language],
        "web": web,
    }
    _fill(info, INFO_ORDER, values)
    area = SubElement(info, "area")
    SubElement(area, "areaDesc").text = one.area[language]
    for zip_code in one.of.zips:
        geocode = SubElement(area, "geocode")
        SubElement(geocode, "valueName").text = "ZIP"
        SubElement(geocode, "value").text = zip_code


def _fill(into: Element, order: Sequence[str], values: Mapping[str, str | None]) -> None:
    for name, value in _ordered(order, values):
        SubElement(into, name).text = value


def _ordered(order: Sequence[str], values: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    for name in order:
        value = values.get(name)
        if value is not None:
            yield name, value
