"""What every answer of the console tells the browser: nothing inline, from elsewhere, or in a frame."""

from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from starlette.responses import Response

from hotline.web.console.cookies import set_session

_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), payment=(), usb=()",
}
FAULT_TOLD: Final = "fault_told"
_log = structlog.get_logger("console")
_YEAR_S: Final = 31_536_000


def policy(map_tiles: str) -> str:
    """The content security policy; map pictures may come from the one configured place."""
    tiles = f" {urlsplit(map_tiles).scheme}://{urlsplit(map_tiles).netloc}" if map_tiles else ""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self';"
        f" img-src 'self' data:{tiles}; media-src 'self'; form-action 'self'; frame-ancestors 'none';"
        " base-uri 'none'; manifest-src 'self'"
    )


class Headers:
    """ASGI: adds them to whatever answers below a path."""

    def __init__(self, inside: Any, below: str, map_tiles: str, is_secure: bool) -> None:
        self._inside = inside
        self._below = below
        headers = {**_ALWAYS, "Content-Security-Policy": policy(map_tiles)}
        if is_secure:
            headers["Strict-Transport-Security"] = f"max-age={_YEAR_S}"
        self._is_secure = is_secure
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    def _cookie(self, token: str) -> bytes:
        answer = Response()
        set_session(answer, token, self._is_secure)
        return answer.headers["set-cookie"].encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self._below):
            await self._inside(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        is_static = scope["path"].startswith(f"{self._below}/static/")
        kept = b"public, max-age=31536000, immutable" if is_static else b"no-store"

        is_begun = False

        async def add(message: Any) -> None:
            nonlocal is_begun
            if message["type"] == "http.response.start":
                is_begun = True
                names = {name for name, _ in message["headers"]}
                own = [(b"cache-control", kept), *self._headers]
                if state.get("new_token"):  # the session's token was changed on the way (guard.py)
                    own.append((b"set-cookie", self._cookie(state["new_token"])))
                more = (pair for pair in own if pair[0] == b"set-cookie" or pair[0] not in names)
                message["headers"] = [*message["headers"], *more]
            await send(message)

        try:
            await self._inside(scope, receive, add)
        except Exception as fault:
            if not is_begun:
                raise
            # What a fault says may be somebody's name or a token; the server that we run in would log it all.
            if not state.get(FAULT_TOLD):
                _log.error("console_broken_off", kind=type(fault).__name__)
