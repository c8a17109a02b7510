"""Builders for alerts by call: people who chose calls, and how their calls end."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from hotline.domain.outcome import Outcome
from hotline.domain.ports import CarrierMessage, Ring
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.calling import Heard, hear, settle_call
from hotline.operations.deliver import deliver
from hotline.operations.line import Line
from hotline.store import consents, subscriptions
from hotline.store.database import transaction
from hotline.store.parcels import DeliveryKey
from tests.lines import Carrier, Clock, make_line
from tests.people import (
    FreeRates,
    draft_actual,
    phone,
    release,
    subscribe,
)

SID = "CA" + "1" * 32


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network, clock=Clock())


def carrier(line: Line) -> Carrier:
    assert isinstance(line.caller, Carrier)
    return line.caller


def clock(line: Line) -> Clock:
    assert isinstance(line.clock, Clock)
    return line.clock


def chooses_calls(line: Line, number: int, language: str = "es", zip_code: str = "90033") -> int:
    contact_id = subscribe(line, number, zip_code, language)
    with transaction(line.database) as db:
        subscriptions.set_channel(db, contact_id, "voice")
    return contact_id


def send(line: Line) -> int:
    return deliver(line, FreeRates(), lanes=1)  # type: ignore[arg-type]


def called(line: Line, code: str | None = None) -> DeliveryKey:
    """One alert that went out, as a call to the one person there is."""
    broadcast_id = release(line, code or draft_actual(line))
    assert send(line) == 1
    return DeliveryKey(broadcast_id, 1)


def ended(line: Line, key: DeliveryKey, status: str, fence: int = 1, sid: str = SID, **more: object) -> None:
    settle_call(line, key, fence, sid, status, **more)  # type: ignore[arg-type]


def hears(line: Line, key: DeliveryKey, n: int = 1, keys: str = "", answered_by: str = "human") -> Heard:
    return hear(line, key, n, keys, answered_by, line.clock())


def words(heard: Heard) -> str:
    return " ".join(part.wording for part in heard.parts)


def suppressed(line: Line, number: int) -> bool:
    with transaction(line.database) as db:
        return consents.is_suppressed(db, line.keyring.lookups(phone(number)))


def answers(reply: Callable[[Ring], Outcome]) -> Carrier:
    """A carrier that answers each call as it is told to."""

    class Told(Carrier):
        def ring(self, ring: Ring) -> Outcome:
            super().ring(ring)
            return reply(ring)

    return Told()


def listed(line: Line, status: str, sid: str = SID) -> CarrierMessage:
    return CarrierMessage(sid, phone(1).e164, "+15005550006", "", status, None, line.clock(), "outbound-api")
