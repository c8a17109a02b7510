"""Outgoing webhooks: what is told, how often it is tried again, and which addresses may be told at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import Final, Literal, get_args

from hotline.domain.incident import IncidentState

HookEvent = Literal[
    "alert.ended",
    "alert.released",
    "incident.closed",
    "incident.confirmed",
    "incident.not_found",
    "incident.other_agency",
]
HOOK_EVENTS: Final[tuple[HookEvent, ...]] = get_args(HookEvent)

# Of which steps of an incident others are told; that one is being checked, or was never settled, is ours.
EVENT_OF_STATE: Final[Mapping[IncidentState, HookEvent]] = {
    "confirmed": "incident.confirmed",
    "not_found": "incident.not_found",
    "other_agency": "incident.other_agency",
    "closed": "incident.closed",
}

# One try, then one after each of these; what is not taken then is given up.
WAITS: Final = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)
# So many failures one after another, of whatever was sent, end a webhook.
ENDS_AFTER: Final = 12
# A worker that was lost gives back what it had after so long: well above the time one request may take.
LEASE: Final = timedelta(minutes=1)
KEPT: Final = timedelta(days=7)
ANSWER_WITHIN_S: Final = 5.0

# The address says it takes nothing any more (RFC 9110, 15.5.11).
GONE: Final = 410

LONGEST_ADDRESS: Final = 300
HOOKS_AT_MOST: Final = 20

Ended = Literal["person", "failures", "gone"]


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one try. `status` is the HTTP status; None when there was no answer."""

    status: int | None

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def next_try(attempt: int, now: datetime) -> datetime | None:
    """When to try again after so many tries; None to give up."""
    return now + WAITS[attempt - 1] if attempt <= len(WAITS) else None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """May the line reach out to it in somebody's name? Nothing of this house, its network or its host."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved
