"""What was confirmed in one place never speaks for another."""

import pytest
from sqlalchemy import Engine

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.alerts import draft, find
from hotline.operations.incident_refusals import IncidentRefused
from hotline.operations.incidents import describe, step
from hotline.operations.line import Line
from hotline.store.database import transaction
from tests.incidents import FIELDS, described, read, sees
from tests.lines import ANA, BO, make_line


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network)


def confirmed(line: Line) -> str:
    code = described(line)
    step(line, code, "verifying", ANA.name, "on their way", line.clock())
    sees(line, code, BO)
    step(line, code, "confirmed", ANA.name, "Bo saw it", line.clock())
    return code


@pytest.mark.parametrize(
    ("fields", "zip_code"), [({"cross_streets": "Main & 9th"}, "90033"), ({}, "90022"), ({}, "90033")]
)
def test_a_confirmed_incident_cannot_be_moved(line: Line, fields: dict[str, str], zip_code: str) -> None:
    code = confirmed(line)
    moved = (FIELDS | fields) if fields or zip_code != "90033" else {"agency": FIELDS["agency"]}
    with pytest.raises(IncidentRefused, match="confirmed where it was seen"):
        describe(line, code, ANA.name, moved, zip_code, line.clock())
    assert read(line, code).fields == FIELDS


def test_what_is_seen_there_may_still_be_said_better(line: Line) -> None:
    code = confirmed(line)
    describe(line, code, ANA.name, FIELDS | {"activity": "arrests"}, "90033", line.clock())
    assert read(line, code).fields["activity"] == "arrests"


def test_an_alert_names_the_streets_of_its_incident_whatever_its_form_says(line: Line) -> None:
    code = confirmed(line)
    written = draft(
        line,
        line.clock(),
        "actual",
        {**FIELDS, "cross_streets": "Main & 9th"},
        ANA.name,
        area="boyle_heights",
        incident=code,
        origin="90210",
    )
    with transaction(line.database) as db:
        assert find(line, db, written).values["cross_streets"] == FIELDS["cross_streets"]
