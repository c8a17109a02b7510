"""The carrier's own records: read page by page, deleted once and for all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hotline.channels.twilio.records import TwilioRecords
from hotline.channels.twilio.wire import Wire
from hotline.domain.phone import PhoneNumber
from hotline.domain.ports import CarrierMessage, CarrierUnreachable
from tests.channels.forms import ACCOUNT, CALL, CALLER, LINE, MESSAGE, RECORDING
from tests.channels.standin import Act, Asked, StandIn, answers, refuses, resets, standing_in

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
PICTURES = ["ME" + "0" * 31 + "7", "ME" + "0" * 31 + "8"]
GONE = refuses(20404, 404)


def sid(i: int) -> str:
    return f"SM{i:032x}"


def entry(i: int, minutes: int, direction: str = "outbound-api") -> dict[str, Any]:
    sent = direction.startswith("outbound")
    return {
        "sid": sid(i),
        "to": CALLER if sent else LINE,
        "from": LINE if sent else CALLER,
        "body": f"text {i}",
        "status": "delivered",
        "error_code": None,
        "date_created": format_datetime(NOON + timedelta(minutes=minutes)),
        "direction": direction,
        "messaging_service_sid": None,
    }


@contextmanager
def records(*acts: Act, act: Callable[[Asked], Act] | None = None) -> Iterator[tuple[TwilioRecords, StandIn]]:
    with standing_in(*acts, act=act) as carrier:
        wire = Wire(carrier.account)
        try:
            yield TwilioRecords(wire), carrier
        finally:
            wire.close()


def listing(pages: dict[str, list[list[dict[str, Any]]]]) -> Callable[[Asked], Act]:
    """Answer `To=` and `From=` with pages of their own."""

    def act(asked: Asked) -> Act:
        query = {name: values[0] for name, values in parse_qs(urlsplit(asked.target).query).items()}
        side = "To" if "To" in query else "From"
        number = int(query.get("Page", "0"))
        more = number + 1 < len(pages[side])
        following = f"{ROOT}/Messages.json?{side}=x&Page={number + 1}" if more else None
        return answers(200, {"messages": pages[side][number], "next_page_uri": following})

    return act


def test_messages_from_and_to_a_number_come_newest_first_over_all_pages() -> None:
    pages = {
        "To": [[entry(1, 10), entry(2, 8)], [entry(3, 2)]],
        "From": [[entry(4, 9, "inbound")], [], [entry(5, 1, "inbound")]],
    }
    with records(act=listing(pages)) as (kept, carrier):
        found = kept.messages_with(PhoneNumber(CALLER))
    assert [message.sid for message in found] == [sid(i) for i in (1, 4, 2, 3, 5)]
    assert found[0] == CarrierMessage(
        sid(1), CALLER, LINE, "text 1", "delivered", None, NOON + timedelta(minutes=10), "outbound-api"
    )
    assert carrier.asked[0].target == f"{ROOT}/Messages.json?To=%2B12135550123&PageSize=200"
    assert len(carrier.asked) == 5


def test_what_was_sent_since_a_time_is_found_without_reading_older_pages() -> None:
    pages = {
        "To": [
            [entry(1, 10), entry(2, 5, "outbound-reply"), entry(3, 4, "inbound")],
            [entry(4, -1)],
            [entry(5, -9)],
        ]
    }
    with records(act=listing(pages)) as (kept, carrier):
        found = kept.sent_to(PhoneNumber(CALLER), NOON)
    assert [message.sid for message in found] == [sid(1), sid(2)]
    assert len(carrier.asked) == 2


def test_what_was_sent_to_anybody_since_a_time_comes_in_the_largest_pages() -> None:
    count = 2300
    asked: list[dict[str, str]] = []

    def act(one: Asked) -> Act:
        query = {name: values[0] for name, values in parse_qs(urlsplit(one.target).query).items()}
        asked.append(query)
        number = int(query.get("Page", "0"))
        shown = [entry(i, i % 7) for i in range(number * 1000, min(count, (number + 1) * 1000))]
        more = (number + 1) * 1000 < count
        following = f"{ROOT}/Messages.json?Page={number + 1}" if more else None
        return answers(200, {"messages": shown, "next_page_uri": following})

    with records(act=act) as (kept, _):
        found = kept.sent_since(NOON + timedelta(minutes=1))
    assert asked[0] == {"DateSent>": "2026-03-01T12:01:00Z", "PageSize": "1000"}
    assert len(asked) == 3
    assert len(found) == len([i for i in range(count) if i % 7 >= 1])


def test_a_message_of_a_service_names_the_service_as_its_sender() -> None:
    queued = entry(1, 0) | {"from": None, "messaging_service_sid": "MG" + "1" * 32, "error_code": 30003}
    with records(answers(200, queued)) as (kept, carrier):
        found = kept.message(MESSAGE)
    assert found is not None
    assert (found.sender, found.error_code) == ("MG" + "1" * 32, 30003)
    assert carrier.asked[0].target == f"{ROOT}/Messages/{MESSAGE}.json"


def test_a_message_the_carrier_does_not_have_is_none() -> None:
    with records(GONE) as (kept, _):
        assert kept.message(MESSAGE) is None


@pytest.mark.parametrize(
    "act",
    [
        answers(500, b""),
        refuses(20429, 429),
        refuses(20003, 401),
        answers(200, b"not json"),
        answers(200, {"sid": "x"}),
        answers(200, entry(1, 0) | {"date_created": "yesterday"}),
    ],
)
def test_anything_but_a_clear_answer_is_unreachable(act: Act) -> None:
    with records(act) as (kept, _), pytest.raises(CarrierUnreachable):
        kept.message(MESSAGE)


def test_a_connection_that_breaks_is_unreachable() -> None:
    with records(resets) as (kept, _), pytest.raises(CarrierUnreachable):
        kept.delete_call(CALL)


def test_a_page_elsewhere_is_not_followed() -> None:
    page = {"messages": [entry(1, 0)], "next_page_uri": "https://evil.example/next"}
    with records(answers(200, page)) as (kept, carrier), pytest.raises(CarrierUnreachable):
        kept.messages_with(PhoneNumber(CALLER))
    assert len(carrier.asked) == 1


def test_a_message_is_deleted_after_its_pictures() -> None:
    def act(asked: Asked) -> Act:
        media = {"media_list": [{"sid": picture} for picture in PICTURES]}
        return answers(200, media) if asked.method == "GET" else answers(204, b"")

    with records(act=act) as (kept, carrier):
        assert kept.delete_message(MESSAGE) is True
    assert [(asked.method, asked.target.removeprefix(ROOT)) for asked in carrier.asked] == [
        ("GET", f"/Messages/{MESSAGE}/Media.json"),
        ("DELETE", f"/Messages/{MESSAGE}/Media/{PICTURES[0]}.json"),
        ("DELETE", f"/Messages/{MESSAGE}/Media/{PICTURES[1]}.json"),
        ("DELETE", f"/Messages/{MESSAGE}.json"),
    ]


def test_what_is_gone_already_counts_as_deleted() -> None:
    with records(GONE) as (kept, _):
        assert kept.delete_message(MESSAGE)
        assert kept.delete_recording(RECORDING)
        assert kept.delete_call(CALL)


def test_a_message_on_its_way_cannot_be_deleted_yet() -> None:
    with records(answers(200, {"media_list": []}), refuses(20009, 409)) as (kept, _):
        assert kept.delete_message(MESSAGE) is False


def test_recordings_and_calls_are_deleted_at_their_addresses() -> None:
    with records(answers(204, b"")) as (kept, carrier):
        assert kept.delete_recording(RECORDING)
        assert kept.delete_call(CALL)
    assert [asked.target for asked in carrier.asked] == [
        f"{ROOT}/Recordings/{RECORDING}.json",
        f"{ROOT}/Calls/{CALL}.json",
    ]


def test_the_audio_of_a_recording_is_fetched_as_mp3() -> None:
    with records(answers(200, b"ID3...", Content_Type="audio/mpeg")) as (kept, carrier):
        assert kept.recording_audio(RECORDING) == b"ID3..."
    assert carrier.asked[0].target == f"{ROOT}/Recordings/{RECORDING}.mp3"
    with records(GONE) as (kept, _), pytest.raises(CarrierUnreachable, match="20404"):
        kept.recording_audio(RECORDING)


@pytest.mark.parametrize("text", ["", "../Calls", MESSAGE + "/x", MESSAGE.lower() + "?a"])
def test_what_is_no_sid_never_becomes_part_of_an_address(text: str) -> None:
    with records(GONE) as (kept, carrier):
        for delete in (kept.delete_message, kept.delete_call, kept.delete_recording):
            with pytest.raises(ValueError, match="not a sid"):
                delete(text)
    assert carrier.asked == []


def call(i: int, minutes: int, direction: str = "outbound-api") -> dict[str, Any]:
    made = {**entry(i, minutes), "sid": f"CA{i:032x}", "status": "busy", "direction": direction}
    return {name: value for name, value in made.items() if name not in {"body", "error_code"}}


def test_calls_that_we_placed_are_found_and_no_legs_of_others() -> None:
    listed = [call(1, 5), call(2, 4, "outbound-dial"), call(3, -60)]
    with records(answers(200, {"calls": listed, "next_page_uri": None})) as (found, carrier):
        calls = found.called(PhoneNumber(CALLER), NOON)
    assert [(one.sid, one.status, one.body) for one in calls] == [(f"CA{1:032x}", "busy", "")]
    assert carrier.asked[0].target.startswith(f"{ROOT}/Calls.json?To=")


def test_one_call_is_looked_at() -> None:
    with records(answers(200, call(1, 0)), GONE) as (found, _):
        one = found.call(CALL)
        assert one is not None
        assert one.status == "busy"
        assert found.call(CALL) is None
