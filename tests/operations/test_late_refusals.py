from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import Engine, create_engine, text

from hotline.flow.input import Text
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.flow.opting import Refusal, refusal_in
from hotline.operations.late_refusals import write_late
from hotline.operations.line import Line
from hotline.operations.turns import take_turn
from hotline.store.database import DatabaseAway
from hotline.store.sealing import new_key, read_keys
from hotline.store.servers.supervisor import Supervisor
from hotline.store.spool import Refused, Spool, sealed
from hotline.web.addresses import Addresses
from hotline.web.mouths import TextMouth
from tests.lines import HOTLINE, MARIA, NOON, make_line, text_from

MOUTH = TextMouth(Addresses("https://line.example.org"))
SID = "SM" + "7" * 32


@pytest.fixture
def redis(servers: Supervisor) -> Iterator[Redis]:
    client = Redis.from_url(servers.redis_url)
    client.flushdb()
    yield client
    client.close()


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def refused(words: str = "ALTO", refusal: Refusal = "whole", **changes: Any) -> Refused:
    base = Refused(SID, "sms", MARIA, HOTLINE.e164, words, refusal, NOON)
    return replace(base, **changes)


def say(line: Line, body: str, sid: str) -> str:
    return take_turn(line, text_from(MARIA, body, sid), MOUTH, line.clock())


def sign_up(line: Line, prefix: str) -> None:
    for place, body in enumerate(("alertas", "90033", "si")):
        say(line, body, f"{prefix}{place}")


def reason(line: Line) -> str | None:
    with line.database.connect() as db:
        found: str | None = db.scalar(text("SELECT reason FROM suppression"))
    return found


def acts(line: Line) -> list[tuple[str, Any]]:
    with line.database.connect() as db:
        return [tuple(row) for row in db.execute(text("SELECT act, created_at FROM consent ORDER BY id"))]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("ALTO", "whole"),
        ("no me mande más por favor", "whole"),
        ("Stop", "whole"),
        ("stop stop", "whole"),
        ("Ya no", "weak"),
        ("STOP, wrong person", "sentence"),
        ("ya no están ahí", None),
        ("casa", None),
        ("", None),
    ],
)
def test_words_alone_say_what_is_refused(flow: Flow, body: str, found: Refusal | None) -> None:
    assert refusal_in(flow.words, Text(body)) == found


def test_what_the_carrier_took_for_a_stop_is_one_in_any_words(flow: Flow) -> None:
    assert refusal_in(flow.words, Text("arrêt", carrier_answered="stop")) == "whole"


def test_a_refusal_that_came_while_the_database_was_away_is_written_when_it_is_back(
    line: Line, redis: Redis
) -> None:
    sign_up(line, "SMa")
    spool = Spool(redis, line.keyring)
    late = NOON + timedelta(minutes=1)
    spool.keep(refused(at=late))
    assert write_late(line, spool) == 1
    assert reason(line) == "opt_out"
    assert acts(line)[-1] == ("opt_out", late)
    assert spool.length() == 0


def test_a_crash_after_the_commit_brings_it_again_and_changes_nothing(line: Line, redis: Redis) -> None:
    spool = Spool(redis, line.keyring)
    for _ in range(2):
        spool.keep(refused())
    assert write_late(line, spool) == 2
    assert acts(line) == [("opt_out", NOON)]


def test_whoever_signed_up_again_since_then_stays_signed_up(line: Line, redis: Redis) -> None:
    sign_up(line, "SMa")
    spool = Spool(redis, line.keyring)
    spool.keep(refused(at=NOON - timedelta(minutes=5)))
    assert write_late(line, spool) == 1
    assert reason(line) is None
    assert acts(line)[-1] == ("opt_out", NOON - timedelta(minutes=5))


def test_a_text_that_was_answered_after_all_is_not_taken_twice(line: Line, redis: Redis) -> None:
    say(line, "ALTO", SID)
    before = acts(line)
    spool = Spool(redis, line.keyring)
    spool.keep(refused(at=NOON + timedelta(seconds=1)))
    assert write_late(line, spool) == 1
    assert acts(line) == before


def test_a_weak_word_refuses_only_where_no_question_was_open(line: Line, redis: Redis) -> None:
    spool = Spool(redis, line.keyring)
    say(line, "reportar", "SMr")
    spool.keep(refused("ya no", "weak"))
    assert write_late(line, spool) == 1
    assert reason(line) is None
    say(line, "menu", "SMm")
    spool.keep(refused("ya no", "weak", sid="SM" + "8" * 32))
    assert write_late(line, spool) == 1
    assert reason(line) == "opt_out"


def test_a_sentence_that_sounds_like_it_pauses_and_calls_a_person(line: Line, redis: Redis) -> None:
    spool = Spool(redis, line.keyring)
    spool.keep(refused("por favor ya no me manden, es de mi tia", "sentence"))
    assert write_late(line, spool) == 1
    assert reason(line) == "pause"
    with line.database.connect() as db:
        assert db.scalar(text("SELECT kind FROM ticket")) == "opt_out_review"


def test_what_no_key_opens_is_let_go_and_stops_no_other(line: Line, redis: Redis) -> None:
    Spool(redis, read_keys(new_key())).keep(refused())
    spool = Spool(redis, line.keyring)
    spool.keep(refused(sid="SM" + "9" * 32))
    assert write_late(line, spool) == 2
    assert reason(line) == "opt_out"


def test_nothing_is_let_go_while_the_database_is_still_away(
    line: Line, redis: Redis, database: Engine
) -> None:
    spool = Spool(redis, line.keyring)
    spool.keep(refused())
    away = replace(line, database=_nowhere(database))
    with pytest.raises(DatabaseAway):
        write_late(away, spool)
    assert spool.length() == 1


def test_what_is_kept_gives_nobody_away(line: Line) -> None:
    fields = b"".join(sealed(line.keyring, refused("ALTO ya basta")).values())
    assert MARIA.e164.encode() not in fields
    assert b"ALTO" not in fields


def _nowhere(database: Engine) -> Engine:
    return create_engine(database.url.set(database="no_such_database"))
