"""POST Messages: what is taken, what is refused, and the callbacks that follow."""

from typing import Any

import pytest

from hotline.simulator.transport import Answer
from tests.simulator.world import LINE, LUPE, broken, build, story

SERVICE = "MG" + "a" * 32
CALLBACK = {"StatusCallback": "http://127.0.0.1:8000/status?id=7"}


@story
async def test_a_message_is_queued_then_sent_then_delivered_and_says_so() -> None:
    world = build()
    status, message = await world.send(body="Alerta", **CALLBACK)
    assert (status, message["status"], message["direction"]) == (201, "queued", "outbound-api")
    await world.clock.advance(1)
    forms = world.customer.forms("/status?id=7")
    assert [form["MessageStatus"] for form in forms] == ["sent", "delivered"]
    assert {form["MessageSid"] for form in forms} == {message["sid"]}
    assert forms[1]["RawDlrDoneDate"] == "2611211200"
    assert "Body" not in forms[0]
    assert world.thread() == ["Alerta"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "nobody"}, 21211),
        ({"To": "+12135550200"}, 21608),
        ({"To": "+12135550150"}, 21614),
        ({"To": LINE}, 21266),
        ({"From": ""}, 21603),
        ({"From": "+12135550177"}, 21606),
        ({"Body": ""}, 21602),
        ({"Body": " \n"}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"ValidityPeriod": "0"}, 20001),
        ({"ValidityPeriod": "36001"}, 20001),
        ({"MediaUrl": ["http://127.0.0.1/a.jpg"] * 11}, 21623),
        ({"MediaUrl": "not-a-url"}, 21620),
        ({"StatusCallback": "http://my_host.example/status"}, 21609),
        ({"StatusCallback": "/relative"}, 21609),
        ({"MessagingServiceSid": "MG1"}, 21705),
        ({"MessagingServiceSid": SERVICE}, 21701),
        ({"To": "+15005550001"}, 21211),
        ({"To": "+15005550002"}, 21612),
        ({"To": "+15005550003"}, 21408),
        ({"To": "+15005550004"}, 21610),
        ({"To": "+15005550009"}, 21614),
        ({"From": "+15005550001"}, 21212),
        ({"From": "+15005550007"}, 21606),
        ({"From": "+15005550008"}, 21611),
    ],
)
@story
async def test_what_twilio_refuses_is_refused_with_its_code(change: dict[str, Any], code: int) -> None:
    world = build(landlines=frozenset({"+12135550150"}))
    status, error = await world.send(**{"to": LUPE} | {"To": LUPE} | change)
    assert (status, error["code"], error["status"]) == (400, code, 400)
    assert error["more_info"].endswith(str(code))
    assert (await world.look("record"))["accepted"] == 0
    assert (await world.look("record"))["refused"] == {str(code): 1}


@story
async def test_the_longest_text_the_shortest_validity_and_unknown_parameters_are_taken() -> None:
    world = build()
    status, _ = await world.send(body="x" * 1600, ValidityPeriod="1", Sparkle="yes")
    assert status == 201


@story
async def test_wrong_credentials_are_refused_in_twilios_shape() -> None:
    world = build(api_keys=(("SK" + "1" * 32, "key-secret"),))
    status, error = await world.rest("GET", "Messages.json", auth=False)
    assert (status, error["code"]) == (401, 20003)


@story
async def test_a_service_keeps_one_sender_for_each_person_and_accepts_before_queueing() -> None:
    pool = (LINE, "+12135550105")
    world = build(service_sid=SERVICE, numbers=pool, rate_per_sender=1.0)
    order = {"From": "", "MessagingServiceSid": SERVICE}
    first = [(await world.send(to=number, **order))[1] for number in (LUPE, "+12135550102")]
    again = [(await world.send(to=number, **order))[1] for number in (LUPE, "+12135550102")]
    assert {message["status"] for message in first} == {"accepted"}
    assert sorted(message["from"] for message in first) == sorted(pool)
    assert [m["from"] for m in again] == [m["from"] for m in first]


@story
async def test_a_sender_sends_its_rate_of_segments_a_second() -> None:
    world = build(rate_per_sender=1.0)
    for body in ("uno", "x" * 300, "tres"):
        await world.send(body=body)
    await world.clock.advance(0.6)
    assert world.thread() == ["uno"]
    await world.clock.advance(1.0)
    assert len(world.thread()) == 2
    await world.clock.advance(1.0)
    assert len(world.thread()) == 2, "two segments take two seconds"
    await world.clock.advance(1.0)
    assert len(world.thread()) == 3


@story
async def test_a_full_queue_is_21611_for_a_number_and_30001_for_a_service() -> None:
    world = build(rate_per_sender=1.0, queue_s=2.0, service_sid=SERVICE)
    codes = [(await world.send())[1].get("code") for _ in range(4)]
    assert codes == [None, None, 21611, 21611]
    status, message = await world.send(From="", MessagingServiceSid=SERVICE, **CALLBACK)
    await world.clock.settle()
    assert status == 201
    failed = world.customer.forms("/status?id=7")
    assert [(f["MessageStatus"], f["ErrorCode"]) for f in failed] == [("failed", "30001")]
    assert message["status"] == "accepted"


@story
async def test_a_message_that_waited_past_its_validity_fails() -> None:
    world = build(rate_per_sender=1.0)
    await world.send(body="x" * 1500)
    _, late = await world.send(ValidityPeriod="5")
    await world.clock.advance(30)
    _, seen = await world.rest("GET", f"Messages/{late['sid']}.json")
    assert (seen["status"], seen["error_code"]) == ("failed", 30036)


@story
async def test_a_scheduled_message_can_be_canceled_and_is_never_sent() -> None:
    world = build(service_sid=SERVICE)
    plan = {"From": "", "MessagingServiceSid": SERVICE, "ScheduleType": "fixed"}
    _, kept = await world.send(body="kept", SendAt="2026-11-21T13:00:00Z", **plan)
    _, gone = await world.send(body="gone", SendAt="2026-11-21T13:00:00Z", **plan)
    assert kept["status"] == "scheduled"
    _, gone = await world.rest("POST", f"Messages/{gone['sid']}.json", {"Status": "canceled"})
    assert gone["status"] == "canceled"
    await world.clock.advance(3605)
    assert world.thread() == ["kept"]


@story
async def test_lists_are_newest_first_filtered_and_paged_without_gaps() -> None:
    world = build()
    for number in range(5):
        await world.send(body=f"n{number}")
        await world.send(to="+12135550102", body="other")
    await world.clock.advance(1)
    bodies, path = [], "Messages.json?To=%2B12135550101&PageSize=2&DateSent%3E=2026-11-21"
    while path:
        _, page = await world.rest("GET", path)
        bodies += [message["body"] for message in page["messages"]]
        await world.send(body="a newcomer")
        path = (page["next_page_uri"] or "").partition(f"{world.carrier.config.account_sid}/")[2]
    assert bodies == ["n4", "n3", "n2", "n1", "n0"]
    _, none = await world.rest("GET", "Messages.json?DateSent%3C=2026-11-20")
    assert none["messages"] == []


@story
async def test_redacting_keeps_the_record_and_deleting_removes_it() -> None:
    world = build()
    _, message = await world.send(body="secret")
    path = f"Messages/{message['sid']}.json"
    status, error = await world.rest("DELETE", path)
    assert (status, error["code"]) == (409, 20009), "it is still on its way"
    await world.clock.advance(1)
    assert (await world.rest("POST", path, {"Body": "changed"}))[0] == 400
    _, redacted = await world.rest("POST", path, {"Body": ""})
    assert (redacted["body"], redacted["status"]) == ("", "delivered")
    assert (await world.rest("DELETE", path))[0] == 204
    assert (await world.rest("GET", path))[1]["code"] == 20404


@story
async def test_a_callback_is_tried_again_only_when_the_connection_failed() -> None:
    world = build({"/status": [broken(), Answer(204, "", b""), Answer(500, "", b"")]})
    await world.send(StatusCallback="http://127.0.0.1:8000/status")
    await world.clock.advance(1)
    seen = [s for s in world.customer.seen if s.path == "/status"]
    assert [s.form["MessageStatus"] for s in seen] == ["sent", "sent", "delivered"]
    tokens = [s.headers["I-Twilio-Idempotency-Token"] for s in seen]
    assert tokens[0] == tokens[1] != tokens[2]
    assert world.codes() == [11200]
