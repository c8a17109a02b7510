"""A process that lost Redis alone sees in the database that others have not."""

from datetime import timedelta

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Engine, text

from hotline.store.contact import STALE_S, DatabaseContact
from hotline.store.database import open_database, transaction
from hotline.store.rates import ASK_EVERY_S, NOTE_EVERY_S, Rates
from hotline.store.servers.supervisor import Supervisor

SENDER = "+15005550006"


def passed(database: Engine, seconds: float) -> None:
    with transaction(database) as db:
        db.execute(
            text("UPDATE setting_mark SET changed_at = changed_at - :by"), {"by": timedelta(seconds=seconds)}
        )


def test_others_are_seen_and_one_self_is_not(database: Engine) -> None:
    one, other = DatabaseContact(database, "one"), DatabaseContact(database, "other")
    assert not one.do_others_draw()
    one.note()
    assert not one.do_others_draw()
    assert other.do_others_draw()
    other.note()
    assert one.do_others_draw()


def test_others_who_have_been_silent_have_lost_it_too(database: Engine) -> None:
    one, other = DatabaseContact(database, "one"), DatabaseContact(database, "other")
    other.note()
    passed(database, STALE_S + 0.1)
    assert not one.do_others_draw()
    other.note()
    assert one.do_others_draw()


def test_whoever_draws_is_not_called_silent() -> None:
    assert 2 * NOTE_EVERY_S < STALE_S


def test_a_database_that_is_away_says_nothing() -> None:
    contact = DatabaseContact(open_database("postgresql+psycopg://nobody@127.0.0.1:1/none"), "one")
    contact.note()
    assert not contact.do_others_draw()


@pytest.fixture
def no_redis() -> Redis:
    return Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2, retry=Retry(NoBackoff(), 0))


def test_cut_off_alone_a_process_adds_nothing_to_what_the_others_draw(
    database: Engine, servers: Supervisor, no_redis: Redis
) -> None:
    now = [100.0]
    redis = Redis.from_url(servers.redis_url)
    connected = Rates(redis, 40.0, 40, lambda: now[0], contact=DatabaseContact(database, "one"))
    alone = Rates(no_redis, 40.0, 40, lambda: now[0], processes=2, contact=DatabaseContact(database, "other"))
    drawn = 0
    for _ in range(10):
        connected.take(SENDER, 1, 40)
        drawn += alone.take(SENDER, 1, 40).segments
        now[0] += ASK_EVERY_S
    assert drawn == 0
    passed(database, STALE_S + 0.1)  # the others have lost it too: each has its share
    alone.take(SENDER, 1, 40)
    now[0] += 1.0
    assert alone.take(SENDER, 1, 40).segments == 20
    redis.close()


def test_what_gathered_before_it_was_seen_is_not_kept(database: Engine, no_redis: Redis) -> None:
    now = [100.0]
    contact = DatabaseContact(database, "other")
    alone = Rates(no_redis, 40.0, 40, lambda: now[0], processes=2, contact=contact)
    alone.take(SENDER, 1, 40)
    now[0] += ASK_EVERY_S
    DatabaseContact(database, "one").note()
    assert alone.take(SENDER, 1, 40).segments == 0
    passed(database, STALE_S + 0.1)
    now[0] += ASK_EVERY_S
    assert alone.take(SENDER, 1, 40).segments == 0  # it begins with nothing
