"""Builders: the interface on a real database, and programs that come with a key."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from hotline.catalogs import load_catalogs
from hotline.operations.api_keys import ID_LENGTH, SCOPES
from hotline.operations.line import Line
from hotline.operations.tokens import hash_of
from hotline.settings import ROOT as FOLDER
from hotline.store import api_keys
from hotline.store.database import transaction
from hotline.web.api.build import ROOT, build_api
from hotline.web.console.desk import Desk
from hotline.web.console.live import Live
from hotline.web.console.templates import Templates
from tests.lines import ANA

PUBLIC: Final = "https://line.example.org"
MANY: Final = 1_000_000


def desk_of(line: Line) -> Desk:
    return Desk(line, Templates(), Live(), load_catalogs(FOLDER / "locales"), PUBLIC)


def app_of(line: Line) -> FastAPI:
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.mount(ROOT, build_api(desk_of(line)))
    return app


@contextmanager
def interface(line: Line) -> Iterator[TestClient]:
    with TestClient(app_of(line), base_url=PUBLIC, raise_server_exceptions=False) as client:
        yield client


def key_for(
    line: Line,
    scopes: Iterable[str] = SCOPES,
    person_id: int = ANA.id,
    per_minute: int = MANY,
    days: int = 30,
) -> str:
    """A key as the console would make it; returns the whole of it."""
    now = line.clock()
    key_id = "".join(line.pick("234679CDFGHJ") for _ in range(ID_LENGTH))
    secret = (key_id * 5)[:43]
    with transaction(line.database) as db:
        api_keys.add(
            db,
            key_id,
            hash_of(secret),
            "a program",
            person_id,
            list(scopes),
            per_minute,
            now + timedelta(days=days),
            now,
        )
    return f"hl_{key_id}_{secret}"


@dataclass(frozen=True, slots=True)
class Program:
    """Asks with its key, or without one."""

    client: TestClient
    key: str = ""

    def get(self, path: str, headers: dict[str, str] | None = None, **more: Any) -> Response:
        return self.client.get(ROOT + path, headers=self._headers(headers), **more)

    def post(
        self, path: str, given: Any = None, headers: dict[str, str] | None = None, **more: Any
    ) -> Response:
        return self.client.post(ROOT + path, json=given, headers=self._headers(headers), **more)

    def _headers(self, headers: dict[str, str] | None) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return own | (headers or {})
