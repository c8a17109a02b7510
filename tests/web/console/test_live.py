import asyncio
from collections.abc import AsyncIterator
from itertools import count

import pytest

from hotline.web.console import live
from hotline.web.console.live import Live, TooMany

SHORT = 0.005


async def events(hub: Live, topic: str, make: live.Make, wanted: int) -> list[str]:
    """The first events that somebody who follows a topic is given."""
    found: list[str] = []
    body: AsyncIterator[str] = hub.stream(topic, make).body_iterator  # type: ignore[assignment]
    async for event in body:
        if event.startswith("data:"):
            found.append(event)
        if len(found) == wanted:
            break
    await body.aclose()  # type: ignore[attr-defined]
    return found


def test_what_is_followed_is_made_once_for_all_who_follow_it() -> None:
    made = count(1)

    async def both() -> list[list[str]]:
        hub = Live(tick_s=SHORT)
        return await asyncio.gather(*(events(hub, "now", lambda: str(next(made)), 3) for _ in range(20)))

    everyone = asyncio.run(both())
    assert all(len(seen) == 3 for seen in everyone)
    assert next(made) < 20


def test_what_did_not_change_is_not_sent_again() -> None:
    answers = iter(["a", "a", "a", "b"])

    async def follow() -> list[str]:
        return await events(Live(tick_s=SHORT), "now", lambda: next(answers), 2)

    assert asyncio.run(follow()) == ["data: a\n\n", "data: b\n\n"]


def test_whoever_comes_later_is_given_what_stands() -> None:
    async def follow() -> list[str]:
        hub = Live(tick_s=SHORT)
        first = asyncio.create_task(events(hub, "now", lambda: "same", 2))
        while not hub.open:
            await asyncio.sleep(0)
        await asyncio.sleep(SHORT * 5)
        second = await events(hub, "now", lambda: "never asked", 1)
        first.cancel()
        return second

    assert asyncio.run(follow()) == ["data: same\n\n"]


def test_lines_of_a_fragment_stay_one_event() -> None:
    async def follow() -> list[str]:
        return await events(Live(tick_s=SHORT), "now", lambda: "<p>\n</p>", 1)

    assert asyncio.run(follow()) == ["data: <p>\ndata: </p>\n\n"]


def test_something_that_breaks_once_is_looked_at_again() -> None:
    answers = iter([ValueError(), "well"])

    def make() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    async def follow() -> list[str]:
        return await events(Live(tick_s=SHORT), "now", make, 1)

    assert asyncio.run(follow()) == ["data: well\n\n"]


def test_nothing_is_made_when_nobody_follows() -> None:
    made = count(1)

    async def follow() -> int:
        hub = Live(tick_s=SHORT)
        await events(hub, "now", lambda: str(next(made)), 1)
        so_far = next(made)
        await asyncio.sleep(SHORT * 10)
        assert hub.open == 0
        return next(made) - so_far

    assert asyncio.run(follow()) <= 2


def test_a_stream_ends_after_its_time_and_the_page_asks_anew() -> None:
    async def follow() -> list[str]:
        hub = Live(tick_s=SHORT, longest_s=SHORT * 3)
        body: AsyncIterator[str] = hub.stream("now", lambda: "same").body_iterator  # type: ignore[assignment]
        return [event async for event in body if event.startswith("data:")]

    assert asyncio.run(follow()) == ["data: same\n\n"]


def test_no_more_streams_than_a_process_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST", 0)

    async def follow() -> None:
        Live().stream("now", lambda: "same")

    with pytest.raises(TooMany):
        asyncio.run(follow())
