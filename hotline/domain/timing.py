"""How long things take and wait, in one value: a test or a fault harness makes all of it short."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Timing:
    """Everything in seconds."""

    # A request is not begun later than `begin_within_s` after its rows were taken and takes at most
    # connect and read (twilio.md 4), so that nothing is still on its way when a lease ends.
    lease_s: float = 120.0
    begin_within_s: float = 30.0
    connect_s: float = 5.0
    read_s: float = 30.0  # the carrier's own limit is near 26 s; giving up earlier makes unknowns
    # How long the carrier may need to show a message in its list is not documented; twice a minute is
    # what we wait before we call a message absent.
    shown_after_s: float = 60.0
    look_again_after_s: float = 60.0
    # Between tries of one text: growing from the first to the longest.
    first_wait_s: float = 30.0
    longest_wait_s: float = 900.0
    slow_down_s: float = 2.0  # 429: not processed, always safe to ask again (carrier error 20429)
    minute_s: float = 60.0  # AT&T counts a campaign's texts by the minute (carrier error 30022)
    hold_s: float = 900.0  # when the carrier does not say how long its allowance is used up
    # A consumer of receipts that has held entries for so long is gone: another takes them over.
    abandoned_s: float = 30.0
    fetch_after_s: float = 3600.0  # what the carrier took so long ago and never reported on is asked for
    # How often a role looks without being asked.
    deliver_every_s: float = 3.0
    drain_every_s: float = 1.0
    fetch_every_s: float = 3600.0
    sweep_every_s: float = 2.0
    reconcile_every_s: float = 15.0
    hooks_every_s: float = 5.0
    deletions_every_s: float = 60.0
    retention_every_s: float = 86_400.0

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_s)

    @property
    def shown_after(self) -> timedelta:
        return timedelta(seconds=self.shown_after_s)

    @property
    def look_again_after(self) -> timedelta:
        return timedelta(seconds=self.look_again_after_s)

    @property
    def fetch_after(self) -> timedelta:
        return timedelta(seconds=self.fetch_after_s)

    @property
    def longest_under_way_s(self) -> float:
        """From the moment rows are taken until none of their requests can be on its way any more."""
        return self.begin_within_s + self.connect_s + self.read_s


USUAL: Final = Timing()
TIMES: Final = tuple(field.name for field in fields(Timing))


def faults_of(timing: Timing) -> Iterator[str]:
    """Why texts could go out twice with these times; nothing when they cannot."""
    if timing.longest_under_way_s >= timing.lease_s:
        yield "lease_s must be above begin_within_s, connect_s and read_s together"


def shortened(timing: Timing) -> tuple[str, ...]:
    """The times that are shorter than usual."""
    return tuple(name for name in TIMES if getattr(timing, name) < getattr(USUAL, name))
