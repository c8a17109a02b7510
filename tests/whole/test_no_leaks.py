"""After everything that people say and do, no number and no message stands anywhere in the clear."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from rq import Queue
from sqlalchemy import text

from hotline.operations.alerts import draft
from hotline.store.database import transaction
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
    found: dict[str, list[str]]


# Staff write these to be read by everybody, and EVENTS is answered with them.
ANNOUNCED: Final = frozenset(f"public.event.{name}" for name in ("name_en", "name_es", "place"))


@pytest.fixture(scope="module")
def aftermath() -> Iterator[Aftermath]:
    with embedded_stage(HOTLINE_LOG_LEVEL="debug") as stage:
        conversations = play_all(stage.url)
        people = [*_voicemail(stage), *_alert(stage)]
        eventually(lambda: stage.carrier.in_flight() == 0)
        numbers = {spoken.number for spoken in conversations} | {person.number for person in people}
        secrets = _secrets(stage, conversations, numbers | {ANA, BO})
        yield Aftermath(stage, secrets, conversations, _look_everywhere(stage, secrets))


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
    for filled in ("contact.phone_ct", "message.body_ct", "report.answers_ct", "recording.sid_ct"):
        assert tables[f"public.{filled}"], filled
    assert b"workers.jobs.deliver" in unpacked(_journal(aftermath.stage).read_bytes())
    assert {path.name for path in aftermath.stage.logs()} >= {"demo.log", "postgres.log", "redis.log"}
    assert sum(path.stat().st_size for path in _files(aftermath.stage)) > 20_000_000


@pytest.mark.parametrize("where", ["database", "redis", "logs", "files"])
def test_nothing_stands_in_the_clear(aftermath: Aftermath, where: str) -> None:
    assert aftermath.found[where] == []


def _look_everywhere(stage: Stage, secrets: Secrets) -> dict[str, list[str]]:
    """The journals have everything as it was first written, also what is gone since."""
    journal = ("journal", unpacked(_journal(stage).read_bytes()))
    return {
        "database": search(
            secrets, [cell for cell in cells(stage.line.database) if cell[0] not in ANNOUNCED]
        ),
        "redis": search(secrets, [*values(stage.redis), journal]),
        "logs": search(secrets, _logs(stage)),
        "files": search_files(secrets, _files(stage)),
    }


def _journal(stage: Stage) -> Path:
    return next(stage.settings.data_dir.rglob("appendonly.aof"))


def _files(stage: Stage) -> list[Path]:
    return [p for p in stage.settings.data_dir.rglob("*") if p.is_file() and not p.is_symlink()]


def _logs(stage: Stage) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in stage.logs()]


Plant = Callable[[Stage, list[str]], Iterable[tuple[str, bytes]]]


def _in_a_table(stage: Stage, planted: list[str]) -> Iterable[tuple[str, bytes]]:
    with transaction(stage.line.database) as db:
        db.execute(text("CREATE TABLE spoiled (note jsonb)"))
        for words in planted:
            insert = "INSERT INTO spoiled VALUES (jsonb_build_object('said', CAST(:said AS text)))"
            db.execute(text(insert), {"said": words})
    return cells(stage.line.database)


def _in_a_sealed_column(stage: Stage, planted: list[str]) -> Iterable[tuple[str, bytes]]:
    with transaction(stage.line.database) as db:
        for words, contact_id in zip(
            planted, db.execute(text("SELECT id FROM contact")).scalars(), strict=False
        ):
            spoil = text("UPDATE contact SET phone_ct = :said WHERE id = :id")
            db.execute(spoil, {"said": words.encode(), "id": contact_id})
    return cells(stage.line.database)


def _in_a_stream(stage: Stage, planted: list[str]) -> Iterable[tuple[str, bytes]]:
    for words in planted:
        stage.redis.xadd("spoiled", {"said": words})
    return values(stage.redis)


def _in_a_job(stage: Stage, planted: list[str]) -> Iterable[tuple[str, bytes]]:
    Queue("spoiled", connection=stage.redis).enqueue("workers.jobs.ring", args=tuple(planted))
    return values(stage.redis)


def _in_a_job_that_is_done(stage: Stage, planted: list[str]) -> Iterable[tuple[str, bytes]]:
    """Everything ever written to Redis is in its journal within a second."""
    queue = Queue("spoiled-and-done", connection=stage.redis)
    queue.enqueue("workers.jobs.sweep", args=tuple(planted))
    queue.delete(delete_jobs=True)
    eventually(lambda: b"spoiled-and-done" in _journal(stage).read_bytes())
    return [("journal", unpacked(_journal(stage).read_bytes()))]


def _in_a_log(stage: Stage, planted: list[str]) -> Iterable[tuple[str, bytes]]:
    lines = [f'{{"event": "turn", "body": {words!a}}}' for words in planted]
    (stage.folder / "spoiled.log").write_text("\n".join(lines), encoding="utf-8")
    return _logs(stage)


PLANTS = [_in_a_table, _in_a_sealed_column, _in_a_stream, _in_a_job, _in_a_job_that_is_done, _in_a_log]


@pytest.mark.parametrize("plant", PLANTS)
def test_whatever_is_planted_is_found(aftermath: Aftermath, plant: Plant) -> None:
    first, second, third, *_ = sorted(aftermath.secrets.numbers)
    spoken = max(aftermath.secrets.sentences, key=len)
    planted = [first, f"call {second[-7:-4]}-{second[-4:]} back", third.encode().hex(), spoken[:60]]
    found = search(aftermath.secrets, plant(aftermath.stage, [*planted, f"x{MARKER.upper()}x"]))
    hits = {hit.rpartition(": ")[2] for hit in found}
    assert {first[-10:], second[-7:], third[-10:].encode().hex(), MARKER} <= hits
    assert hits & aftermath.secrets.grams


def test_a_number_in_a_file_is_found(aftermath: Aftermath, tmp_path: Path) -> None:
    number, page = min(aftermath.secrets.numbers), tmp_path / "page"
    page.write_bytes(b"\0\xff" + number.encode() + b"\0")
    assert search_files(aftermath.secrets, [page]) == [f"page: {number[-10:]}"]
