"""People of the network: who they are, what they may do, and who is on duty."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from hotline.domain.language import Language
from hotline.domain.phone import PhoneNumber

Role = Literal["dispatcher", "verifier", "approver", "admin"]
ROLES: Final[tuple[Role, ...]] = ("dispatcher", "verifier", "approver", "admin")

NAME_AT_MOST: Final = 40  # signs; the name stands in texts, tickets and the audit
RESERVED: Final = frozenset({"system"})  # what nobody does is written down under this name


@dataclass(frozen=True, slots=True)
class Spoken:
    """A language somebody speaks: a tag of BCP 47 (`es-MX`, `mam`) and, in words, which kind of it."""

    tag: str
    variant: str = ""

    def __str__(self) -> str:
        return f"{self.tag}={self.variant}" if self.variant else self.tag


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works for the network. `language` is the one staff texts come in, `zips` are where a
    verifier works."""

    id: int
    name: str
    roles: frozenset[Role]
    organisation: str
    languages: tuple[Spoken, ...]
    phone: PhoneNumber
    language: Language
    is_available: bool
    zips: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roster:
    """Everybody of the network at one moment, in the order in which they came."""

    people: tuple[Person, ...] = ()

    def person_with(self, number: PhoneNumber) -> Person | None:
        return self._by_number.get(number)

    def named(self, name: str) -> Person | None:
        """Somebody by their name, however it is typed."""
        return self._by_name.get(key_of(name))

    def with_role(self, role: Role) -> tuple[Person, ...]:
        return self._by_role[role]

    def available(self, role: Role) -> tuple[Person, ...]:
        """Those with a role who are on duty now."""
        return self._on_duty[role]

    @cached_property
    def _by_role(self) -> Mapping[Role, tuple[Person, ...]]:
        return {role: tuple(person for person in self.people if role in person.roles) for role in ROLES}

    @cached_property
    def _on_duty(self) -> Mapping[Role, tuple[Person, ...]]:
        return {
            role: tuple(one for one in people if one.is_available) for role, people in self._by_role.items()
        }

    @cached_property
    def _by_number(self) -> Mapping[PhoneNumber, Person]:
        return {person.phone: person for person in self.people}

    @cached_property
    def _by_name(self) -> Mapping[str, Person]:
        return {key_of(person.name): person for person in self.people}


def key_of(name: str) -> str:
    """What two spellings of a name share."""
    return " ".join(name.split()).casefold()
