"""What programs send and are sent: frozen, closed, described."""

from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from hotline.web.api.problems import Problem

Row = TypeVar("Row", bound=BaseModel)


class Model(BaseModel):
    """Nothing can be changed in it, and nothing else may stand in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Page(Model, Generic[Row]):
    """Some rows; `next` is what to give as `after` for those that follow, null at the end."""

    rows: tuple[Row, ...]
    next: str | None


def _without_nul(words: str) -> str:
    if "\0" in words:
        raise ValueError("no NUL")
    return words


# PostgreSQL takes no NUL in a text.
Words = Annotated[str, StringConstraints(max_length=1_000), AfterValidator(_without_nul)]
Short = Annotated[str, StringConstraints(max_length=80), AfterValidator(_without_nul)]
Code = Annotated[
    str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,8}$"), Field(description="A code, such as K7Q2")
]
Limit = Annotated[int, Query(ge=1, le=200, description="How many rows at most")]
After = Annotated[str, Query(max_length=120, description="`next` of the page before; empty: the beginning")]


class Done(Model):
    """It is done; `code` is what it was done to."""

    code: str


def page_of(rows: list[Any], limit: int, make: Any, key: Any) -> dict[str, Any]:
    """A page of `limit` rows from one row more: what to show of each, and the key of the last."""
    shown = rows[:limit]
    return {"rows": [make(row) for row in shown], "next": key(shown[-1]) if len(rows) > limit else None}


def id_after(after: str) -> int | None:
    """`42` -> 42; nothing is the beginning. Raises Problem."""
    if not after:
        return None
    if not (after.isascii() and after.isdecimal() and len(after) <= 18):
        raise Problem(422, "after", fields=("query.after",))
    return int(after)


def urgent_after(after: str) -> tuple[bool, int] | None:
    """`1.42` -> (True, 42): urgent, id. Raises Problem."""
    if not after:
        return None
    urgent, point, number = after.partition(".")
    found = id_after(number) if point and urgent in {"0", "1"} else None
    if found is None:
        raise Problem(422, "after", fields=("query.after",))
    return urgent == "1", found


def name_after(after: str) -> tuple[int, str] | None:
    """`7.market` -> (7, "market"). Raises Problem."""
    if not after:
        return None
    number, point, name = after.partition(".")
    found = id_after(number) if point and "\0" not in name else None
    if found is None:
        raise Problem(422, "after", fields=("query.after",))
    return found, name
