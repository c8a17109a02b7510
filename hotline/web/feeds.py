"""Public feeds, without a login: verified alerts as Atom (RFC 4287), each also as a CAP 1.2 document."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.responses import Response

from hotline.domain.code import read_code
from hotline.operations.feeds import published
from hotline.store.database import Contended, DatabaseAway
from hotline.web import atom, cap
from hotline.web.console.desk import Desk

FEED: Final = "/feeds/alerts.atom"
DOCUMENT: Final = "/feeds/alerts/{code}.cap"
# What everybody asks for is made once in so long, however many ask.
FRESH: Final = timedelta(seconds=5)
MAX_AGE_S: Final = 30


@dataclass(frozen=True, slots=True)
class Sheet:
    """Something that is read: its bytes and their tag."""

    media_type: str
    body: bytes
    tag: str


@dataclass(frozen=True, slots=True)
class Edition:
    """Everything that can be read at one moment, by path."""

    sheets: Mapping[str, Sheet]
    made_at: datetime


class Press:
    """Makes an edition when the last one is no longer fresh; the last one stands while the database is
    away."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._lock = threading.Lock()
        self._edition: Edition | None = None

    def edition(self) -> Edition:
        """Raises DatabaseAway when nothing was ever made."""
        now = self._desk.line.clock()
        with self._lock:
            known = self._edition
            if known is None or abs(now - known.made_at) >= FRESH:
                try:
                    known = self._edition = print_edition(self._desk, now)
                except (DatabaseAway, Contended):
                    if known is None:
                        raise
            return known


def router(desk: Desk) -> APIRouter:
    """GET /feeds/alerts.atom and /feeds/alerts/{code}.cap."""
    made, press = APIRouter(), Press(desk)

    @made.api_route(FEED, methods=["GET", "HEAD"], include_in_schema=False)
    def feed(request: Request) -> Response:
        return _show(press, request, FEED)

    @made.api_route(DOCUMENT, methods=["GET", "HEAD"], include_in_schema=False)
    def document(request: Request, code: str) -> Response:
        return _show(press, request, _path(read_code(code) or ""))

    return made


def print_edition(desk: Desk, now: datetime) -> Edition:
    """The feed and every document. Raises DatabaseAway."""
    line, web = desk.line, desk.public_url.rstrip("/")
    host, zone, address = urlsplit(web).netloc, line.hours.zone, f"{web}{FEED}"
    found = published(line, now)
    sheets = {
        _path(one.of.code): _sheet(cap.MEDIA_TYPE, cap.document(one, host, address, zone)) for one in found
    }
    in_feed = [one for one in found if one.is_in_feed]
    name = line.library().values["es"].get("ORG", "")
    whole = atom.feed(in_feed, name, address.removesuffix(".atom"), address, now)
    return Edition({**sheets, FEED: _sheet(atom.MEDIA_TYPE, whole)}, now)


def _path(code: str) -> str:
    return DOCUMENT.replace("{code}", code)


def _sheet(media_type: str, body: bytes) -> Sheet:
    return Sheet(media_type, body, f'"{sha256(body).hexdigest()[:32]}"')


def _show(press: Press, request: Request, path: str) -> Response:
    try:
        sheet = press.edition().sheets.get(path)
    except (DatabaseAway, Contended):
        return Response(status_code=503, headers={"Retry-After": "5"})
    if sheet is None:
        return Response(status_code=404)
    headers = {
        "Access-Control-Allow-Origin": "*",  # anybody's web page may show it
        "Cache-Control": f"public, max-age={MAX_AGE_S}",
        "ETag": sheet.tag,
        "X-Content-Type-Options": "nosniff",
    }
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if sheet.tag in known:
        return Response(status_code=304, headers=headers)
    return Response(sheet.body, 200, headers, sheet.media_type)
