"""The pretend phones of a demo, from outside: somebody writes a text, somebody reads what came."""

import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.error import URLError
from urllib.request import Request, urlopen

PATIENCE_S: Final = 10.0


class PhonesAway(Exception):
    """The pretend carrier does not answer, or refuses; the text says why."""


class PretendPhones:
    """`PretendPhones("http://127.0.0.1:8001")`. A carrier that is none has no such addresses."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def name(self, number: str, name: str, language: str) -> None:
        """Put a phone on the page, or give it another name. Raises PhonesAway."""
        self._send("phones", {"number": number, "name": name, "language": language})

    def write(self, number: str, words: str) -> None:
        """Somebody texts the hotline. Raises PhonesAway."""
        self._send("text", {"from": number, "body": words})

    def read(self, number: str) -> Sequence[str]:
        """What the hotline texted to this phone, oldest first. Raises PhonesAway."""
        thread = self._send(f"phones/{number}")["thread"]
        return [text["body"] for text in thread if not text["mine"] and not text["by_carrier"]]

    def _send(self, path: str, order: dict[str, str] | None = None) -> Any:
        body = None if order is None else json.dumps(order).encode()
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self._url}/control/{path}", body, headers)  # noqa: S310  a demo's own carrier
        try:
            with urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
                return json.load(answer)
        except (URLError, OSError, ValueError) as fault:
            raise PhonesAway(str(fault)) from None
