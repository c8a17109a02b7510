"""What every operation needs, gathered once by bootstrap."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine

from hotline.domain.code import PickOne
from hotline.domain.hours import Hours
from hotline.domain.language import Language
from hotline.domain.person import Roster
from hotline.domain.phone import PhoneNumber
from hotline.domain.ports import Caller, Queue, Records, Sender
from hotline.domain.sender import ACCOUNT_PERMITTED
from hotline.domain.timing import USUAL, Timing
from hotline.flow.library import Library
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.flow_counts import FlowCounts
from hotline.store import audit
from hotline.store.quick import Quick
from hotline.store.sealing import Keyring

Mode = Literal["demo", "production"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Periods in days, bounds in counts; money in millionths of a dollar (`None`: no limit).

    `segments_per_second` is the rate of a sender that has none in `sender_rates`. Only a demo has no quiet
    hours: nobody sleeps there, and a trial must not wait for morning.
    """

    contact_days: int = 180
    message_days: int = 14
    report_days: int = 30
    recording_days: int = 7
    turn_days: int = 2
    ticket_days: int = 30
    session_hours: int = 6
    open_tickets: int = 500
    replies_per_window: int = 14
    window_s: int = 30
    daily_spend: int | None = 50_000_000
    segment_price: int = 7_900
    segments_per_second: float = 1.0
    sender_rates: Mapping[str, float] = field(default_factory=dict)
    account_segments_per_second: float = ACCOUNT_PERMITTED
    sending_processes: int = 4
    burst_segments: int = 1
    calls_per_second: float = 1.0
    call_price: int = 25_000
    staff_texts_per_hour: int = 60
    has_quiet_hours: bool = True

    def rate_of(self, senders: Iterable[str]) -> float:
        """The segments a second that these may send together."""
        together = sum(self.sender_rates.get(sender, self.segments_per_second) for sender in senders)
        return min(together or self.segments_per_second, self.account_segments_per_second)


@dataclass(frozen=True, slots=True)
class Line:
    """The parts of one running hotline. `library` gives the texts that may be said at this moment,
    `people` who works for the network at this moment, `gettext` a staff sentence in a language."""

    mode: Mode
    database: Engine
    quick: Quick
    keyring: Keyring
    flow: Flow
    network: Network
    library: Callable[[], Library]
    place_of: Callable[[str], str | None]
    queue: Queue
    sender: Sender
    caller: Caller
    records: Records
    people: Callable[[], Roster]
    hours: Hours
    senders: tuple[str, ...]
    voice_number: PhoneNumber
    limits: Limits
    pick: PickOne
    gettext: Callable[[Language, str], str]
    clock: Callable[[], datetime]
    timing: Timing = USUAL
    counts: FlowCounts = field(default_factory=FlowCounts)

    def __post_init__(self) -> None:
        audit.sign_with(self.database, self.keyring)
