"""What is shown before it goes out is what goes out, to whom it is said."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from hotline.domain.sheet import Sheet
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.operations.alert_refusals import AlertRefused
from hotline.operations.composing import NoticeSheet, preview, write
from hotline.operations.console_release import release_here
from hotline.operations.deliver import deliver
from hotline.operations.fan_out import fan_out
from hotline.operations.line import Line
from hotline.store import subscriptions
from hotline.store.database import transaction
from tests.lines import ANA, BO, Carrier, Clock, make_line
from tests.notices import FIELDS
from tests.people import FreeRates, draft_actual, release, subscribe

TEST = Sheet("test", area="boyle_heights")


@pytest.fixture
def line(database: Engine, flow: Flow, network: Network) -> Line:
    return make_line(database, flow, network, clock=Clock())


def rows(line: Line, table: str) -> int:
    with transaction(line.database) as db:
        return int(db.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def test_what_is_shown_is_what_is_sent(line: Line) -> None:
    for number, language in ((1, "es"), (2, "en")):
        subscribe(line, number, language=language)
    shown = preview(line, TEST, ANA.name, line.clock())
    assert shown.told is not None
    code = write(line, TEST, ANA.name, line.clock())
    broadcast_id = release_here(line, code, BO.name, line.clock()).broadcast_id
    assert broadcast_id is not None
    while fan_out(line, broadcast_id, line.clock()):
        pass
    deliver(line, FreeRates(), lanes=1)  # type: ignore[arg-type]
    assert isinstance(line.sender, Carrier)
    assert {one.body for one in line.sender.sent} == {w.text for w in shown.told.texts.values()}
    assert len(line.sender.sent) == shown.told.recipients == 2


def test_a_preview_leaves_nothing_behind(line: Line) -> None:
    before = rows(line, "audit")
    preview(line, TEST, ANA.name, line.clock())
    sheet = NoticeSheet("food_notice", FIELDS["food_notice"])
    assert preview(line, sheet, ANA.name, line.clock()).told is not None
    assert (rows(line, "alert"), rows(line, "audit")) == (0, before)


def test_people_are_told_apart_by_place_language_and_channel(line: Line) -> None:
    subscribe(line, 1, "90033", "es")
    subscribe(line, 2, "90023", "en")
    caller = subscribe(line, 3, "90023", "es")
    with transaction(line.database) as db:
        subscriptions.set_channel(db, caller, "voice")
    shown = preview(line, TEST, ANA.name, line.clock())
    assert set(shown.zips) == {"90023", "90033"}
    assert shown.people("es", "sms", "90033") == 1
    assert shown.people("en", "sms", "90023") == 1
    assert shown.people("es", "voice") == 1
    assert shown.people("en", "voice") == 0


def test_somebody_with_two_zip_codes_counts_once(line: Line) -> None:
    for zip_code in ("90023", "90033"):
        subscribe(line, 1, zip_code)
    shown = preview(line, TEST, ANA.name, line.clock())
    assert shown.told is not None
    assert shown.told.recipients == sum(one.people for one in shown.reach) == 1


@pytest.mark.parametrize(
    ("sheet", "reason"),
    [
        (Sheet("test", area="nowhere"), "unknown_area"),
        (Sheet("actual", {"cross_streets": "712 Soto"}, "boyle_heights"), "no_basis"),
        (Sheet("update", {"change": "arrests"}, follows="ZZZZ"), "unknown_alert"),
        (NoticeSheet("food_notice", {}), "missing_field"),
    ],
)
def test_what_cannot_go_says_why(line: Line, sheet: Sheet | NoticeSheet, reason: str) -> None:
    shown = preview(line, sheet, ANA.name, line.clock())
    assert shown.refused is not None
    assert shown.refused.reason == reason
    assert shown.told is None


def test_a_change_comes_at_most_every_half_hour_and_a_correction_at_once(line: Line) -> None:
    subscribe(line, 1)
    assert isinstance(line.clock, Clock)
    first = draft_actual(line)
    release(line, first)
    deliver(line, FreeRates(), lanes=1)  # type: ignore[arg-type]

    def follow(kind: str, **values: str) -> str:
        sheet = Sheet(
            kind,  # type: ignore[arg-type]
            values,
            basis="verifier_on_scene",
            observer="V7",
            seen_at=line.clock(),
            follows=first,
        )
        return write(line, sheet, ANA.name, line.clock())

    release_here(line, follow("update", change="arrests"), BO.name, line.clock())
    line.clock.pass_(minutes=29)
    with pytest.raises(AlertRefused) as refused:
        follow("update", change="at_doors")
    assert refused.value.reason == "too_soon"
    assert refused.value.detail == "0:02 h"
    follow("correction", actual="police")
    line.clock.pass_(minutes=1)
    follow("update", change="at_doors")


def test_a_change_that_was_drafted_before_another_went_out_waits_too(line: Line) -> None:
    subscribe(line, 1)
    first = draft_actual(line)
    release(line, first)
    deliver(line, FreeRates(), lanes=1)  # type: ignore[arg-type]
    drafts = [
        write(
            line,
            Sheet(
                "update",
                {"change": change},
                basis="verifier_on_scene",
                observer="V7",
                seen_at=line.clock() - timedelta(minutes=1),
                follows=first,
            ),
            ANA.name,
            line.clock(),
        )
        for change in ("arrests", "at_doors")
    ]
    release_here(line, drafts[0], BO.name, line.clock())
    with pytest.raises(AlertRefused) as refused:
        release_here(line, drafts[1], BO.name, line.clock())
    assert refused.value.reason == "too_soon"
