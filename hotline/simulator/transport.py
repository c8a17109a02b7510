"""The wire to the customer's server: one request out, one answer back."""

import socket
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from yarl import URL

BODY_LIMIT = 1_000_000  # read no more of an answer than this; what is too large is refused later


class ConnectionFailed(Exception):
    """No connection, or it broke before an answer."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it goes onto the wire."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes
    connect_timeout_s: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `content_type` is lower case without parameters, empty when missing."""

    status: int
    content_type: str
    body: bytes
    location: str = ""


class Transport(Protocol):
    """Anything that carries a request. Raises ConnectionFailed."""

    async def send(self, request: Outgoing) -> Answer: ...

    async def close(self) -> None: ...


class HttpTransport:
    """Real sockets, kept open between requests."""

    def __init__(self, connections: int = 200) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def send(self, request: Outgoing) -> Answer:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=request.connect_timeout_s)
        try:
            async with self._open().request(
                request.method,
                URL(request.url, encoded=True),
                data=request.body if request.method == "POST" else None,
                headers=request.headers,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                body = await response.content.read(BODY_LIMIT)
                while len(body) < BODY_LIMIT and (
                    more := await response.content.read(BODY_LIMIT - len(body))
                ):
                    body += more
                content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
                return Answer(response.status, content_type, body, response.headers.get("Location", ""))
        except (TimeoutError, aiohttp.ClientError, ConnectionError, socket.gaierror) as error:
            raise ConnectionFailed(type(error).__name__) from error

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections)
            # The URL is signed byte for byte, so nothing may re-encode it on the way.
            self._session = aiohttp.ClientSession(
                connector=connector, auto_decompress=True, cookie_jar=aiohttp.DummyCookieJar()
            )
        return self._session
