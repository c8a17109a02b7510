"""Commands that people of the network text from their own phones: the words, and who may use each."""

import re
from dataclasses import dataclass
from typing import Final, Literal

from hotline.domain.code import read_code
from hotline.domain.person import Role
from hotline.domain.words import fold

Verb = Literal["on", "off", "waits", "take", "go"]


@dataclass(frozen=True, slots=True)
class Command:
    verb: Verb
    code: str = ""

    def __str__(self) -> str:
        return f"{self.verb} {self.code}".strip()


@dataclass(frozen=True, slots=True)
class Rule:
    """`roles`: one of them is needed; none named: anybody of the network."""

    needs_pin: bool
    roles: frozenset[Role] = frozenset()


_DISPATCHER: Final[frozenset[Role]] = frozenset({"dispatcher"})

# GO rings the phone that is written down, so a faked number gains nothing by it, and whoever is woken by an
# urgent ticket has no PIN at hand. The one-time word of an alert and the answer to a request to verify
# (release.py, verify_answers.py) need none either: each was asked of this phone just before.
RULES: Final[dict[Verb, Rule]] = {
    "on": Rule(needs_pin=True),
    "off": Rule(needs_pin=True),
    "waits": Rule(needs_pin=True),
    "take": Rule(needs_pin=True, roles=_DISPATCHER),
    "go": Rule(needs_pin=False, roles=_DISPATCHER),
}

# Whole messages, as `fold` writes them.
WORDS: Final[dict[str, Verb]] = {
    "on": "on",
    "entro": "on",
    "disponible": "on",
    "available": "on",
    "off": "off",
    "salgo": "off",
    "no disponible": "off",
    "not available": "off",
    "waits": "waits",
    "waiting": "waits",
    "pendientes": "waits",
    "pendiente": "waits",
}
WORDS_WITH_CODE: Final[dict[str, Verb]] = {"take": "take", "tomo": "take", "go": "go", "voy": "go"}

_WITH_CODE: Final = re.compile(rf"(?P<word>{'|'.join(WORDS_WITH_CODE)})\s+(?P<code>\S.*)")


def read_command(body: str) -> Command | None:
    """The command that a text is; None when it is none."""
    folded = fold(body)
    verb = WORDS.get(folded)
    if verb is not None:
        return Command(verb)
    found = _WITH_CODE.fullmatch(folded)
    code = read_code(found["code"]) if found else None
    return Command(WORDS_WITH_CODE[found["word"]], code) if found and code else None
