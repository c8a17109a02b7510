"""Pictures of reports in the console: what a browser gets, what is said instead, and what is written down."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hotline.domain.ports import CarrierUnreachable
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.store.database import transaction
from hotline.web.console.pictures import GONE, OTHER
from tests.incidents import report_by
from tests.lines import ANA, Clock, make_line
from tests.web.console.visitors import console, sign_in_as

SHOWN = "https://api.example.org/photo"


@dataclass(frozen=True)
class Store:
    """A carrier that has one thing to give, or nothing."""

    content: bytes | None

    def picture(self, address: str) -> bytes:
        if self.content is None:
            raise CarrierUnreachable("HTTP 404, code 20404")
        return self.content


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    made = make_line(database, flow, network, clock=Clock())
    with transaction(database) as db:
        db.execute(text("UPDATE person SET roles = '{dispatcher}', language = 'en' WHERE name = 'Ana'"))
    return made


def asked_for(line: Line, content: bytes | None, use: Callable[[Any], None]) -> None:
    """Ana asks for the one picture of a report; `use` looks at the answer."""
    report, _ = report_by(line, 1, media=(SHOWN,))
    with console(replace(line, records=Store(content))) as client:  # type: ignore[arg-type]
        use(sign_in_as(client, line, ANA.id).get(f"/console/reports/{report}/pictures/1"))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
    ],
)
def test_a_picture_comes_as_what_it_is_and_can_do_nothing(line: Line, content: bytes, kind: str) -> None:
    def use(answer: Any) -> None:
        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["content-type"] == kind
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
        assert "script-src" not in policy

    asked_for(line, content, use)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"RIFF\x00\x00\x00\x00WAVEfmt ",
        b"\x00\x00\x00\x18ftypmp42",
    ],
)
def test_what_is_no_picture_is_said_to_be_none_and_not_passed_on(line: Line, content: bytes) -> None:
    def use(answer: Any) -> None:
        assert answer.status_code == 404
        assert OTHER in answer.text
        assert "alert(1)" not in answer.text
        assert "sandbox" not in answer.headers["content-security-policy"]

    asked_for(line, content, use)


def test_a_picture_that_the_carrier_has_no_more_is_told_apart_from_a_wrong_address(line: Line) -> None:
    def use(answer: Any) -> None:
        assert answer.status_code == 404
        assert GONE in answer.text

    asked_for(line, None, use)


def test_who_looked_at_which_picture_is_written_down(line: Line) -> None:
    asked_for(line, b"GIF89a", lambda answer: None)
    with transaction(line.database) as db:
        rows = db.execute(text("SELECT actor, subject FROM audit WHERE act = 'report.picture'")).all()
    assert [tuple(row) for row in rows] == [("Ana", "R001")]
