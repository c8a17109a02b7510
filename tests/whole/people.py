"""People at their pretend phones: they write, read, call, press keys, and are never in a hurry for long."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

from hotline.simulator.client import CarrierClient
from tests.whole.picture import ONE_PIXEL
from tests.whole.program import eventually

ANA: Final = "+12135550190"
BO: Final = "+12135550191"
PHOTO: Final = base64.b64encode(ONE_PIXEL).decode()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a phone. Everything that waits raises AssertionError with what is there instead."""

    carrier: CarrierClient
    number: str

    def thread(self) -> list[str]:
        return self.carrier.thread(self.number)

    def writes(self, body: str) -> None:
        self.carrier.text(self.number, body)

    def sends_photo(self) -> None:
        self.carrier.photo(self.number, PHOTO)

    def reads(self, *words: str, after: int = 0) -> str:
        """A text that holds all these words, among those after the first few."""

        def look() -> list[str]:
            return [text for text in self.thread()[after:] if all(word in text for word in words)]

        return eventually(look, what=lambda: f"no {words} in {self.thread()[after:]}")[0]

    def asks(self, body: str, *words: str) -> str:
        """Write, and read the answer."""
        before = len(self.thread())
        self.writes(body)
        return self.reads(*words, after=before)

    def calls(self) -> None:
        self.carrier.call(self.number)

    def heard(self) -> list[str]:
        return self.carrier.heard(self.number)

    def hears(self, words: str, times: int = 1) -> None:
        eventually(
            lambda: sum(words in heard for heard in self.heard()) >= times,
            what=lambda: f"no {words!r} in {self.heard()}",
        )

    def presses(self, keys: str) -> None:
        self.carrier.keys(self.number, keys)

    def says(self, words: str) -> None:
        self.carrier.say(self.number, words)

    def is_rung(self) -> None:
        eventually(lambda: self._state() == "ringing", what=lambda: f"the phone is {self._state()}")

    def answers(self) -> None:
        self.is_rung()
        self.carrier.answer(self.number)

    def lets_voicemail_answer(self) -> None:
        self.is_rung()
        self.carrier.voicemail(self.number)

    def declines(self) -> None:
        self.is_rung()
        self.carrier.decline(self.number)

    def hangs_up(self) -> None:
        self.carrier.hangup(self.number)

    def is_joined(self) -> None:
        eventually(self._is_joined, what=lambda: f"not joined: {self.heard()}")

    def is_in_no_call(self) -> None:
        eventually(lambda: self._state() == "idle", what=lambda: f"still {self._state()}: {self.heard()}")

    def sees(self) -> str:
        """The number shown for the call that rings or is held."""
        return str(self.carrier.phone(self.number)["call"]["other"])

    def _state(self) -> str:
        call = self.carrier.phone(self.number)["call"]
        return str(call["state"]) if call else "idle"

    def _is_joined(self) -> bool:
        call = self.carrier.phone(self.number)["call"]
        return bool(call and call["joined"])


def numbers() -> Iterator[str]:
    """Numbers that reach nobody and are no dispatcher's, no magic one's and nobody's of the demo."""
    return (
        f"+1{area}555{last:04d}"
        for area in ("323", "415", "312", "602", "626", "818")
        for last in range(100, 200)
    )


def code_in(text: str, pattern: str) -> str:
    """The code that stands in a text where the pattern has its group."""
    found = re.search(pattern, text)
    assert found, text
    return found[1]


_FRESH: Final = count()
_ALL: Final = list(numbers())


def stranger(carrier: CarrierClient) -> Person:
    """Somebody who never wrote or called before."""
    return Person(carrier, strangers_number())


def strangers_number() -> str:
    return _ALL[next(_FRESH)]
