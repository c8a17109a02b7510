"""Pictures and sounds that belong to messages: kept in memory within bounds, behind links that end.

Up to ten files and 5 MB together in one message, kept until they are deleted:
https://www.twilio.com/docs/messaging/api/media-resource  Whoever may fetch a file is led on to an address
that is good for four hours: https://help.twilio.com/articles/223183748
"""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

MOST_FILES: Final = 10  # of one message
LARGEST_MESSAGE: Final = 5_000_000  # bytes of all its files together
LINK_LASTS_S: Final = 4 * 3600

# Twilio has room for everything; this process does not: the oldest goes when these are passed.
MOST_KEPT: Final = 200
MOST_BYTES: Final = 100_000_000

# How a picture begins, and what it is then: what a phone may send on the phone page.
_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture or sound belonging to a message."""

    sid: str
    parent_sid: str
    content_type: str
    content: bytes
    created_at: datetime
    url: str = ""  # where the customer said the picture is, when it sent it


class Shelf:
    """All media of the account, by sid, oldest first."""

    def __init__(self, most: int = MOST_KEPT, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._media: dict[str, Medium] = {}
        self._bytes = 0

    def put(self, medium: Medium) -> None:
        """Keep it; the oldest make room, never this one."""
        self.remove(medium.sid)
        self._media[medium.sid] = medium
        self._bytes += len(medium.content)
        while len(self._media) > 1 and (len(self._media) > self._most or self._bytes > self._most_bytes):
            self.remove(next(iter(self._media)))

    def get(self, sid: str) -> Medium | None:
        return self._media.get(sid)

    def remove(self, sid: str) -> None:
        gone = self._media.pop(sid, None)
        if gone is not None:
            self._bytes -= len(gone.content)

    def __contains__(self, sid: object) -> bool:
        return sid in self._media

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._media))

    def __len__(self) -> int:
        return len(self._media)


class Links:
    """Addresses of the files themselves: whoever has one needs no password, for four hours."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(f"media {secret}".encode()).digest()

    def path(self, sid: str, now: datetime) -> str:
        until = int(now.timestamp()) + LINK_LASTS_S
        return f"/media/{sid}?" + urlencode({"until": until, "key": self._sign(sid, until)})

    def is_good(self, sid: str, until: str, key: str, now: datetime) -> bool:
        if not (until.isascii() and until.isdecimal() and len(until) <= 12):
            return False
        signed = self._sign(sid, int(until)).encode()
        return hmac.compare_digest(signed, key.encode()) and now.timestamp() < int(until)

    def _sign(self, sid: str, until: int) -> str:
        return hmac.new(self._key, f"{sid} {until}".encode(), hashlib.sha256).hexdigest()[:32]


def picture_kind(content: bytes) -> str | None:
    """image/jpeg, image/png or image/gif by how it begins; None for anything else."""
    return next((kind for head, kind in _BEGINNINGS if content.startswith(head)), None)
