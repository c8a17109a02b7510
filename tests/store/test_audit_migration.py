"""Revision 0007 makes what was written down before it the beginning of the chain."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.audit_chain import verify
from hotline.store import audit, schema
from hotline.store.database import transaction
from tests.lines import NOON, make_line


def _to(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    with transaction(engine) as db:
        config.attributes["connection"] = db
        (command.downgrade if revision == "0006" else command.upgrade)(config, revision)


def test_lines_from_before_the_chain_are_its_beginning(
    database: Engine, flow: Flow, network: Network
) -> None:
    _to(database, "0006")
    with transaction(database) as db:
        db.execute(
            text(
                "INSERT INTO audit (actor, act, subject, details, created_at) SELECT 'Ana', 'ticket.take',"
                " 'é' || n, jsonb_build_object('n', n, 'b', 1.50), :now FROM generate_series(1, 30) n"
            ),
            {"now": NOON},
        )
    _to(database, "head")
    line = make_line(database, flow, network)
    with transaction(database) as db:
        audit.record(db, "Ana", "ticket.take", "K7Q2", NOON)
    found = verify(line)
    assert (found.lines >= 31, found.holds) == (True, True)
    with transaction(database) as db:
        changed = db.scalar(text("UPDATE audit SET act = 'x' WHERE subject = 'é7' RETURNING id"))
    assert [(one.line_id, one.kind) for one in verify(line).breaks] == [(changed, "altered")]
