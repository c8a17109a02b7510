"""Send what waits, from the database, in the order of urgency and within the permitted rate."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from hotline.domain.call import CALLS
from hotline.domain.lease import BATCH
from hotline.operations.line import Line
from hotline.operations.outlook import Outlook, look
from hotline.operations.permit import Permit
from hotline.operations.possession import require_readable, tell_of_wrong_key
from hotline.operations.quiet import quiet_zips
from hotline.operations.sending import send
from hotline.operations.spending import charge, charge_for, hold_for_spending, price_of, segments_left
from hotline.store import broadcasts, deliveries, outbox
from hotline.store.broadcasts import Body, Broadcast
from hotline.store.database import transaction
from hotline.store.parcels import Parcel
from hotline.store.rates import Rates
from hotline.store.sealing import CannotOpen

WORK_S: Final = 20.0
LONGEST_PAUSE_S: Final = 0.1  # while waiting for the rate: an urgent alert is seen after so long
LOOK_S: Final = 0.05  # an urgent alert is seen after so long, while the rate allows all
# While the day's budget pays for more than all processes send between two looks, the look will do.
ENOUGH_SEGMENTS: Final = 5000
# Several batches on their way at once, so that the carrier's distance is not waited for between them: where
# the rate grants a few texts at a time, many; of full batches, six hold as much as may wait for a place in
# flight before something more urgent.
LANES: Final = 16
CLAIMED_AT_MOST: Final = 6 * BATCH


@dataclass(slots=True)
class Stretch:
    """One stretch of work. `stopping` ends it early; wordings are opened once for each broadcast.

    What there is to send is looked at a few times in a second and shared by the lanes; whether a row may
    go out is decided by the statement that takes it.
    """

    line: Line
    rates: Rates
    stopping: threading.Event
    until: float
    monotonic: Callable[[], float] = time.monotonic
    turn: int = 0
    bodies: dict[int, dict[str, Body]] = field(default_factory=dict)
    _looking: threading.Lock = field(default_factory=threading.Lock)
    _claiming: threading.Lock = field(default_factory=threading.Lock)
    _claimed: int = 0
    _seen: Outlook | None = None
    _seen_at: float = 0.0

    @property
    def is_over(self) -> bool:
        return self.stopping.is_set() or self.monotonic() >= self.until

    def rest(self) -> None:
        """Wait for the end."""
        self.stopping.wait(max(0.0, self.until - self.monotonic()))

    @property
    def room(self) -> int:
        """How many texts of broadcasts may be taken now."""
        return max(0, min(BATCH, CLAIMED_AT_MOST - self._claimed))

    @contextmanager
    def claiming(self, texts: int) -> Iterator[None]:
        """So many are being taken, sent and settled."""
        self._claim(texts)
        try:
            yield
        finally:
            self._claim(-texts)

    def _claim(self, texts: int) -> None:
        with self._claiming:
            self._claimed += texts

    def permit(self, sender: str, segments: int) -> Permit:
        """For what was granted just now."""
        return Permit(self.rates, sender, segments, self.monotonic(), self.stopping, self.monotonic)

    def look(self, now: datetime) -> Outlook:
        """What there is to send, as of a moment ago."""
        with self._looking:
            if self._seen is None or self.monotonic() - self._seen_at > LOOK_S:
                self._seen_at = self.monotonic()
                self._seen = look(self.line, now)
            return self._seen

    def look_again(self) -> None:
        """What was seen no longer holds."""
        self._seen = None


@dataclass(frozen=True, slots=True)
class Step:
    """`wait_s`: there is more, but not before the rate allows; None: nothing was left when we looked."""

    asked: int = 0
    wait_s: float | None = None


def deliver(
    line: Line,
    rates: Rates,
    stopping: threading.Event | None = None,
    work_s: float = WORK_S,
    lanes: int = LANES,
) -> int:
    """Send what waits until nothing does, the time is over or `stopping` is set.

    Returns how many texts were asked of the carrier. Everything taken is settled when it returns.
    Raises hotline.store.database.DatabaseAway; what was taken is then looked up later.
    """
    stretch = Stretch(line, rates, stopping or threading.Event(), time.monotonic() + work_s)
    if lanes == 1:
        return _lane(stretch)
    with ThreadPoolExecutor(lanes, thread_name_prefix="lane") as pool:
        done = [pool.submit(_lane, stretch) for _ in range(lanes)]
        return sum(lane.result() for lane in done)


def _lane(stretch: Stretch) -> int:
    asked = 0
    while not stretch.is_over:
        try:
            step = _step(stretch)
        except CannotOpen:  # what was taken is pending again; nobody can send until the key is put right
            tell_of_wrong_key(stretch.line)
            stretch.rest()
            break
        asked += step.asked
        if step.wait_s is not None:
            stretch.stopping.wait(min(step.wait_s, LONGEST_PAUSE_S))
        elif step.asked == 0:
            break
    return asked


def _step(stretch: Stretch) -> Step:
    """One batch: lone messages first (answers, words, calls to staff), then the most urgent broadcast."""
    now = stretch.line.clock()
    seen = stretch.look(now)
    if seen.is_stopped:
        return Step()
    stretch.turn += 1
    # Whoever comes later leaves a sender's rate to who waits for it: a short text would otherwise take,
    # again and again, what an urgent long one is saving up for.
    waits: dict[str, float] = {}
    for sender, attempt in _attempts(stretch, seen, now):
        if sender in waits:
            continue
        step = attempt()
        if step.asked:
            return step
        if step.wait_s is not None:
            waits[sender] = step.wait_s
    if not waits:
        stretch.look_again()
    return Step(0, min(waits.values(), default=None))


def _attempts(stretch: Stretch, seen: Outlook, now: datetime) -> list[tuple[str, Callable[[], Step]]]:
    """What to try in which order, each with its sender."""
    tries: list[tuple[str, Callable[[], Step]]] = []
    awake = [name for name in stretch.line.senders if name not in seen.resting]
    if seen.lone and awake:
        tries.append((awake[0], partial(_messages, stretch, awake[0], seen.lone, now)))
    for of in _in_turn([waiting.of for waiting in seen.waiting], stretch.turn):
        waits_for = next(waiting.senders for waiting in seen.waiting if waiting.of is of)
        tries += [
            (sender, partial(_batch, stretch, of, sender, now))
            for sender in (CALLS, *of.senders)  # calls take longest, and nothing from the texts' rates
            if sender in waits_for and sender not in seen.resting
        ]
    return tries


def _in_turn(running: Sequence[Broadcast], turn: int) -> list[Broadcast]:
    """Urgent ones before others; equals take turns."""
    urgent = [of for of in running if of.is_urgent]
    others = [of for of in running if not of.is_urgent]
    return [of for group in (urgent, others) if group for of in _rotated(group, turn % len(group))]


def _rotated(group: list[Broadcast], by: int) -> list[Broadcast]:
    return group[by:] + group[:by]


def _messages(stretch: Stretch, sender: str, lone: Sequence[int], now: datetime) -> Step:
    line = stretch.line
    stretch.look_again()  # they are few: whoever comes next sees what is left
    grant = stretch.rates.take(sender, lone[0], sum(lone))
    permit = stretch.permit(sender, grant.segments)
    if not grant.segments:
        return Step(0, grant.wait_s)
    with transaction(line.database) as db:
        count = _fitting(lone, grant.segments)
        taken = outbox.take(db, line.keyring, sender, count, now, line.timing)
        require_readable(line, db, taken)
        used = sum(parcel.segments for parcel in taken)
        charge(line, db, used, now)
    permit.needs(used)
    return _sent(line, taken, None, permit)


def _fitting(sizes: Sequence[int], room: int) -> int:
    """How many of these, in their order, find room."""
    count = 0
    for size in sizes:
        room -= size
        if room < 0:
            break
        count += 1
    return max(1, count)


def _batch(stretch: Stretch, of: Broadcast, sender: str, now: datetime) -> Step:
    """The next texts of one broadcast from one sender: rate and budget first, then the rows."""
    line, bodies = stretch.line, _bodies(stretch, of)
    largest = 1 if sender == CALLS else max(body.segments for body in bodies.values())
    has_quiet_hours = line.limits.has_quiet_hours and not of.is_urgent
    quiet = quiet_zips(of.zips, now) if has_quiet_hours else []
    # Without quiet hours the look has told; with them a rate must not be held for who sleeps.
    if quiet and not _is_anyone_awake(line, of, sender, quiet, now):
        return Step()
    left = _left(stretch, now)
    price = price_of(line, sender, largest)
    if left is not None and left * line.limits.segment_price < price:
        hold_for_spending(line, of.id, now)
        return Step()
    room = BATCH if sender == CALLS else stretch.room * largest
    if not room:
        return Step(0, LONGEST_PAUSE_S)
    most = room if left is None else min(room, _affordable(line, sender, left))
    grant = stretch.rates.take(sender, largest, most)
    permit = stretch.permit(sender, grant.segments)
    if not grant.segments:
        return Step(0, grant.wait_s)
    count = grant.segments // largest
    with stretch.claiming(count):
        with transaction(line.database) as db:
            taken = deliveries.take(
                db, line.keyring, of, bodies, sender, count, quiet, line.clock(), line.timing
            )
            require_readable(line, db, taken)
            used = sum(parcel.segments for parcel in taken)
            charge_for(line, db, sender, used, now)
        permit.needs(used)
        return _sent(line, taken, of.id, permit)


def _sent(line: Line, taken: Sequence[Parcel], broadcast_id: int | None, permit: Permit) -> Step:
    """What was held back is looked at again, in its turn."""
    asked = send(line, taken, broadcast_id, permit) if taken else 0
    return Step(asked, LONGEST_PAUSE_S if taken and not asked else None)


def _affordable(line: Line, sender: str, left: int) -> int:
    """What the rest of the day's budget, in segments of text, is in what this sender sends."""
    price = price_of(line, sender, 1)
    return left * line.limits.segment_price // price if price else left


def _is_anyone_awake(line: Line, of: Broadcast, sender: str, quiet: Sequence[str], now: datetime) -> bool:
    with transaction(line.database) as db:
        return deliveries.has_pending(db, of.id, sender, quiet, now)


def _left(stretch: Stretch, now: datetime) -> int | None:
    """What the budget still pays for: as seen a moment ago, asked again when that is not much."""
    seen = stretch.look(now).segments_left
    if seen is None or seen > ENOUGH_SEGMENTS:
        return seen
    with transaction(stretch.line.database) as db:
        return segments_left(stretch.line, db, now)


def _bodies(stretch: Stretch, of: Broadcast) -> dict[str, Body]:
    if of.id not in stretch.bodies:
        with transaction(stretch.line.database) as db:
            stretch.bodies[of.id] = broadcasts.bodies_of(db, stretch.line.keyring, of.id)
    return stretch.bodies[of.id]
