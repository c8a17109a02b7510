"""POST Calls and what can be done to a live call over REST."""

from typing import Any

import pytest

from tests.simulator.world import ANA, LINE, LUPE, World, build, story

URL = "http://127.0.0.1:8000/out"
EVENTS = ["initiated", "ringing", "answered", "completed"]


async def ring_up(world: World, **more: Any) -> tuple[int, Any]:
    found = await world.rest("POST", "Calls.json", {"To": LUPE, "From": LINE, "Url": URL, **more})
    await world.clock.settle()
    return found


@story
async def test_a_call_out_rings_is_answered_and_tells_each_event_it_was_asked_for() -> None:
    world = build({"/out": "<Say>Hola</Say>"})
    status, call = await ring_up(
        world, StatusCallback="http://127.0.0.1:8000/progress", StatusCallbackEvent=EVENTS
    )
    assert (status, call["status"], call["direction"]) == (201, "queued", "outbound-api")
    assert world.customer.forms("/out") == [], "nothing is fetched before the pick-up"
    await world.clock.advance(3)
    await world.pick_up(LUPE)
    assert world.customer.forms("/out")[0]["CallStatus"] == "in-progress"
    await world.clock.advance(3)
    forms = world.customer.forms("/progress")
    assert [f["CallStatus"] for f in forms] == ["initiated", "ringing", "in-progress", "completed"]
    assert [f["SequenceNumber"] for f in forms] == ["0", "1", "2", "3"]
    assert "CallDuration" not in forms[2]
    assert forms[3]["CallDuration"] == "1"
    assert forms[0]["Timestamp"].endswith("+0000")


@story
async def test_by_default_only_the_end_is_told() -> None:
    world = build()
    await ring_up(world, StatusCallback="http://127.0.0.1:8000/progress")
    await world.decline(LUPE)
    assert [f["CallStatus"] for f in world.customer.forms("/progress")] == ["busy"]


@pytest.mark.parametrize(
    ("behaviour", "status"), [("busy", "busy"), ("failed", "failed"), ("unreachable", "no-answer")]
)
@story
async def test_a_call_that_reaches_nobody_ends_with_the_reason(behaviour: str, status: str) -> None:
    world = build()
    world.phone(LUPE).behaviour = behaviour  # type: ignore[assignment]
    _, call = await ring_up(world, Timeout="10")
    await world.clock.advance(11)
    _, seen = await world.rest("GET", f"Calls/{call['sid']}.json")
    assert (seen["status"], seen["duration"]) == (status, "0")


@pytest.mark.parametrize(("by_machine", "answered_by"), [(False, "human"), (True, "machine_start")])
@story
async def test_machine_detection_tells_who_answered(by_machine: bool, answered_by: str) -> None:
    world = build({"/out": "<Say>Hola</Say>"})
    await ring_up(world, MachineDetection="Enable")
    await world.pick_up(LUPE, by_machine)
    assert world.customer.forms("/out")[0]["AnsweredBy"] == answered_by


@story
async def test_calls_start_one_a_second_while_rings_overlap() -> None:
    world = build(calls_per_second=1.0)
    for number in (LUPE, ANA):
        await world.rest("POST", "Calls.json", {"To": number, "From": LINE, "Url": URL})
    await world.clock.advance(0.5)
    assert world.phone(LUPE).leg is not None
    assert world.phone(ANA).leg is None
    await world.clock.advance(0.6)
    assert world.phone(ANA).leg is not None


@story
async def test_a_live_call_is_sent_elsewhere_by_url_or_by_twiml_or_ended() -> None:
    world = build({"/out": "<Pause length='60'/>", "/else": "<Say>Elsewhere</Say><Pause length='60'/>"})
    _, call = await ring_up(world)
    path = f"Calls/{call['sid']}.json"
    assert (await world.rest("POST", path, {"Url": URL}))[1]["code"] == 21220, "not answered yet"
    leg = await world.pick_up(LUPE)
    await world.rest("POST", path, {"Url": "http://127.0.0.1:8000/else"})
    await world.clock.settle()
    assert leg.heard[-1].text == "Elsewhere"
    await world.rest("POST", path, {"Twiml": "<Response><Say>Inline</Say><Pause length='9'/></Response>"})
    await world.clock.settle()
    assert leg.heard[-1].text == "Inline"
    await world.rest("POST", path, {"Status": "completed"})
    await world.clock.settle()
    assert leg.status == "completed"
    assert (await world.rest("POST", path, {"Status": "completed"}))[1]["code"] == 21220
    assert (await world.rest("DELETE", path))[0] == 204
    assert (await world.rest("GET", path))[0] == 404


@story
async def test_a_call_that_rings_can_be_canceled() -> None:
    world = build()
    _, call = await ring_up(world)
    _, seen = await world.rest("POST", f"Calls/{call['sid']}.json", {"Status": "canceled"})
    await world.clock.settle()
    assert seen["status"] == "canceled"
    assert world.phone(LUPE).leg is None


@story
async def test_a_caller_in_a_dial_can_be_taken_out_of_it() -> None:
    world = build({"/twilio/voice": f"<Dial>{ANA}</Dial>", "/else": "<Say>Back</Say><Pause/>"})
    caller = await world.call()
    ana = await world.pick_up(ANA)
    await world.rest("POST", f"Calls/{caller.sid}.json", {"Url": "http://127.0.0.1:8000/else"})
    await world.clock.settle()
    assert caller.heard[-1].text == "Back"
    assert ana.is_over


@story
async def test_relative_addresses_in_inline_twiml_are_refused() -> None:
    world = build()
    await ring_up(world, Url="", Twiml="<Response><Redirect>/relative</Redirect></Response>")
    await world.pick_up(LUPE)
    assert world.codes() == [15004]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"To": ""}, 21201),
        ({"To": "nobody"}, 21211),
        ({"To": "+12135550200"}, 21219),
        ({"To": "+15005550001"}, 21217),
        ({"To": "+15005550002"}, 21214),
        ({"To": "+15005550003"}, 21215),
        ({"To": "+15005550004"}, 21216),
        ({"From": ""}, 21213),
        ({"From": "+12135550177"}, 21210),
        ({"Url": "/relative"}, 21205),
        ({"Url": "", "Twiml": "<Response>" + " " * 4000 + "</Response>"}, 32018),
        ({"Url": "", "Twiml": "<Response><Shout/></Response>"}, 20001),
        ({"Timeout": "601"}, 20001),
        ({"StatusCallback": "http://a_b.example/x"}, 21609),
        ({"StatusCallback": URL, "StatusCallbackEvent": "everything"}, 20001),
    ],
)
@story
async def test_what_twilio_refuses_is_refused_with_its_code(change: dict[str, str], code: int) -> None:
    world = build()
    status, error = await ring_up(world, **change)
    assert (status, error["code"]) == (400, code)
    assert world.phone(LUPE).leg is None


@story
async def test_lists_of_calls_are_filtered() -> None:
    world = build({"/twilio/voice": "<Hangup/>"})
    await world.call()
    await ring_up(world)
    _, all_calls = await world.rest("GET", "Calls.json")
    assert [call["direction"] for call in all_calls["calls"]] == ["outbound-api", "inbound"]
    _, ringing = await world.rest("GET", "Calls.json?Status=ringing")
    assert [call["to"] for call in ringing["calls"]] == [LUPE]
    assert (await world.rest("GET", "Nothing.json"))[1]["code"] == 20404


@story
async def test_a_called_leg_sent_elsewhere_lives_on_while_its_caller_goes_on() -> None:
    world = build(
        {
            "/twilio/voice": f'<Dial action="/after">{ANA}</Dial>',
            "/after": "<Say>Caller goes on</Say>",
            "/else": "<Say>Ana alone</Say><Pause length='9'/>",
        }
    )
    caller = await world.call()
    ana = await world.pick_up(ANA)
    await world.rest("POST", f"Calls/{ana.sid}.json", {"Url": "http://127.0.0.1:8000/else"})
    await world.clock.settle()
    assert (ana.heard[-1].text, caller.heard[-1].text) == ("Ana alone", "Caller goes on")
    await world.clock.advance(3)
    assert (caller.status, ana.status) == ("completed", "in-progress")


@story
async def test_a_call_out_ends_at_its_time_limit() -> None:
    world = build({"/out": "<Pause length='600'/>"})
    await ring_up(world, TimeLimit="30")
    leg = await world.pick_up(LUPE)
    await world.clock.advance(31)
    assert (leg.status, leg.duration_s()) == ("completed", 30)
