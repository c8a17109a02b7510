"""Other programs are told what happened: signed, with codes alone, again and again, and not for ever."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hotline.domain.hook import ENDS_AFTER, HOOK_EVENTS, HOOKS_AT_MOST, WAITS, Told
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations import hooks
from hotline.operations.hooks import HookRefused, check_address
from hotline.operations.incidents import step
from hotline.operations.line import Line
from hotline.store import hooks as store
from hotline.store.database import transaction
from tests.incidents import described, sees
from tests.lines import ANA, BO, Clock, make_line
from tests.people import draft_actual, release, subscribe

ADDRESS = "https://partner.example.org/hook?token=theirs"


@dataclass
class Others:
    """The other programs: they answer as they are told to, and remember what they were told."""

    status: int | None = 204
    told: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def __call__(self, address: str, headers: Mapping[str, str], body: bytes) -> Told:
        self.told.append((address, headers, body))
        return Told(self.status)

    @property
    def events(self) -> list[str]:
        return [json.loads(body)["event"] for _, _, body in self.told]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network, clock: Clock) -> Line:
    return make_line(database, flow, network, clock=clock)


@pytest.fixture
def others() -> Others:
    return Others()


def added(line: Line, *events: str, address: str = ADDRESS) -> hooks.Added:
    return hooks.add(line, address, events or HOOK_EVENTS, ANA.name, line.clock())


def happens(line: Line, event: str = "alert.released", **data: Any) -> None:
    with transaction(line.database) as db:
        store.announce(db, event, data, line.clock())  # type: ignore[arg-type]


def tell(line: Line, others: Others) -> int:
    return hooks.deliver(line, others, line.clock)


def one(line: Line, hook_id: int) -> store.Hook:
    with transaction(line.database) as db:
        found = store.by_id(db, line.keyring, hook_id)
    assert found is not None
    return found


def test_what_is_told_is_signed(line: Line, others: Others) -> None:
    secret = added(line).secret
    happens(line, alert="K7Q2")
    assert tell(line, others) == 1
    [(address, headers, body)] = others.told
    assert address == ADDRESS
    told = json.loads(body)
    assert (told["event"], told["data"]) == ("alert.released", {"alert": "K7Q2"})
    timestamp, sign = (part.split("=")[1] for part in headers["Hotline-Signature"].split(","))
    assert int(timestamp) == int(line.clock().timestamp())
    made = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()
    assert hmac.compare_digest(made, sign)


def test_the_way_of_an_incident_and_its_alert_is_told_with_codes_alone(line: Line, others: Others) -> None:
    added(line)
    subscribe(line, 1)
    code = described(line)
    step(line, code, "verifying", ANA.name, "asked Bo", line.clock())
    sees(line, code, BO)
    step(line, code, "confirmed", ANA.name, "Bo is there", line.clock())
    alert = draft_actual(line, incident=code, basis=None, observer=None, seen_at=None)
    release(line, alert)
    while tell(line, others):
        pass
    assert others.events == ["incident.confirmed", "alert.released"]
    told = b"".join(body for _, _, body in others.told).decode()
    assert code in told
    assert alert in told
    for private in ("Soto", "Ana", "Bo ", "+1"):
        assert private not in told


def test_it_is_written_in_the_transaction_of_what_happened(line: Line, others: Others) -> None:
    added(line)

    with transaction(line.database) as db:
        store.announce(db, "alert.released", {}, line.clock())
        db.rollback()
    assert tell(line, others) == 0


def test_who_did_not_ask_for_it_is_not_told(line: Line, others: Others) -> None:
    added(line, "alert.ended")
    happens(line, "alert.released")
    assert tell(line, others) == 0


def test_nobody_is_told_what_happened_before_they_came(line: Line, others: Others) -> None:
    happens(line)
    added(line)
    assert tell(line, others) == 0


def test_it_is_tried_again_with_growing_waits_and_then_given_up(
    line: Line, others: Others, clock: Clock
) -> None:
    added(line)
    happens(line)
    others.status = 500
    for wait in WAITS:
        assert tell(line, others) == 1
        clock.pass_(seconds=wait.total_seconds() - 1)
        assert tell(line, others) == 0
        clock.pass_(seconds=1)
    assert tell(line, others) == 1
    clock.pass_(hours=6)
    assert tell(line, others) == 0
    assert list(WAITS) == sorted(WAITS)


def test_a_redirect_is_no_answer(line: Line, others: Others, clock: Clock) -> None:
    added(line)
    happens(line)
    others.status = 302
    tell(line, others)
    others.status = 200
    clock.pass_(seconds=10)
    assert tell(line, others) == 1
    clock.pass_(hours=1)
    assert tell(line, others) == 0


def test_what_only_fails_is_ended_and_what_waits_is_dropped(line: Line, others: Others, clock: Clock) -> None:
    hook_id = added(line).hook_id
    others.status = None
    for _ in range(ENDS_AFTER + 3):
        happens(line)
    while one(line, hook_id).ended_at is None:
        tell(line, others)
        clock.pass_(seconds=10)
    assert len(others.told) == ENDS_AFTER
    assert one(line, hook_id).ended_why == "failures"
    clock.pass_(hours=6)
    assert tell(line, others) == 0


def test_one_answer_makes_good_what_failed_before(line: Line, others: Others, clock: Clock) -> None:
    hook_id = added(line).hook_id
    happens(line)
    others.status = 503
    tell(line, others)
    assert one(line, hook_id).failures == 1
    others.status = 200
    clock.pass_(seconds=10)
    tell(line, others)
    assert one(line, hook_id).failures == 0


def test_who_says_gone_is_told_nothing_more(line: Line, others: Others) -> None:
    hook_id = added(line).hook_id
    happens(line)
    others.status = 410
    tell(line, others)
    assert one(line, hook_id).ended_why == "gone"


def test_a_slow_one_does_not_keep_what_others_are_told(line: Line, others: Others) -> None:
    for number in range(3):
        added(line, address=f"https://p{number}.example.org/")
    happens(line)
    happens(line)
    assert tell(line, others) == 3  # one of each at a time
    assert len({address for address, _, _ in others.told}) == 3


def test_what_a_lost_worker_had_is_told_later(line: Line, others: Others, clock: Clock) -> None:
    added(line)
    happens(line)
    with pytest.raises(RuntimeError):
        hooks.deliver(line, _broken, line.clock)
    assert tell(line, others) == 0
    clock.pass_(minutes=1)
    assert tell(line, others) == 1


def _broken(address: str, headers: Mapping[str, str], body: bytes) -> Told:
    raise RuntimeError("the worker was lost")


def test_after_a_week_it_is_forgotten(line: Line, others: Others, clock: Clock) -> None:
    added(line)
    happens(line)
    tell(line, others)
    clock.pass_(days=7, seconds=1)
    tell(line, others)
    with transaction(line.database) as db:
        assert db.scalar(text("SELECT count(*) FROM hook_delivery")) == 0


def test_address_and_secret_are_sealed(line: Line) -> None:
    secret = added(line).secret
    with transaction(line.database) as db:
        kept = str(db.execute(text("SELECT * FROM hook")).one())
        audited = str(db.execute(text("SELECT details FROM audit")).all())
    for private in ("partner.example.org", "theirs", secret):
        assert private not in kept + audited


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("", "address"),
        ("partner.example.org", "address"),
        ("https://", "address"),
        ("https://user:secret@partner.example.org/", "address"),
        ("https://partner.example.org/#part", "address"),
        ("https://partner.example.org/a b", "address"),
        ("https://partner.example.org/\x00", "address"),
        ("https://partner.example.org:99999/", "address"),
        ("https://[::1", "address"),
        ("https://partner.example.org/" + "x" * 300, "address"),
        ("http://partner.example.org/", "https"),
        ("ftp://partner.example.org/", "https"),
        ("https://127.0.0.1/", "private"),
        ("https://localhost/", "private"),
        ("https://x.localhost/", "private"),
        ("https://10.0.0.1/", "private"),
        ("https://192.168.1.1/", "private"),
        ("https://169.254.169.254/latest/meta-data", "private"),
        ("https://[::1]/", "private"),
        ("https://[::ffff:127.0.0.1]/", "private"),
        ("https://[fe80::1]/", "private"),
        ("https://[fd00::1]/", "private"),
        ("https://0.0.0.0/", "private"),
        ("https://100.64.0.1/", "private"),
        ("https://224.0.0.1/", "private"),
    ],
)
def test_an_address_that_is_none_or_inside_is_refused(address: str, reason: str) -> None:
    with pytest.raises(HookRefused) as refused:
        check_address(address, is_demo=False)
    assert refused.value.reason == reason


def test_a_demo_may_tell_this_machine_and_no_other_inside() -> None:
    assert check_address("http://127.0.0.1:9000/hook", is_demo=True)
    assert check_address("http://localhost:9000/hook", is_demo=True)
    for address in ("https://10.0.0.1/", "https://169.254.169.254/", "http://partner.example.org/"):
        with pytest.raises(HookRefused):
            check_address(address, is_demo=True)


def test_something_must_be_chosen_and_there_are_so_many_at_most(line: Line) -> None:
    with pytest.raises(HookRefused):
        hooks.add(line, ADDRESS, ["subscriber.added"], ANA.name, line.clock())
    ids = [added(line).hook_id for _ in range(HOOKS_AT_MOST)]
    with pytest.raises(HookRefused) as refused:
        added(line)
    assert refused.value.reason == "too_many"
    assert hooks.end(line, ids[0], ANA.name, line.clock())
    assert not hooks.end(line, ids[0], ANA.name, line.clock())
    added(line)
