"""What is not to be had, as a program reads it: problem details (RFC 9457), and nothing of the inside."""

import json
from collections.abc import Mapping
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

MEDIA_TYPE: Final = "application/problem+json"
_TYPE: Final = "urn:hotline:problem:"

# What can be answered besides a success, and what it means.
MEANINGS: Final[Mapping[int, str]] = {
    400: "The request cannot be read",
    401: "There is no such key, or it is no longer good",
    403: "The key, or the person in whose name it acts, may not do this",
    404: "There is no such thing",
    405: "This cannot be done here",
    409: "It cannot be done as things stand",
    413: "The request is too large",
    415: "The body must be JSON",
    422: "Something in the request is not as it must be",
    429: "Too many requests in this minute",
    500: "Something broke here and was written down",
    503: "The database is away: try again soon",
}


class ProblemDetails(BaseModel):
    """Why a request was not answered. `type` ends in a word of a closed list; `fields` are what is wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(examples=["urn:hotline:problem:no_step"])
    title: str
    status: int
    detail: str | None = None
    fields: tuple[str, ...] = ()


class Problem(Exception):
    """A request that cannot be answered. `reason` is a word for programs, `detail` a sentence for people."""

    def __init__(
        self,
        status: int,
        reason: str,
        detail: str | None = None,
        fields: tuple[str, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        self.details = ProblemDetails(
            type=_TYPE + reason, title=MEANINGS[status], status=status, detail=detail, fields=fields
        )
        self.headers = dict(headers or {})

    def response(self) -> Response:
        written = json.dumps(self.details.model_dump(mode="json"))  # letters beyond ASCII are escaped
        return Response(written, self.details.status, self.headers, MEDIA_TYPE)


def invalid(fault: RequestValidationError) -> Problem:
    """Where a request is not as the description says; what was sent is not repeated."""
    places = (".".join(str(part) for part in error["loc"]) for error in fault.errors())
    return Problem(422, "invalid", fields=tuple(place[:100] for place in list(places)[:20]))


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These answers as the description of a route names them."""
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    return {
        status: {"description": MEANINGS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }
