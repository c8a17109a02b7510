"""Words to choose from, as they are typed at a command."""

from collections.abc import Iterable
from typing import TypeVar

from hotline.cli.console import Refusal
from hotline.cli.words import say

Choice = TypeVar("Choice", bound=str)


def choose(given: str, among: Iterable[Choice]) -> Choice:
    """The one that was meant. Raises Refusal with the list."""
    choices = tuple(among)
    for choice in choices:
        if choice == given.strip():
            return choice
    raise Refusal(say("There is no {NAME}: choose from {CHOICES}.", NAME=given, CHOICES=", ".join(choices)))
