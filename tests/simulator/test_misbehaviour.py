"""The carrier misbehaves exactly as ordered, and the record stays true."""

import asyncio
from typing import Any

import pytest

from hotline.simulator.misbehaviour import BadPlan, Misbehaviour, Plan, read_plan
from tests.simulator.world import ANA, LUPE, World, build, story

CALLBACK = {"StatusCallback": "http://127.0.0.1:8000/status"}


async def misbehaving(**plan: Any) -> World:
    world = build()
    status, answer = await world.order("misbehave", **plan)
    assert status == 200, answer
    return world


def told(world: World) -> list[str]:
    return [form["MessageStatus"] for form in world.customer.forms("/status")]


@pytest.mark.parametrize(
    ("fault", "order"),
    [
        ("doubled_callback", ["sent", "sent", "delivered"]),
        ("reordered_callback", ["delivered", "sent"]),
        ("lost_callback", ["delivered"]),
    ],
)
@story
async def test_callbacks_double_change_places_or_get_lost_once(fault: str, order: list[str]) -> None:
    world = await misbehaving(counts={fault: 1})
    _, message = await world.send(**CALLBACK)
    await world.clock.advance(2)
    assert told(world) == order
    await world.send(to=ANA, **CALLBACK)
    await world.clock.advance(2)
    assert told(world) == [*order, "sent", "delivered"]
    _, seen = await world.rest("GET", f"Messages/{message['sid']}.json")
    assert seen["status"] == "delivered"


@story
async def test_an_early_callback_is_there_before_the_answer() -> None:
    world = await misbehaving(counts={"early_callback": 1})
    _, message = await world.send(**CALLBACK)
    assert told(world) == ["sent"], "the answer has just come"
    assert world.customer.forms("/status")[0]["MessageSid"] == message["sid"]
    await world.clock.advance(2)
    assert told(world) == ["sent", "delivered"]


@pytest.mark.parametrize(
    ("fault", "status", "code", "accepted"),
    [
        ("too_many_requests", 429, 20429, 0),
        ("server_error_before", 503, 20503, 0),
        ("server_error_after", 500, 20500, 1),
    ],
)
@story
async def test_error_answers_come_before_or_after_acceptance(
    fault: str, status: int, code: int, accepted: int
) -> None:
    world = await misbehaving(counts={fault: 1})
    answer = await world.send()
    assert (answer[0], answer[1]["code"]) == (status, code)
    record = await world.look("record")
    assert (record["accepted"], record["attempts"]) == (accepted, 1)
    await world.clock.advance(2)
    assert len(world.thread()) == accepted
    assert (await world.send())[0] == 201, "once was ordered"


@pytest.mark.parametrize(("fault", "accepted"), [("lost_answer", 1), ("reset_before", 0)])
@story
async def test_connections_break_before_or_after_acceptance(fault: str, accepted: int) -> None:
    world = await misbehaving(counts={fault: 1})
    with pytest.raises(ConnectionResetError):
        await world.send()
    await world.clock.advance(2)
    assert len(world.thread()) == accepted
    record = await world.look("record?summary=1")
    assert record["per_to"] == ({LUPE: 1} if accepted else {})
    assert record["misbehaved"] == {fault: 1}


@story
async def test_messages_fail_finally_by_number_or_by_chance() -> None:
    world = await misbehaving(numbers={LUPE: 30003}, codes={"30007": 1.0})
    await world.send(**CALLBACK)
    await world.send(to=ANA, **CALLBACK)
    await world.clock.advance(2)
    ends = {f["To"]: (f["MessageStatus"], f["ErrorCode"]) for f in world.customer.forms("/status")[2:]}
    assert ends == {LUPE: ("undelivered", "30003"), ANA: ("undelivered", "30007")}
    assert world.thread() == []


@story
async def test_a_slow_network_delays_answers_and_webhooks() -> None:
    world = await misbehaving(latency_s=3, webhook_latency_s=2)
    sending = asyncio.ensure_future(world.send(**CALLBACK))
    await world.clock.advance(2.9)
    assert not sending.done()
    await world.clock.advance(0.2)
    assert (await sending)[0] == 201
    assert told(world) == []
    await world.clock.advance(2)
    assert told(world) == ["sent"]


@story
async def test_new_messages_can_show_up_late_in_lists_but_not_when_fetched() -> None:
    world = await misbehaving(list_delay_s=5)
    _, message = await world.send()
    assert (await world.rest("GET", "Messages.json"))[1]["messages"] == []
    assert (await world.rest("GET", f"Messages/{message['sid']}.json"))[0] == 200
    await world.clock.advance(5)
    assert len((await world.rest("GET", "Messages.json"))[1]["messages"]) == 1


@story
async def test_a_rate_can_be_ordered_while_running() -> None:
    world = await misbehaving(rate_per_sender=1.0, queue_s=2)
    assert [(await world.send())[0] for _ in range(3)] == [201, 201, 400]


@story
async def test_an_empty_plan_behaves_again_and_a_reset_forgets() -> None:
    world = await misbehaving(odds={"too_many_requests": 1.0})
    assert (await world.send())[0] == 429
    await world.order("misbehave")
    assert (await world.send())[0] == 201
    await world.order("reset")
    record = await world.look("record")
    assert (record["accepted"], record["attempts"], record["messages"]) == (0, 0, [])


@pytest.mark.parametrize(
    "plan",
    [{"counts": {"earthquake": 1}}, {"odds": {"flood": 1}}, {"codes": {"12345": 1}}, {"speed": 2}],
)
def test_a_plan_that_names_what_does_not_exist_is_refused(plan: dict[str, Any]) -> None:
    with pytest.raises(BadPlan):
        read_plan(plan)


def test_chance_is_repeatable_by_seed_and_near_its_odds() -> None:
    def draws(seed: int) -> list[bool]:
        chaos = Misbehaviour(seed)
        chaos.obey(Plan(odds={"doubled_callback": 0.2}))
        return [chaos.draw("doubled_callback") for _ in range(1000)]

    assert draws(1) == draws(1) != draws(2)
    assert 150 < sum(draws(1)) < 250
