"""Somebody who is signed in, as every page sees them."""

from dataclasses import dataclass, field
from datetime import datetime

from hotline.domain.language import Language
from hotline.domain.permission import Permission
from hotline.domain.person import Role


@dataclass(frozen=True, slots=True)
class Visitor:
    """`csrf` is the secret that this session's own forms carry; `stepped_up_at` is when they last showed
    that it is them, None when that was not in this session or is not to be relied on."""

    person_id: int
    name: str
    roles: frozenset[Role]
    permissions: frozenset[Permission]
    language: Language
    session_id: int
    csrf: str = field(repr=False)
    stepped_up_at: datetime | None = None

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions
