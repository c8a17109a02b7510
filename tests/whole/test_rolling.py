"""Restarts and new tables in the middle of a broadcast: nothing is lost, and nobody waits for a lease."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from benchmarks.fault_people import Person, forget_everything, release, sign_up
from hotline.domain.timing import USUAL
from hotline.store import schema
from hotline.store.database import transaction
from hotline.store.queue import ROLES
from tests.whole.hosts import Hosts, open_hosts
from tests.whole.people import stranger

pytestmark = [pytest.mark.whole, pytest.mark.timeout(300)]

RATE: Final = 150.0
EACH: Final = 120  # people of a broadcast: one for each host that is restarted
MANY: Final = 500
WRITE: Final = 12
STOPS_WITHIN_S: Final = 45.0  # as compose.yaml and the units give a worker


@pytest.fixture(scope="module")
def running_hosts() -> Iterator[Hosts]:
    with open_hosts([("send",), ROLES], webs=2, apart=False, rate=RATE) as hosts:
        yield hosts


@pytest.fixture
def hosts(running_hosts: Hosts) -> Hosts:
    running_hosts.carrier.reset()
    forget_everything(running_hosts.line)
    return running_hosts


def signed_up(hosts: Hosts, count: int) -> list[Person]:
    return sign_up(hosts.line, count, 1, random.Random(5))


def goes_out(hosts: Hosts, after: int) -> int:
    """Release an alert and wait until so many texts of it were asked of the carrier."""
    before = hosts.asked()
    broadcast_id = release(hosts.line, 1, None)[0]
    hosts.until(lambda: hosts.asked() > before + after)
    return broadcast_id


def test_each_host_restarted_in_the_middle_of_a_broadcast_loses_nothing(hosts: Hosts) -> None:
    people, broadcasts = signed_up(hosts, EACH), []
    for host in hosts.all():
        broadcasts.append(goes_out(hosts, after=EACH // 6))
        assert hosts.standing()["pending"] > EACH // 6
        host.end()
        hosts.start(host)
    hosts.until(lambda: hosts.are_delivered(EACH * len(broadcasts)))
    verdict = hosts.verdict(people, broadcasts)
    assert verdict.holds, (verdict, hosts.said())
    assert rows_where(hosts, "attempt > 1") == 0  # each was asked once, and its answer heard
    assert not hosts.carrier.record(summary=True)["callbacks"].get("failed")


def test_workers_that_are_stopped_finish_what_is_in_flight_and_give_the_rest_back(hosts: Hosts) -> None:
    people = signed_up(hosts, MANY)
    hosts.carrier.misbehave(latency_s=1.0)
    broadcast_id = goes_out(hosts, after=MANY // 10)
    stopped_at = time.monotonic()
    for host in hosts.workers:
        host.ask_to_end()
    for host in hosts.workers:
        host.await_end()  # asked once: a second signal cuts off what is in flight
    assert time.monotonic() - stopped_at < min(STOPS_WITHIN_S, USUAL.lease_s)
    # Nothing is anybody's any more, and whoever comes next may take it at once.
    standing = hosts.standing()
    assert (standing["sending"], standing["unknown"]) == (0, 0), standing
    assert standing["pending"] > MANY // 10
    assert rows_where(hosts, "status = 'pending' AND (not_before > now() OR leased_until > now())") == 0
    hosts.carrier.misbehave()
    hosts.start(*hosts.workers)
    hosts.until(lambda: hosts.are_delivered(MANY))
    verdict = hosts.verdict(people, [broadcast_id])
    assert verdict.holds, (verdict, hosts.said())


def rows_where(hosts: Hosts, condition: str) -> int:
    with transaction(hosts.line.database) as db:
        return int(db.scalar(text(f"SELECT count(*) FROM delivery WHERE {condition}")) or 0)


NEXT: Final = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = {head!r}
branch_labels = None
depends_on = None

BUSY = ("contact", "session", "turn", "message", "alert", "broadcast", "delivery", "delivery_tally")


def upgrade():
    for table in BUSY:
        op.add_column(table, sa.Column("later", sa.String(16), server_default="none", nullable=False))
    op.create_index("ix_delivery_later", "delivery", ["later"])
    op.create_table(
        "later", sa.Column("broadcast_id", sa.BigInteger, sa.ForeignKey("broadcast.id"), primary_key=True)
    )


def downgrade():
    op.drop_table("later")
    op.drop_index("ix_delivery_later")
    for table in BUSY:
        op.drop_column(table, "later")
"""


@pytest.fixture
def next_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more revision than there are: it touches every table that turns and broadcasts write to."""
    config_of = schema._config

    def with_next(db: Connection) -> Config:
        config = config_of(db)
        folders = f"{Path(schema.__file__).parent / 'migrations' / 'versions'}:{tmp_path}"
        config.set_main_option("version_locations", folders)
        config.set_main_option("path_separator", ":")
        return config

    with_head = Config()
    with_head.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    head = ScriptDirectory.from_config(with_head).get_current_head()
    (tmp_path / "next.py").write_text(NEXT.format(head=head), encoding="utf-8")
    monkeypatch.setattr(schema, "_config", with_next)


@pytest.mark.usefixtures("next_revision")
def test_new_tables_come_while_this_version_serves(hosts: Hosts) -> None:
    """Turns and a broadcast go on while the revision of the next version runs."""
    people, writing = signed_up(hosts, MANY), [stranger(hosts.carrier) for _ in range(WRITE)]
    hosts.carrier.misbehave(latency_s=1.0)  # so that it lasts
    broadcast_id = goes_out(hosts, after=MANY // 10)
    with ThreadPoolExecutor(1) as pool:
        bringing = pool.submit(schema.migrate, hosts.line.database)
        for person in writing:
            person.writes("hola")
        bringing.result(timeout=60)
    try:
        assert hosts.standing()["pending"] > 0
        assert rows_where(hosts, "later = 'none'") == MANY
        for person in writing:
            person.reads("1")
        hosts.carrier.misbehave()
        hosts.until(lambda: hosts.are_delivered(MANY))
        verdict = hosts.verdict(people, [broadcast_id])
    finally:
        with transaction(hosts.line.database) as db:
            command.downgrade(schema._config(db), "-1")
    assert verdict.holds, (verdict, hosts.said())
    assert rows_where(hosts, "attempt > 1") == 0
    assert hosts.carrier.errors() == []
