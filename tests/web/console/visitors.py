"""Builders: the console on a real database, and people signed in to it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Final

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from hotline.catalogs import load_catalogs
from hotline.domain.language import Language
from hotline.domain.person import Role
from hotline.domain.phone import PhoneNumber
from hotline.operations import sessions
from hotline.operations.line import Line
from hotline.settings import ROOT
from hotline.store import people
from hotline.store.database import transaction
from hotline.web.console.build import add_console
from hotline.web.console.cookies import session_name
from hotline.web.console.desk import Desk, Say
from hotline.web.console.frame import add_answers
from hotline.web.console.headers import Headers
from hotline.web.console.live import Live
from hotline.web.console.templates import Templates

PUBLIC: Final = "https://line.example.org"
_NUMBERS = count(100)


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser in which somebody is signed in (or nobody: `csrf` is empty then).

    It follows no redirects; `post` carries the session's token unless told otherwise.
    """

    client: TestClient
    csrf: str = ""
    person_id: int = 0

    def get(self, path: str, **more: Any) -> Response:
        return self.client.get(path, follow_redirects=False, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Response:
        fields = {"csrf": self.csrf, **(data or {})}
        return self.client.post(path, data=fields, follow_redirects=False, **more)


@contextmanager
def console(line: Line, say: Say | None = None) -> Iterator[TestClient]:
    """The console alone, as the application has it. `line` may be a builder's: its clock is the page's."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    add_answers(app)
    desk = Desk(line, Templates(), Live(), say or load_catalogs(ROOT / "locales"), PUBLIC)
    add_console(app, desk)
    with TestClient(
        Headers(app, "/console", "", is_secure=True), base_url=PUBLIC, raise_server_exceptions=False
    ) as client:
        yield client


def add_person(
    line: Line, name: str, roles: Iterable[Role], language: Language = "en", **changes: Any
) -> int:
    """Somebody of the network, with a number that reaches nobody."""
    given: dict[str, Any] = {
        "organisation": "",
        "languages": (),
        "phone": PhoneNumber(f"+1500555{next(_NUMBERS):04d}"),
        "zips": (),
        "is_available": True,
    } | changes
    with transaction(line.database) as db:
        return people.add(
            db,
            line.keyring,
            name,
            tuple(roles),
            given["organisation"],
            given["languages"],
            given["phone"],
            language,
            given["zips"],
            given["is_available"],
            line.clock(),
        )


def sign_in(
    client: TestClient,
    line: Line,
    roles: Iterable[Role],
    name: str = "Rosa",
    language: Language = "en",
    *,
    is_proven: bool = True,
) -> Browser:
    """Somebody new, signed in; `is_proven`: they have just shown once more that it is them."""
    person_id = add_person(line, name, roles, language)
    return sign_in_as(client, line, person_id, is_proven=is_proven)


def sign_in_as(client: TestClient, line: Line, person_id: int, *, is_proven: bool = True) -> Browser:
    now = line.clock()
    with transaction(line.database) as db:
        token = sessions.begin(db, person_id, "test browser", now)
    visited = sessions.visit(line, token, now)
    assert visited is not None
    token = visited.new_token or token
    if is_proven:
        with transaction(line.database) as db:
            token = sessions.prove(db, visited.visitor, now) or token
    mine = TestClient(client.app, base_url=PUBLIC, raise_server_exceptions=False)
    mine.cookies.set(session_name(is_secure=True), token, domain="line.example.org")
    return Browser(mine, visited.visitor.csrf, person_id)


def with_line(line: Line, **changes: Any) -> Line:
    return replace(line, **changes)
