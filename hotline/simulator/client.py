"""A small client of the control routes, for tests, demo and benchmarks. Blocking; standard library only."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, TypeVar

Value = TypeVar("Value")
Data = dict[str, Any]


class ControlFailed(Exception):
    """The carrier refused an order; the text says why."""


class CarrierClient:
    """`CarrierClient("http://127.0.0.1:8001")`. Every order raises ControlFailed when it is refused."""

    def __init__(self, url: str, timeout_s: float = 30.0) -> None:
        self._url = url.rstrip("/")
        self._timeout_s = timeout_s

    def text(self, from_: str, body: str, to: str = "") -> Data:
        return self._order("text", {"from": from_, "to": to, "body": body})

    def photo(self, from_: str, base64: str, body: str = "") -> Data:
        """A JPEG, PNG or GIF picture."""
        return self._order("text", {"from": from_, "body": body, "photos": [{"base64": base64}]})

    def call(self, from_: str, to: str = "", withheld: str = "") -> Data:
        return self._order("call", {"from": from_, "to": to, "withheld": withheld})

    def keys(self, number: str, keys: str) -> Data:
        return self._order("keys", {"number": number, "keys": keys})

    def say(self, number: str, text: str) -> Data:
        return self._order("say", {"number": number, "text": text})

    def answer(self, number: str) -> Data:
        return self._order("answer", {"number": number})

    def voicemail(self, number: str) -> Data:
        return self._order("voicemail", {"number": number})

    def decline(self, number: str) -> Data:
        return self._order("decline", {"number": number})

    def hangup(self, number: str) -> Data:
        return self._order("hangup", {"number": number})

    def set_phone(self, number: str, **changes: str) -> Data:
        """`behaviour`: manual, voicemail, answer, busy, unreachable, failed; also `name`, `language`."""
        return self._order("phones", {"number": number, **changes})

    def misbehave(self, **plan: Any) -> Data:
        """A plan as in misbehaviour.py, in place of the one before; without arguments: behave."""
        return self._order("misbehave", plan)

    def reset(self) -> Data:
        return self._order("reset", {})

    def phone(self, number: str) -> Data:
        return self._look(f"phones/{number}")

    def record(self, summary: bool = False) -> Data:
        return self._look("record?summary=1" if summary else "record")

    def errors(self) -> list[Data]:
        found: list[Data] = self._look("errors")["errors"]
        return found

    def in_flight(self) -> int:
        return int(self._look("idle")["in_flight"])

    def thread(self, number: str) -> list[str]:
        """What the person's phone received, oldest first: texts from the hotline only."""
        return [t["body"] for t in self.phone(number)["thread"] if not t["mine"] and not t["by_carrier"]]

    def heard(self, number: str) -> list[str]:
        """What was said to the person in the current call, or else the last one."""
        phone = self.phone(number)
        call = phone["call"] or phone["last_call"] or {"heard": []}
        return [heard["text"] for heard in call["heard"] if heard["kind"] in {"say", "person"}]

    def wait_for(
        self, look: Callable[[], Value], done: Callable[[Value], object] = bool, timeout_s: float = 10.0
    ) -> Value:
        """Look until it is done. Raises TimeoutError with the last sight."""
        until = time.monotonic() + timeout_s
        while True:
            seen = look()
            if done(seen):
                return seen
            if time.monotonic() > until:
                raise TimeoutError(f"still {seen!r}")
            time.sleep(0.02)

    def _order(self, name: str, data: Data) -> Data:
        body = json.dumps(data).encode()
        headers = {"Content-Type": "application/json"}
        return self._send(urllib.request.Request(f"{self._url}/control/{name}", body, headers))  # noqa: S310

    def _look(self, path: str) -> Data:
        return self._send(urllib.request.Request(f"{self._url}/control/{path}"))  # noqa: S310

    def _send(self, request: urllib.request.Request) -> Data:
        try:
            with urllib.request.urlopen(request, timeout=self._timeout_s) as answer:  # noqa: S310
                found: Data = json.load(answer)
                return found
        except urllib.error.HTTPError as error:
            raise ControlFailed(error.read().decode("utf-8", "replace")) from None
