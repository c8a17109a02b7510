"""Charts: the same numbers as a picture, as a table and as CSV."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from hotline.domain.incident import IncidentState
from hotline.domain.language import Channel, Language
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.charting import CHARTS, Chart, ChartName, chart
from hotline.operations.flow_counts import Move, flush
from hotline.operations.incidents import step
from hotline.operations.line import Line
from hotline.store.database import transaction
from tests.incidents import report_by
from tests.lines import NOON, Clock, make_line
from tests.web.console.visitors import console, sign_in


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return replace(make_line(database, flow, network), clock=Clock())


def of(found: Chart, series: str) -> dict[Any, float]:
    """What a series holds that is not nothing, by label."""
    [amounts] = [one.amounts for one in found.series if one.name == series]
    return {label: amount for label, amount in zip(found.labels, amounts, strict=True) if amount}


def came(line: Line, channel: Channel, language: Language | None, hours_ago: int = 0) -> None:
    at = NOON - timedelta(hours=hours_ago)
    line.counts.note(Move(channel, True, language, None, None, None, at))
    flush(line.database, line.counts, line.hours.zone)


def found_out(line: Line, number: int, finding: IncidentState, minutes: int) -> None:
    """Something was reported and, so many minutes later, found to be this or that."""
    _, code = report_by(line, number)
    with transaction(line.database) as db:
        db.execute(
            text(
                "INSERT INTO incident_step (incident_id, kind, before, after, person, reason_ct, created_at)"
                " SELECT id, 'state', 'verifying', :finding, 'Ana', '', :at FROM incident WHERE code = :code"
            ),
            {"finding": finding, "code": code, "at": line.clock() + timedelta(minutes=minutes)},
        )


def went_out(line: Line, *rows: tuple[str, str | None, int | None, int], days_ago: int = 0) -> None:
    """A broadcast whose recipients stand like that."""
    at = NOON - timedelta(days=days_ago)
    with transaction(line.database) as db:
        broadcast_id = db.scalar(
            text(
                "WITH a AS (INSERT INTO alert (code, kind, template, values_ct, area, zips, ends_at, author,"
                " state, created_at) VALUES (:code, 'actual', 'verified', '', 'x', '{}', :at, 'Ana',"
                " 'released', :at)"
                " RETURNING id) INSERT INTO broadcast (alert_id, is_urgent, state, zips, senders, ends_at,"
                " created_at) SELECT id, true, 'done', '{}', '{}', :at, :at FROM a RETURNING id"
            ),
            {"code": f"A{days_ago}", "at": at},
        )
        for status, reason, code, amount in rows:
            db.execute(
                text(
                    "INSERT INTO delivery_tally (broadcast_id, status, reason, code, change, created_at)"
                    " VALUES (:id, :status, :reason, :code, :amount, :at)"
                ),
                {
                    "id": broadcast_id,
                    "status": status,
                    "reason": reason,
                    "code": code,
                    "amount": amount,
                    "at": at,
                },
            )


def test_texts_and_calls_stand_at_the_hour_of_the_network(line: Line) -> None:
    came(line, "sms", "es")
    came(line, "sms", "es", hours_ago=24)
    came(line, "voice", "en", hours_ago=3)
    came(line, "sms", None, hours_ago=24 * 8)
    week, month = chart(line, "arrivals", 7, NOON), chart(line, "arrivals", 30, NOON)
    assert of(week, "sms.es") == {"12": 2}
    assert of(week, "voice.en") == {"09": 1}
    assert of(week, "sms.none") == {}
    assert of(month, "sms.none") == {"12": 1}


def test_only_the_first_turn_of_a_call_counts_as_a_call(line: Line) -> None:
    line.counts.note(Move("voice", False, "en", None, None, "main", NOON))
    flush(line.database, line.counts, line.hours.zone)
    assert chart(line, "arrivals", 7, NOON).is_empty


def test_minutes_to_a_finding_are_the_median_and_the_slowest_tenth(line: Line) -> None:
    for number, minutes in enumerate((5, 10, 60), 1):
        found_out(line, number, "confirmed", minutes)
    found = chart(line, "verification", 7, NOON)
    assert of(found, "median") == {"confirmed": 10}
    assert of(found, "slowest_tenth") == {"confirmed": 60}


def test_the_last_finding_says_what_it_was_and_the_first_how_long_it_took(line: Line) -> None:
    found_out(line, 1, "unsure", 5)
    with transaction(line.database) as db:
        db.execute(
            text(
                "INSERT INTO incident_step (incident_id, kind, before, after, person, reason_ct, created_at)"
                " SELECT id, 'state', 'verifying', 'not_found', 'Ana', '', :at FROM incident"
            ),
            {"at": NOON + timedelta(minutes=50)},
        )
    day = NOON.astimezone(line.hours.zone).date()
    assert of(chart(line, "outcomes", 7, NOON), "not_found") == {day: 1}
    assert of(chart(line, "outcomes", 7, NOON), "unsure") == {}
    assert of(chart(line, "verification", 7, NOON), "median") == {"not_found": 5}


def test_a_real_way_through_the_steps_is_counted(line: Line) -> None:
    _, code = report_by(line, 1)
    step(line, code, "verifying", "Ana", "two were asked", NOON)
    step(line, code, "not_found", "Ana", "nobody there", NOON + timedelta(minutes=20))
    assert of(chart(line, "verification", 7, NOON), "median") == {"not_found": 20}


def test_false_alarms_stand_beside_what_was_confirmed(line: Line) -> None:
    found_out(line, 1, "not_found", 5)
    found_out(line, 2, "other_agency", 5)
    found_out(line, 3, "confirmed", 5)
    found, day = chart(line, "false_alarms", 7, NOON), NOON.astimezone(line.hours.zone).date()
    assert of(found, "false_alarm") == {day: 2}
    assert of(found, "confirmed") == {day: 1}


def test_deliveries_are_counted_by_reason(line: Line) -> None:
    went_out(
        line,
        ("delivered", None, None, 90),
        ("undelivered", "retry", 30003, 8),
        ("skipped", "expired", None, 2),
    )
    went_out(line, ("delivered", None, None, 5), days_ago=9)
    assert of(chart(line, "deliveries", 7, NOON), "people") == {
        "delivered": 90,
        "undelivered:30003": 8,
        "skipped:expired": 2,
    }
    assert of(chart(line, "deliveries", 30, NOON), "people")["delivered"] == 95


def test_a_page_without_anything_says_so_for_each_chart(line: Line) -> None:
    with console(line) as client:
        page = sign_in(client, line, ["dispatcher"]).get("/console/charts").text
    assert "<svg" not in page
    assert "Nobody has texted or called in these days." in page
    assert "No alert went out in these days." in page


def test_a_picture_says_in_a_table_what_it_draws(line: Line) -> None:
    came(line, "sms", "es")
    found_out(line, 1, "confirmed", 12)
    went_out(line, ("delivered", None, None, 3), ("failed", None, 99999, 1))
    with console(line) as client:
        browser = sign_in(client, line, ["dispatcher"])
        page = browser.get("/console/charts?days=30").text
        assert browser.get("/console/charts?days=9999").status_code == 200
    assert page.count("<svg") == page.count("The same as a table") == len(CHARTS)
    assert "nan" not in page
    assert "Failed: The carrier refused with a code that we do not know." in page
    assert "style=" not in page


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_comes_as_csv(line: Line, name: ChartName) -> None:
    came(line, "sms", "es")
    with console(line) as client:
        answer = sign_in(client, line, ["dispatcher"], language="es").get(
            f"/console/charts/{name}.csv?days=7"
        )
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len({len(row) for row in rows}) == 1
    if name == "arrivals":
        assert len(rows) == 25
        assert rows[13][0] == "12"
        assert sum(map(int, rows[13][1:])) == 1


def test_there_is_no_chart_of_another_name_or_time(line: Line) -> None:
    with console(line) as client:
        browser = sign_in(client, line, ["dispatcher"])
        assert browser.get("/console/charts/nothing.csv").status_code == 404
        assert browser.get("/console/charts/arrivals.csv?days=5000").status_code == 404
