"""What every operation needs, gathered once by bootstrap."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine

from hotline.domain.code import PickOne
from hotline.domain.hours import Hours
from hotline.domain.language import Language
from hotline.domain.person import Dispatcher
from hotline.domain.phone import PhoneNumber
from hotline.domain.ports import Caller, Queue, Records, Sender
from hotline.flow.library import Library
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.store.quick import Quick
from hotline.store.sealing import Keyring

Mode = Literal["demo", "production"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Periods in days, bounds in counts; money in millionths of a dollar (`None`: no limit).

    Only a demo has no quiet hours: nobody sleeps there, and a trial must not wait for morning.
    """

    contact_days: int = 180
    message_days: int = 14
    report_days: int = 30
    recording_days: int = 7
    turn_days: int = 2
    ticket_days: int = 30
    session_hours: int = 6
    open_tickets_per_contact: int = 2
    open_tickets: int = 500
    replies_per_window: int = 14
    window_s: int = 30
    daily_spend: int | None = 50_000_000
    segment_price: int = 7_900
    segments_per_second: float = 1.0
    burst_segments: int = 2
    calls_per_second: float = 1.0
    call_price: int = 25_000
    staff_texts_per_hour: int = 60
    has_quiet_hours: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """The parts of one running hotline. `library` gives the texts that may be said at this moment,
    `gettext` a staff sentence in a language."""

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
    dispatchers: tuple[Dispatcher, ...]
    hours: Hours
    senders: tuple[str, ...]
    voice_number: PhoneNumber
    limits: Limits
    pick: PickOne
    gettext: Callable[[Language, str], str]
    clock: Callable[[], datetime]

    def dispatcher_with(self, number: PhoneNumber) -> Dispatcher | None:
        return next((d for d in self.dispatchers if d.phone == number), None)
