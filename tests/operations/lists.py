"""Builders for lists of people: files to take in, and what stands in the database then."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hotline.domain.intake import Field
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.operations.subscribers_import import Imported, import_subscribers
from hotline.store import consents, contacts
from hotline.store.database import transaction
from tests.lines import NOON, make_line
from tests.people import phone

COLUMNS: dict[Field, str] = {"phone": "Telefono", "zip": "CP", "language": "Idioma"}
SOURCE = "paper sign-up, church, 2026-03"


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def write(tmp_path: Path, rows: Iterable[str], name: str = "list.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(["Nombre,Telefono,CP,Idioma", *rows, ""]), encoding="utf-8")
    return path


def row(number: int, zip_code: str = "90033", language: str = "es") -> str:
    return f"Nadie,500-555-{number:04d},{zip_code},{language}"


def bring(line: Line, path: Path, **changes: Any) -> Imported:
    return import_subscribers(line, path, COLUMNS, SOURCE, "Ana", NOON, **changes)


def rows_of(line: Line, statement: str) -> list[tuple[Any, ...]]:
    with transaction(line.database) as db:
        return [tuple(found) for found in db.execute(text(statement))]


def subscribed(line: Line) -> list[tuple[str, str, str | None, str]]:
    """Last four digits, ZIP code, language, channel: opened with our key."""
    found = rows_of(
        line,
        "SELECT c.id, c.phone_ct, s.zip, c.language, s.channel FROM subscription s"
        " JOIN contact c ON c.id = s.contact_id ORDER BY s.id",
    )
    return [
        (line.keyring.open(sealed, contacts.place(contact_id))[-4:], zip_code, language, channel)
        for contact_id, sealed, zip_code, language, channel in found
    ]


def opt_out(line: Line, number: int, reason: str = "opt_out") -> None:
    with transaction(line.database) as db:
        consents.suppress(db, line.keyring.lookup(phone(number)), reason, NOON)
