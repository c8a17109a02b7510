"""One request of the carrier, read from ASGI itself: webhooks are the hot path of the house."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

LARGEST_BODY: Final = 64 * 1024


class Refused(Exception):
    """Turn the request away with this status, an empty body, and nothing stored or logged of it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """What the carrier sent. `signed` are path and query byte for byte as they came, `tail` is what
    follows the route's prefix in the path."""

    signed: bytes
    tail: str
    query: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: bytes) -> str:
        """One header, by its lower-case name; two of it are as bad as none."""
        return header_of(self.headers, name)

    def number(self, name: str, most: int) -> int:
        """A whole number from 1 in the query. Raises Refused when it is missing, doubled or strange."""
        found = [value for key, value in parse_qsl(self.query.decode("latin-1")) if key == name]
        if len(found) != 1 or not found[0].isdecimal() or not 1 <= int(found[0]) <= most:
            raise Refused(403, "turn number")
        return int(found[0])


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """Status and body; a body is TwiML."""

    status: int = 200
    document: str = ""


def header_of(headers: list[tuple[bytes, bytes]], name: bytes) -> str:
    found = [value for key, value in headers if key == name]
    return found[0].decode("latin-1") if len(found) == 1 else ""


async def read_request(scope: Any, receive: Any, prefix: str) -> WebhookRequest:
    """Read a request. Raises Refused (413) as soon as the body is too large."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    signed = path.split(b"?", 1)[0] + (b"?" + query if query else b"")
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    return WebhookRequest(signed, scope["path"][len(prefix) :], query, headers, await _body(headers, receive))


async def _body(headers: list[tuple[bytes, bytes]], receive: Any) -> bytes:
    declared = header_of(headers, b"content-length")
    if declared.isdecimal() and int(declared) > LARGEST_BODY:
        raise Refused(413, "body")
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Refused(400, "gone")
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise Refused(413, "body")
        if not message.get("more_body"):
            return bytes(body)


async def send_answer(send: Any, answer: WebhookAnswer) -> None:
    """Send it; nothing but status and length when there is no body."""
    body = answer.document.encode()
    headers = [(b"content-length", str(len(body)).encode())]
    if body:
        headers.append((b"content-type", b"text/xml; charset=utf-8"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
