from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from hotline.store.arrays import array


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("int[]", [1, -2, None]),
        ("bigint[]", [2**62]),
        ("text[]", ["plain", "", 'with "quotes"', "a\\b", "{a,b}", "NULL", None, "línea, ñ\n"]),
        ("timestamptz[]", [datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC), None]),
        ("text[]", []),
    ],
)
def test_postgresql_reads_what_was_written(
    database: Engine, kind: str, members: list[int | str | datetime | None]
) -> None:
    with database.connect() as db:
        read = db.scalar(text(f"SELECT CAST(:members AS {kind})"), {"members": array(members)})
    assert read == members
