"""Carry a signed webhook to another program's address: one request, bounded, to nowhere inside."""

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Timer
from typing import Final
from urllib.parse import urlsplit

import structlog

from hotline.domain.hook import ANSWER_WITHIN_S, Told, is_public

_log = structlog.get_logger()

NOTHING: Final = Told(None)


class NowhereToGo(OSError):
    """The name leads nowhere that may be reached."""


class HookPoster:
    """Posts, as `hotline.operations.hooks.Post`. `may_loop`: a demo may tell a program on this machine."""

    def __init__(self, may_loop: bool = False, within_s: float = ANSWER_WITHIN_S) -> None:
        self._may_loop = may_loop
        self._within_s = within_s

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def __call__(self, address: str, headers: Mapping[str, str], body: bytes) -> Told:
        try:
            return Told(self._post(address, headers, body))
        except (OSError, http.client.HTTPException, ValueError) as fault:
            _log.info("hook.not_told", why=type(fault).__name__)
            return NOTHING

    def _post(self, address: str, headers: Mapping[str, str], body: bytes) -> int:
        parts = urlsplit(address)
        host, is_tls = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if is_tls else 80)
        where = self._resolve(host, port)
        if not is_tls and not where.is_loopback:
            raise NowhereToGo
        # Connected to the very address that was looked at: a name that now leads elsewhere changes nothing.
        with socket.create_connection((str(where), port), self._within_s) as plain:
            late = Timer(self._within_s, _shut, [plain])  # a trickle is bounded too
            late.daemon = True
            late.start()
            try:
                line = self._tls.wrap_socket(plain, server_hostname=host) if is_tls else plain
                with line:
                    return _exchange(line, parts.netloc, _target(parts.path, parts.query), headers, body)
            finally:
                late.cancel()

    def _resolve(self, host: str, port: int) -> IPv4Address | IPv6Address:
        """Every address of the name must be allowed: one inside among others is somebody's trick."""
        found = [
            ip_address(str(address[0]).partition("%")[0])
            for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        ]
        if not found or not all(is_public(one) or (self._may_loop and one.is_loopback) for one in found):
            raise NowhereToGo
        return found[0]


def _exchange(line: socket.socket, host: str, target: str, headers: Mapping[str, str], body: bytes) -> int:
    connection = http.client.HTTPConnection(host)
    connection.sock = line
    connection.request("POST", target, body, {**headers, "Host": host, "Connection": "close"})
    return connection.getresponse().status


def _target(path: str, query: str) -> str:
    return (path or "/") + (f"?{query}" if query else "")


def _shut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
