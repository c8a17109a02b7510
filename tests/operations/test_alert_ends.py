"""Authors are reminded before an alert ends: once, and only while there is something to do."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.alert_ends import remind_authors
from hotline.operations.deliver import deliver
from hotline.operations.line import Line
from hotline.operations.sweep import sweep
from tests.lines import ANA, BO, Clock, make_line, roster_of
from tests.people import FreeRates, draft_actual, draft_test, follow_up, release, staff_texts, subscribe


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    made = make_line(database, flow, network, clock=Clock())
    subscribe(made, 1)
    return made


def pass_(line: Line, minutes: int) -> None:
    assert isinstance(line.clock, Clock)
    line.clock.pass_(minutes=minutes)


def had(line: Line, code: str) -> str:
    """It went out, and whoever asked for alerts has it."""
    release(line, code)
    deliver(line, FreeRates(), lanes=1)  # type: ignore[arg-type]
    return code


def reminders(line: Line) -> list[str]:
    return [body for body in staff_texts(line) if "ends in" in body]


def test_the_author_is_told_once_before_the_end(line: Line) -> None:
    code = draft_actual(line)
    release(line, code)
    pass_(line, 74)
    sweep(line)
    assert reminders(line) == []
    pass_(line, 2)
    sweep(line)
    sweep(line)
    [told] = reminders(line)
    assert f"Alert {code} ends in 14 min." in told


@pytest.mark.parametrize("kind", ["all_clear", "correction"])
def test_nobody_is_reminded_of_what_is_over(line: Line, kind: str) -> None:
    code = had(line, draft_actual(line))
    values = {"actual": "police"} if kind == "correction" else {}
    release(line, follow_up(line, kind, code, **values))
    pass_(line, 80)
    assert remind_authors(line, line.clock()) == 0


def test_after_a_change_the_end_of_the_change_counts(line: Line) -> None:
    code = had(line, draft_actual(line))
    pass_(line, 60)
    later = follow_up(line, "update", code, change="arrests")
    release(line, later)
    pass_(line, 20)
    assert remind_authors(line, line.clock()) == 0
    pass_(line, 60)
    assert remind_authors(line, line.clock()) == 1
    assert later in reminders(line)[-1]


def test_a_draft_and_a_test_remind_nobody(line: Line) -> None:
    draft_actual(line)
    release(line, draft_test(line))
    pass_(line, 80)
    assert remind_authors(line, line.clock()) == 0


def test_where_the_author_has_left_whoever_released_it_is_told(line: Line) -> None:
    release(line, draft_actual(line))
    pass_(line, 80)
    after = replace(line, people=roster_of(BO))
    assert ANA.name not in {person.name for person in after.people().people}
    assert remind_authors(after, line.clock()) == 1
    assert len(reminders(line)) == 1
