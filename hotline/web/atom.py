"""Verified alerts as an Atom feed (RFC 4287): one entry for each message, both languages in it."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from hotline.domain.language import LANGUAGES
from hotline.operations.feeds import Published
from hotline.web import cap

MEDIA_TYPE: Final = "application/atom+xml"
NAMESPACE: Final = "http://www.w3.org/2005/Atom"

_TITLE: Final = "Alertas verificadas / Verified alerts"
_BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)  # of a feed in which nothing was ever said


def feed(found: Sequence[Published], name: str, web: str, address: str, now: datetime) -> bytes:
    """The feed, the newest first. `address` is where it is, `web` what addresses of documents begin with."""
    root = Element("feed", {"xmlns": NAMESPACE, "xml:lang": "es"})
    newest = max((one.changed_at for one in found), default=_BEGINNING)
    _put(root, "id", address)
    _put(root, "title", f"{name}: {_TITLE}" if name else _TITLE)
    _put(root, "updated", _moment(newest))
    _link(root, "self", address, MEDIA_TYPE)
    _put(SubElement(root, "author"), "name", name or "Hotline")
    to_be_had = {one.of.code for one in found}
    for one in found:
        _entry(SubElement(root, "entry"), one, to_be_had, web, now)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entry(entry: Element, one: Published, to_be_had: Collection[str], web: str, now: datetime) -> None:
    document = f"{web}/{one.of.code}.cap"
    _put(entry, "id", document)
    _put(entry, "title", " / ".join(cap.headline(one, language) for language in LANGUAGES))
    _put(entry, "published", _moment(one.of.released_at))
    _put(entry, "updated", _moment(one.changed_at))
    _link(entry, "alternate", document, cap.MEDIA_TYPE)
    for earlier in (earlier for earlier in one.refers_to if earlier.code in to_be_had):
        _link(entry, "related", f"{web}/{earlier.code}.cap", cap.MEDIA_TYPE)
    for term in (one.of.kind, one.standing, "current" if one.is_current(now) else "ended"):
        SubElement(entry, "category", {"term": term})
    words = [one.of.texts[language] for language in LANGUAGES if language in one.of.texts]
    _put(entry, "summary", "\n\n".join(words))


def _put(into: Element, name: str, words: str) -> None:
    SubElement(into, name).text = words


def _link(into: Element, rel: str, href: str, media_type: str) -> None:
    SubElement(into, "link", {"rel": rel, "href": href, "type": media_type})


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0).isoformat()
