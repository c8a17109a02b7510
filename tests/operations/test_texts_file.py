"""Reviews by table: out, filled in, and in again."""

import csv
import io

import pytest
from sqlalchemy import Engine

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.line import Line
from hotline.operations.texts import approve, block
from hotline.operations.texts_file import (
    BLOCKED_SINCE,
    COLUMNS,
    NOT_A_DATE,
    NOT_A_DECISION,
    NOT_CURRENT,
    NotATable,
    export_texts,
    import_texts,
)
from hotline.store import reviews
from hotline.store.database import transaction
from hotline.store.reviews import Review
from tests.lines import NOON, make_line
from tests.operations.test_texts import TODAY, TWO

Row = dict[str, str]


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def decisions(line: Line) -> dict[str, Review]:
    with transaction(line.database) as db:
        return reviews.newest(db)


def exported(line: Line) -> list[Row]:
    return list(csv.DictReader(io.StringIO(export_texts(line.flow, decisions(line), TODAY))))


def table(rows: list[Row]) -> str:
    page = io.StringIO()
    writer = csv.DictWriter(page, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return "\ufeff" + page.getvalue()


def signed(row: Row, **changes: str) -> Row:
    return row | {
        "decision": "approved",
        "reviewed_by": "Ana Ruiz, attorney",
        "reviewed_on": TODAY.isoformat(),
        "language_reviewed_by": "Luz Paz",
        "language_reviewed_on": TODAY.isoformat(),
        "second_by": "Bo Lee, attorney",
        **changes,
    }


def home(line: Line) -> Row:
    return next(
        r for r in exported(line) if (r["text"], r["language"], r["channel"]) == ("home", "es", "sms")
    )


def why(line: Line, row: Row) -> str:
    done = import_texts(line, table([row]), "Ana", NOON)
    assert done.taken == 0
    return done.refused[0].why


def test_every_wording_goes_out_once(line: Line, flow: Flow) -> None:
    rows = exported(line)
    assert len(rows) == sum(len(text.forms()) for text in flow.texts.values())
    assert home(line)["wording"] == flow.texts["home"].sms["es"]
    assert home(line)["status"] == "draft"


def test_a_signed_table_approves_and_again_changes_nothing(line: Line) -> None:
    rows = [signed(row) for row in exported(line) if row["text"] in {"home", "menu"}]
    first = import_texts(line, table(rows), "Ana", NOON)
    assert (first.taken, first.refused) == (8, ())
    again = import_texts(line, table(rows), "Ana", NOON)
    assert (again.taken, again.unchanged) == (0, 8)
    assert import_texts(line, table(exported(line)), "Ana", NOON).taken == 0


def test_good_rows_are_taken_beside_refused_ones(line: Line) -> None:
    rows = [signed(row) for row in exported(line) if row["text"] == "home"]
    rows[1]["hash"] = "0" * 64
    done = import_texts(line, table(rows), "Ana", NOON)
    assert done.taken == 3
    assert [(row.number, row.text_id, row.why) for row in done.refused] == [(3, "home", NOT_CURRENT)]


def test_a_row_for_another_wording_is_refused(line: Line) -> None:
    assert why(line, signed(home(line), hash="0" * 64)) == NOT_CURRENT
    assert why(line, signed(home(line), wording="Abra la puerta.")) == NOT_CURRENT
    assert why(line, signed(home(line), language="en")) == NOT_CURRENT


def test_a_row_is_held_to_the_rules_of_approving(line: Line) -> None:
    assert "second person" in why(line, signed(home(line), second_by=""))
    assert "another one" in why(line, signed(home(line), second_by="ana ruiz"))
    assert why(line, signed(home(line), reviewed_on="last week")) == NOT_A_DATE
    assert why(line, signed(home(line), decision="fine")) == NOT_A_DECISION


def test_a_table_can_block(line: Line) -> None:
    blocked = home(line) | {"decision": "blocked", "reviewed_by": "Ana Ruiz"}
    assert import_texts(line, table([blocked]), "Ana", NOON).taken == 1
    assert home(line)["status"] == "blocked"


def test_an_older_table_does_not_undo_a_block(line: Line) -> None:
    approve(line, "home", TWO, NOON)
    old = exported(line)
    block(line, "home", "Ana Ruiz", NOON)
    done = import_texts(line, table(old), "Ana", NOON)
    assert {row.why for row in done.refused} == {BLOCKED_SINCE}
    assert home(line)["status"] == "blocked"


@pytest.mark.parametrize("page", ["", "text,language\nhome,es\n", "hello"])
def test_a_file_that_is_no_table_is_told(line: Line, page: str) -> None:
    with pytest.raises(NotATable):
        import_texts(line, page, "Ana", NOON)
