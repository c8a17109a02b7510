"""Look for what must not be there: in every cell, key, job, journal, log and file of a running hotline."""

import base64
import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from redis import Redis
from sqlalchemy import Connection, Engine, text

_GRAM: Final = 14  # so many letters in a row are nobody's accident
_TEN_DIGITS: Final = re.compile(rb"\d{3}[-. )]{0,2}555[-. ]?\d{4}")
_SEVEN_DIGITS: Final = re.compile(rb"(?<![0-9A-Za-z])555[-. ]?\d{4}(?![0-9A-Za-z])")
_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_ZLIB: Final = re.compile(rb"x[\x01\x5e\x9c\xda]")


@dataclass(frozen=True)
class Secrets:
    """Numbers and sentences that nobody may find."""

    numbers: frozenset[str]
    sentences: frozenset[str]
    markers: tuple[bytes, ...] = ()

    @cached_property
    def tens(self) -> frozenset[bytes]:
        return frozenset(number[-10:].encode() for number in self.numbers)

    @cached_property
    def sevens(self) -> frozenset[bytes]:
        return frozenset(ten[-7:] for ten in self.tens)

    @cached_property
    def disguised(self) -> tuple[bytes, ...]:
        """A number as hexadecimal digits, and in the middle of any base64."""
        tens = sorted(self.tens)
        coded = [base64.b64encode(b"\0" * shift + ten)[4:-4] for ten in tens for shift in range(3)]
        return (*(ten.hex().encode() for ten in tens), *coded)

    @cached_property
    def grams(self) -> frozenset[str]:
        """Pieces of each sentence, in letters and digits alone."""
        plain = [letters(sentence) for sentence in self.sentences]
        return frozenset(
            one[start : start + _GRAM] for one in plain for start in range(0, len(one) - _GRAM + 1, _GRAM)
        )

    def numbers_in(self, found: bytes) -> set[str]:
        tens = {re.sub(rb"\D", b"", hit[0]) for hit in _TEN_DIGITS.finditer(found)} & self.tens
        sevens = {re.sub(rb"\D", b"", hit[0]) for hit in _SEVEN_DIGITS.finditer(found)} & self.sevens
        return {hit.decode() for hit in tens | sevens} | {
            m.decode() for m in self.markers if m in found.lower()
        }

    def all_in(self, found: bytes) -> set[str]:
        plain = letters(found.decode("utf-8", "ignore"))
        grams = {plain[start : start + _GRAM] for start in range(len(plain) - _GRAM + 1)} & self.grams
        disguised = {code.decode() for code in self.disguised if code in found}
        return self.numbers_in(found) | grams | disguised


def letters(words: str) -> str:
    """Letters and digits alone, without case and accents, whatever wrote them and however it escaped them."""
    whole = _ESCAPED.sub(lambda hit: chr(int(hit[1], 16)), words)
    plain = unicodedata.normalize("NFKD", whole).casefold()
    return "".join(character for character in plain if character.isalnum())


def search(secrets: Secrets, places: Iterable[tuple[str, bytes]]) -> list[str]:
    """`where: what` for everything found."""
    return sorted(f"{where}: {hit}" for where, found in places for hit in secrets.all_in(found))


def search_files(secrets: Secrets, files: Iterable[Path]) -> list[str]:
    """The raw files: numbers and markers, also in rows that are dead and pages that nobody reads."""
    return sorted(f"{path.name}: {hit}" for path in files for hit in secrets.numbers_in(path.read_bytes()))


def cells(database: Engine) -> Iterator[tuple[str, bytes]]:
    """Every table whole, column by column: text as it is shown, sealed bytes as they are."""
    with database.connect() as db:
        for table, column, kind in _columns(db):
            shown = column if kind == "bytea" else f"{column}::text"
            values = db.execute(text(f"SELECT {shown} FROM {table} WHERE {column} IS NOT NULL")).scalars()
            yield f"{table}.{column}", b"\n".join(_bytes(value) for value in values)


def _columns(db: Connection) -> list[tuple[str, str, str]]:
    rows = db.execute(
        text(
            "SELECT format('%I.%I', c.table_schema, c.table_name), format('%I', c.column_name), c.data_type"
            " FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE t.table_type = 'BASE TABLE'"
            " AND c.table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
        )
    )
    return [(row[0], row[1], row[2]) for row in rows]


def values(redis: Redis) -> Iterator[tuple[str, bytes]]:
    """Every key and what is in it, jobs unpacked."""
    for key in redis.scan_iter():
        yield f"redis {key!r}", key + b"\n" + unpacked(b"\n".join(_flat(_value(redis, key))))


def _value(redis: Redis, key: bytes) -> Any:
    match redis.type(key):
        case b"string":
            return redis.get(key)
        case b"list":
            return redis.lrange(key, 0, -1)
        case b"set":
            return redis.smembers(key)
        case b"hash":
            return redis.hgetall(key)
        case b"zset":
            return redis.zrange(key, 0, -1)
        case b"stream":
            return [redis.xrange(key), redis.xinfo_groups(key)]
        case b"none":
            return b""  # a job that was done meanwhile; the journal still has it
        case kind:
            raise AssertionError(f"a kind of key that nobody looks into: {kind!r}")


def unpacked(found: bytes) -> bytes:
    """The bytes, and once more whatever in them was compressed (RQ compresses what a job is called with)."""
    pieces = [found]
    for hit in _ZLIB.finditer(found):
        try:
            pieces.append(zlib.decompressobj().decompress(found[hit.start() :], 1_000_000))
        except zlib.error:
            continue
    return b"\n".join(pieces)


def _flat(value: Any) -> Iterator[bytes]:
    if isinstance(value, dict):
        for pair in value.items():
            yield from _flat(pair)
    elif isinstance(value, list | tuple | set):
        for one in value:
            yield from _flat(one)
    else:
        yield _bytes(value)


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return str(value).encode()
