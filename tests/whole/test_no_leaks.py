"""After everything that people say and do, no number and no message stands anywhere in the clear."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from sqlalchemy import text

from hotline.domain.phone import PhoneNumber
from hotline.operations.alerts import draft
from tests.whole.alerts import over, releases, sign_up
from tests.whole.calls import asks_for_a_person, leaves_a_message
from tests.whole.conversations import GEOGRAPHY, MARKER, Spoken, play_all
from tests.whole.leaks import Secrets, cells, search, search_files, unpacked, values
from tests.whole.people import ANA, BO, Person, stranger
from tests.whole.program import eventually
from tests.whole.stage import Stage, area_of, embedded_stage

pytestmark = pytest.mark.whole


@dataclass(frozen=True)
class Aftermath:
    """A hotline after a long day, and what must not be found in it."""

    stage: Stage
    secrets: Secrets
    conversations: list[Spoken]


@pytest.fixture(scope="module")
def aftermath() -> Iterator[Aftermath]:
    with embedded_stage(HOTLINE_LOG_LEVEL="debug") as stage:
        conversations = play_all(stage.url)
        people = [*_voicemail(stage), *_alert(stage)]
        eventually(lambda: stage.carrier.in_flight() == 0)
        numbers = {spoken.number for spoken in conversations} | {person.number for person in people}
        yield Aftermath(stage, _secrets(stage, conversations, numbers | {ANA, BO}), conversations)


def _voicemail(stage: Stage) -> Iterator[Person]:
    lupe, ana = stranger(stage.carrier), Person(stage.carrier, ANA)
    asks_for_a_person(lupe)
    ana.declines()
    leaves_a_message(lupe, f"mi {MARKER} no contesta")
    lupe.is_in_no_call()
    ana.reads("mensaje de voz")
    yield lupe


def _alert(stage: Stage) -> Iterator[Person]:
    area, zip_code = area_of("three phones")
    people = [stranger(stage.carrier) for _ in range(3)]
    for person in people:
        sign_up(person, zip_code)
    code = draft(stage.line, stage.line.clock(), "test", {}, "Ana", area=area)
    releases(stage, code, people=3)
    over(stage, code)
    yield from people


def _secrets(stage: Stage, conversations: list[Spoken], numbers: set[str]) -> Secrets:
    texts = {message["body"] for message in stage.carrier.record()["messages"]}
    said = {words for spoken in conversations for words in spoken.words}
    places = set(GEOGRAPHY.values())
    return Secrets(frozenset(numbers), frozenset(texts | said | places), (MARKER.encode(),))


def test_a_long_day_was_had(aftermath: Aftermath) -> None:
    """Otherwise the other tests would find nothing in nothing."""
    assert len(aftermath.conversations) > 200
    assert len(aftermath.secrets.numbers) > 200
    assert len(aftermath.secrets.grams) > 1000
    tables = dict(cells(aftermath.stage.line.database))
    for filled in (
        "contact.phone_ct",
        "message.body_ct",
        "report.answers_ct",
        "recording.sid_ct",
        "ticket.code",
    ):
        assert tables[f"public.{filled}"], filled
    assert b"workers.jobs.deliver" in unpacked(_journal(aftermath.stage).read_bytes())
    assert {path.name for path in aftermath.stage.logs()} >= {"demo.log", "postgres.log", "redis.log"}


def test_the_database_holds_nothing_in_the_clear(aftermath: Aftermath) -> None:
    assert search(aftermath.secrets, cells(aftermath.stage.line.database)) == []


def test_redis_holds_nothing_in_the_clear_and_never_did(aftermath: Aftermath) -> None:
    journal = unpacked(_journal(aftermath.stage).read_bytes())
    places = [*values(aftermath.stage.redis), ("journal", journal)]
    assert search(aftermath.secrets, places) == []


def test_no_log_tells_anything_of_anybody(aftermath: Aftermath) -> None:
    assert search(aftermath.secrets, [(p.name, p.read_bytes()) for p in aftermath.stage.logs()]) == []


def test_no_file_under_the_data_holds_a_number_not_even_in_dead_rows(aftermath: Aftermath) -> None:
    """The journal of PostgreSQL has every row as it was first written."""
    data = aftermath.stage.settings.data_dir
    assert sum(path.stat().st_size for path in data.rglob("*") if path.is_file()) > 20_000_000
    assert search_files(aftermath.secrets, data) == []


def _journal(stage: Stage) -> Path:
    return next(stage.settings.data_dir.rglob("appendonly.aof"))


Plant = Callable[[Stage, str], list[tuple[str, bytes]]]


def _in_a_table(stage: Stage, words: str) -> list[tuple[str, bytes]]:
    with stage.line.database.connect() as db:
        db.execute(text("CREATE TEMPORARY TABLE spoiled (note jsonb)"))
        db.execute(
            text("INSERT INTO spoiled VALUES (jsonb_build_object('said', CAST(:w AS text)))"), {"w": words}
        )
        return [("spoiled", str(db.scalar(text("SELECT note::text FROM spoiled"))).encode())]


def _in_a_sealed_column(stage: Stage, words: str) -> list[tuple[str, bytes]]:
    with stage.line.database.connect() as db:
        row = db.execute(text("SELECT id FROM contact LIMIT 1")).scalar_one()
        db.execute(text("UPDATE contact SET phone_ct = :w WHERE id = :i"), {"w": words.encode(), "i": row})
        found = db.execute(text("SELECT phone_ct FROM contact")).scalars()
        return [("contact.phone_ct", b"\n".join(bytes(value) for value in found))]


def _in_a_stream(stage: Stage, words: str) -> list[tuple[str, bytes]]:
    return _and_away(stage.redis, b"spoiled", lambda: stage.redis.xadd("spoiled", {"said": words}))


def _in_a_job(stage: Stage, words: str) -> list[tuple[str, bytes]]:
    queue = Queue("spoiled", connection=stage.redis)
    job = queue.enqueue("workers.jobs.ring", args=(words,))
    found = list(values(stage.redis))
    queue.delete(delete_jobs=True)
    assert any(job.id in where for where, _ in found)
    return found


def _and_away(redis: Redis, key: bytes, put: Callable[[], object]) -> list[tuple[str, bytes]]:
    put()
    found = list(values(redis))
    redis.delete(key)
    return found


def _in_a_log(stage: Stage, words: str) -> list[tuple[str, bytes]]:
    return [("spoiled.log", f'{{"event": "turn", "body": {words!a}}}'.encode())]


@pytest.mark.parametrize("plant", [_in_a_table, _in_a_sealed_column, _in_a_stream, _in_a_job, _in_a_log])
@pytest.mark.parametrize("kind", ["a number", "its last seven digits", "a text", "a marker"])
def test_whatever_is_planted_is_found(aftermath: Aftermath, plant: Plant, kind: str) -> None:
    number = PhoneNumber(min(aftermath.secrets.numbers)).e164
    spoken = max(aftermath.secrets.sentences, key=len)
    planted = {
        "a number": number,
        "its last seven digits": f"call {number[-7:-4]}-{number[-4:]} back",
        "a text": spoken[:60],
        "a marker": f"x{MARKER.upper()}x",
    }[kind]
    assert search(aftermath.secrets, plant(aftermath.stage, planted))


def test_a_number_in_a_file_is_found(aftermath: Aftermath, tmp_path: Path) -> None:
    number = min(aftermath.secrets.numbers)
    (tmp_path / "page").write_bytes(b"\0\xff" + number.encode() + b"\0")
    assert search_files(aftermath.secrets, tmp_path) == [f"page: {number[-10:]}"]
