"""Let only the carrier in: size, kind, signature, account; whoever else gets a status and no bytes."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from hotline.channels.twilio.errors import BadWebhook
from hotline.channels.twilio.form import Form, read_form
from hotline.channels.twilio.signature import Verifier

LARGEST_BODY: Final = 64 * 1024
FORM: Final = b"application/x-www-form-urlencoded"


class Refused(Exception):
    """Turn the request away with this status, an empty body, and nothing stored or logged of it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Door:
    """Checks requests of one account."""

    verifier: Verifier
    account_sid: str

    async def admit(self, request: Request) -> Form:
        """The form of a genuine webhook. Raises Refused."""
        if _header(request, b"content-type").split(b";", 1)[0].strip().lower() != FORM:
            raise Refused(415, "content type")
        body = await _body(request)
        try:
            pairs = read_form(body)
        except BadWebhook as fault:
            raise Refused(fault.status, type(fault).__name__) from None
        signature = _header(request, b"x-twilio-signature").decode("latin-1")
        settings = _header(request, b"x-twilio-webhooks-signature-settings").decode("latin-1")
        if not self.verifier.is_genuine(_signed_path(request), pairs, signature, settings):
            raise Refused(403, "signature")
        return Form(pairs)


def refusal(refused: Refused) -> Response:
    return Response(status_code=refused.status)


def _header(request: Request, name: bytes) -> bytes:
    """One header; two of it are as bad as none."""
    found = [value for key, value in request.scope["headers"] if key == name]
    return found[0] if len(found) == 1 else b""


def _signed_path(request: Request) -> bytes:
    """Path and query byte for byte as they came: what the carrier signed behind our public address."""
    scope = request.scope
    query = scope["query_string"]
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    return path.split(b"?", 1)[0] + (b"?" + query if query else b"")


async def _body(request: Request) -> bytes:
    """The body, given up as soon as it is too large."""
    declared = _header(request, b"content-length")
    if declared.isdigit() and int(declared) > LARGEST_BODY:
        raise Refused(413, "body")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            raise Refused(413, "body")
    return bytes(body)
