"""The control routes: people act by JSON, strangers are kept out."""

import json

import pytest

from tests.simulator.world import ANA, LINE, LUPE, asgi, build, story

MENU = '<Gather numDigits="1" action="/turn"><Say>Press one</Say></Gather>'


@story
async def test_a_person_texts_calls_presses_and_hangs_up() -> None:
    world = build(
        {"/twilio/sms": "<Message>Hola</Message>", "/twilio/voice": MENU, "/turn": "<Pause length='9'/>"}
    )
    await world.order("text", **{"from": LUPE, "body": "hola"})
    await world.order("call", **{"from": LUPE})
    await world.clock.advance(1)
    await world.order("keys", number=LUPE, keys="1")
    await world.clock.settle()
    phone = await world.look(f"phones/{LUPE}")
    assert [(text["mine"], text["body"]) for text in phone["thread"]] == [(True, "hola"), (False, "Hola")]
    assert (phone["call"]["state"], phone["call"]["other"]) == ("talking", LINE)
    assert [heard["kind"] for heard in phone["call"]["heard"]] == ["say", "key"]
    await world.order("hangup", number=LUPE)
    await world.clock.settle()
    phone = await world.look(f"phones/{LUPE}")
    assert (phone["call"], phone["last_call"]["status"]) == (None, "completed")


@story
async def test_a_dispatcher_answers_declines_or_lets_the_box_pick_up() -> None:
    for order, state in (("answer", "talking"), ("voicemail", "talking"), ("decline", None)):
        world = build({"/twilio/voice": f"<Dial>{ANA}</Dial>"})
        await world.order("call", **{"from": LUPE})
        await world.clock.settle()
        assert (await world.look(f"phones/{ANA}"))["call"]["state"] == "ringing"
        await world.order(order, number=ANA)
        await world.clock.settle()
        call = (await world.look(f"phones/{ANA}"))["call"]
        assert (call and call["state"]) == state
        assert bool(call and call["by_machine"]) == (order == "voicemail")


@story
async def test_a_withheld_number_is_shown_as_asked() -> None:
    world = build({"/twilio/voice": MENU})
    await world.order("call", **{"from": LUPE, "withheld": "+266696687"})
    await world.clock.settle()
    assert world.customer.forms("/twilio/voice")[0]["From"] == "+266696687"


@pytest.mark.parametrize(
    ("order", "data", "status"),
    [
        ("text", {"from": "+12135550200", "body": "x"}, 400),
        ("text", {"from": LINE, "body": "x"}, 400),
        ("text", {"from": LUPE, "body": ""}, 400),
        ("text", {"from": LUPE, "to": "+12135550177", "body": "x"}, 400),
        ("text", {"from": LUPE, "photos": [{"type": "text/html", "base64": ""}]}, 400),
        ("text", {"from": LUPE, "photos": [{"type": "image/png", "base64": "?"}]}, 400),
        ("keys", {"number": LUPE, "keys": "1"}, 409),
        ("hangup", {"number": LUPE}, 409),
        ("answer", {"number": ANA}, 409),
        ("phones", {"number": LUPE, "behaviour": "sleepy"}, 400),
        ("misbehave", {"counts": {"earthquake": 1}}, 400),
    ],
)
@story
async def test_an_order_that_cannot_be_followed_says_why(
    order: str, data: dict[str, str], status: int
) -> None:
    world = build()
    found, answer = await world.order(order, **data)
    assert found == status
    assert answer["error"]


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"content-type", b"text/plain")],
        [(b"content-type", b"application/json"), (b"origin", b"http://evil.example")],
    ],
)
@story
async def test_pages_of_other_sites_cannot_give_orders(headers: list[tuple[bytes, bytes]]) -> None:
    world = build()
    body = json.dumps({"from": LUPE, "body": "x"})
    status, _ = await asgi(world.app, "POST", "/control/text", body, headers)
    assert status == 403
    assert world.customer.seen == []


@story
async def test_a_phone_may_be_added_and_changed() -> None:
    world = build()
    await world.order("phones", number="+12135550142", name="Chela", language="es")
    phones = (await world.look("phones"))["phones"]
    assert len(phones) == 7
    assert phones[-1]["name"] == "Chela"


@story
async def test_pictures_are_served_so_that_they_cannot_act_as_pages() -> None:
    world = build()
    await world.text("", photos=(("image/svg+xml", b"<svg/>"),))
    sid = next(iter(world.carrier.account.media))
    headers: dict[str, str] = {}
    [where] = (await world.look(f"phones/{LUPE}"))["thread"][0]["media"]
    assert sid in where
    status, body = await asgi(world.app, "GET", where, "", [], headers)
    assert (status, body) == (200, b"<svg/>")
    assert (headers["content-disposition"], headers["x-content-type-options"]) == ("attachment", "nosniff")
    assert (await asgi(world.app, "GET", f"/media/{sid}", "", []))[0] == 403
    record = await world.look("record?direction=inbound")
    assert [message["direction"] for message in record["messages"]] == ["inbound"]
