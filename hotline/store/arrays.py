"""Arrays as PostgreSQL reads them, written at once: the driver's own writing asks each member for its type.

The statement that takes one casts it (`CAST(:seqs AS int[])`).
"""

from collections.abc import Sequence
from datetime import datetime


def array(members: Sequence[int | str | datetime | None]) -> str:
    """An array's text. https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO"""
    return "{" + ",".join(map(_member, members)) + "}"


def _member(member: int | str | datetime | None) -> str:
    if member is None:
        return "NULL"
    if isinstance(member, int):
        return str(int(member))
    if isinstance(member, datetime):
        return f'"{member.isoformat()}"'
    return '"' + member.replace("\\", "\\\\").replace('"', '\\"') + '"'
