"""Pictures with the pretend carrier: who may fetch them, for how long, and until when."""

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from hotline.simulator.media import LINK_LASTS_S, Medium, Shelf
from tests.simulator.world import LUPE, World, asgi, build, story

SMS = "/twilio/sms"
JPEG = b"\xff\xd8\xff\xe0 a picture"
PNG = b"\x89PNG\r\n\x1a\n a picture"
GIF = b"GIF89a a picture"


async def sent(world: World, *contents: bytes) -> tuple[str, list[str]]:
    """Lupe sends these; gives the message's sid and the pictures' addresses below the account."""
    await world.order("text", **{"from": LUPE, "photos": [photo(content) for content in contents]})
    await world.clock.settle()
    form = world.customer.forms(SMS)[-1]
    root = f"{form['AccountSid']}/"
    links = [form[f"MediaUrl{place}"].partition(root)[2] for place in range(int(form["NumMedia"]))]
    return form["MessageSid"], links


def photo(content: bytes) -> dict[str, str]:
    return {"base64": base64.b64encode(content).decode()}


async def led_to(world: World, link: str) -> str:
    """Where the carrier leads whoever asks for a picture with the password."""
    config = world.carrier.config
    secret = base64.b64encode(f"{config.account_sid}:{config.auth_token}".encode())
    headers: dict[str, str] = {}
    path = f"/2010-04-01/Accounts/{config.account_sid}/{link}"
    status, _ = await asgi(world.app, "GET", path, "", [(b"authorization", b"Basic " + secret)], headers)
    assert status == 307
    assert headers["location"].startswith(config.url)
    parts = urlsplit(headers["location"])
    return f"{parts.path}?{parts.query}"


async def fetched(world: World, where: str) -> tuple[int, bytes, dict[str, str]]:
    headers: dict[str, str] = {}
    status, body = await asgi(world.app, "GET", where, "", [], headers)
    return status, body, headers


@story
async def test_a_picture_is_fetched_by_way_of_a_link_that_needs_no_password() -> None:
    world = build()
    _, [link] = await sent(world, PNG)
    assert (await world.rest("GET", link, auth=False))[1]["code"] == 20003
    status, body, headers = await fetched(world, await led_to(world, link))
    assert (status, body, headers["content-type"]) == (200, PNG, "image/png")
    assert headers["x-content-type-options"] == "nosniff"


@story
async def test_a_link_is_good_for_four_hours_and_a_new_one_can_be_had() -> None:
    world = build()
    _, [link] = await sent(world, JPEG)
    where = await led_to(world, link)
    await world.clock.advance(LINK_LASTS_S - 1)
    assert (await fetched(world, where))[0] == 200
    await world.clock.advance(1)
    assert (await fetched(world, where))[0] == 403
    assert (await fetched(world, await led_to(world, link)))[0] == 200


@pytest.mark.parametrize("change", ["until=9", "key=0", "until=99999999999", "until=x", "key=ñ"])
@story
async def test_a_link_that_was_changed_leads_nowhere(change: str) -> None:
    world = build()
    _, [link] = await sent(world, JPEG)
    path, _, query = (await led_to(world, link)).partition("?")
    name = change.partition("=")[0]
    kept = [pair for pair in query.split("&") if not pair.startswith(name)]
    assert (await fetched(world, f"{path}?{'&'.join([*kept, change])}"))[0] == 403
    assert (await fetched(world, path))[0] == 403


@story
async def test_a_deleted_picture_is_gone_everywhere_and_its_message_stays() -> None:
    world = build()
    message, links = await sent(world, JPEG, GIF)
    where = await led_to(world, links[0])
    assert (await world.rest("DELETE", links[0] + ".json"))[0] == 204
    for path in (links[0], links[0] + ".json"):
        assert (await world.rest("GET", path))[1]["code"] == 20404
    assert (await world.rest("DELETE", links[0] + ".json"))[0] == 404
    assert (await fetched(world, where))[0] == 404
    assert await kinds(world, message) == ["image/gif"]
    assert (await world.rest("GET", f"Messages/{message}.json"))[0] == 200
    [text] = (await world.look(f"phones/{LUPE}"))["thread"]
    assert [bool(address) for address in text["media"]] == [False, True]


async def kinds(world: World, message: str, query: str = "") -> list[str]:
    _, listed = await world.rest("GET", f"Messages/{message}/Media.json{query}")
    return [medium["content_type"] for medium in listed["media_list"]]


@story
async def test_a_deleted_message_takes_its_pictures_along() -> None:
    world = build()
    message, [link] = await sent(world, JPEG)
    where = await led_to(world, link)
    assert (await world.rest("DELETE", f"Messages/{message}.json"))[0] == 204
    assert (await world.rest("GET", f"Messages/{message}/Media.json"))[0] == 404
    assert (await world.rest("GET", link))[0] == 404
    assert (await fetched(world, where))[0] == 404
    [text] = (await world.look(f"phones/{LUPE}"))["thread"]
    assert text["deleted"]


@story
async def test_a_picture_belongs_to_one_message() -> None:
    world = build()
    message, _ = await sent(world, JPEG)
    _, [other] = await sent(world, PNG)
    sid = other.rpartition("/")[2]
    assert (await world.rest("GET", f"Messages/{message}/Media/{sid}.json"))[0] == 404
    assert (await world.rest("DELETE", f"Messages/{message}/Media/{sid}.json"))[0] == 404
    assert (await world.rest("GET", other + ".json"))[0] == 200


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("DateCreated=2026-11-21", 2),
        ("DateCreated=2026-11-20", 0),
        ("DateCreated%3C=2026-11-21", 2),
        ("DateCreated%3C=2026-11-20", 0),
        ("DateCreated%3E=2026-11-21T00:00:00Z", 2),
        ("DateCreated%3E=2026-11-22", 0),
        ("PageSize=1", 1),
        ("PageSize=1&Page=1", 1),
        ("PageSize=1&Page=2", 0),
    ],
)
@story
async def test_pictures_are_listed_by_day_and_in_pages(query: str, count: int) -> None:
    world = build()
    message, _ = await sent(world, JPEG, PNG)
    assert len(await kinds(world, message, f"?{query}")) == count


@story
async def test_a_day_that_is_none_is_refused() -> None:
    world = build()
    message, _ = await sent(world, JPEG)
    status, error = await world.rest("GET", f"Messages/{message}/Media.json?DateCreated=soon")
    assert (status, error["code"]) == (400, 20001)


@story
async def test_what_a_picture_is_is_told_by_how_it_begins() -> None:
    world = build()
    lying = photo(PNG) | {"type": "image/svg+xml"}
    await world.order("text", **{"from": LUPE, "photos": [lying, photo(GIF), photo(JPEG)]})
    await world.clock.settle()
    form = world.customer.forms(SMS)[0]
    told = [form[f"MediaContentType{place}"] for place in range(3)]
    assert told == ["image/png", "image/gif", "image/jpeg"]


@pytest.mark.parametrize(
    ("photos", "reason"),
    [
        ([photo(b"<svg xmlns='http://www.w3.org/2000/svg'/>") | {"type": "image/png"}], "photo_kind"),
        ([photo(b"%PDF-1.7") | {"type": "image/jpeg"}], "photo_kind"),
        ([photo(b"")], "photo_kind"),
        ([photo(JPEG.ljust(5_000_001))], "photo_too_big"),
        ([photo(JPEG.ljust(2_500_001)), photo(PNG.ljust(2_500_000))], "photo_too_big"),
        ([photo(JPEG)] * 11, "too_many_photos"),
        ([{"base64": "ñ"}], "bad_photo"),
        ([{"base64": 7}], "bad_photo"),
        ([{}], "bad_photo"),
        (["photo"], "bad_photo"),
        ("photo", "bad_photo"),
        (None, "bad_photo"),
    ],
)
@story
async def test_what_the_carrier_does_not_take_is_refused_with_the_reason(photos: Any, reason: str) -> None:
    world = build()
    status, answer = await world.order("text", **{"from": LUPE, "body": "see", "photos": photos})
    assert (status, answer["reason"]) == (400, reason)
    await world.clock.settle()
    assert not world.customer.seen
    assert not world.carrier.account.media


@story
async def test_five_megabytes_together_and_ten_pictures_still_go() -> None:
    world = build()
    _, links = await sent(world, *[JPEG.ljust(500_000)] * 10)
    assert len(links) == 10


def medium(number: int, size: int = 1) -> Medium:
    created_at = build().clock.now() + timedelta(seconds=number)
    return Medium(f"ME{number}", "MM1", "image/png", bytes(size), created_at)


def test_the_oldest_pictures_make_room_for_new_ones() -> None:
    shelf = Shelf(most=3, most_bytes=10)
    for number in range(4):
        shelf.put(medium(number))
    assert list(shelf) == ["ME1", "ME2", "ME3"]
    shelf.put(medium(4, size=9))
    assert list(shelf) == ["ME3", "ME4"]
    shelf.remove("ME4")
    shelf.put(medium(5, size=9))
    assert list(shelf) == ["ME3", "ME5"], "what was removed takes no room"
    shelf.put(medium(6, size=99))
    assert list(shelf) == ["ME6"], "the newest stays, whatever its size"


@story
async def test_a_picture_that_made_room_is_one_that_the_carrier_has_no_more() -> None:
    world = build()
    world.carrier.account.media = Shelf(most=1)
    message, [link] = await sent(world, JPEG)
    await sent(world, PNG)
    assert (await world.rest("GET", link))[0] == 404
    assert await kinds(world, message) == []
