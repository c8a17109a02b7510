import asyncio
from collections.abc import AsyncIterator, Collection
from itertools import count

import pytest

from hotline.web.console import live
from hotline.web.console.live import MOST_OF_ONE, Follower, Live, TooMany

SHORT = 0.005
ROSA = Follower(person_id=1, session_id=11, needs="now.see")
SOMEBODY = (Follower(number, number, "now.see") for number in count(100))


async def events(hub: Live, topic: str, make: live.Make, wanted: int) -> list[str]:
    """The first events that somebody who follows a topic is given."""
    found: list[str] = []
    body: AsyncIterator[str] = hub.stream(topic, make, next(SOMEBODY)).body_iterator  # type: ignore[assignment]
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
        body: AsyncIterator[str] = hub.stream("now", lambda: "same", ROSA).body_iterator  # type: ignore[assignment]
        return [event async for event in body if event.startswith("data:")]

    assert asyncio.run(follow()) == ["data: same\n\n"]


def test_no_more_streams_than_a_process_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST", 0)

    async def follow() -> None:
        Live().stream("now", lambda: "same", ROSA)

    with pytest.raises(TooMany):
        asyncio.run(follow())


def follow(hub: Live, follower: Follower, topic: str = "now") -> AsyncIterator[str]:
    body: AsyncIterator[str] = hub.stream(topic, lambda: "same", follower).body_iterator  # type: ignore[assignment]
    return body


def test_one_person_leaves_room_for_the_others() -> None:
    async def ask() -> list[str]:
        hub = Live(tick_s=SHORT)
        mine = [Follower(1, session, "now.see") for session in range(MOST_OF_ONE)]
        open_ones = [follow(hub, one, f"topic {one.session_id}") for one in mine]
        for one in open_ones:
            await anext(one)
        with pytest.raises(TooMany):
            follow(hub, Follower(1, 99, "now.see"))
        return [await anext(follow(hub, Follower(2, 100, "now.see")))]

    assert asyncio.run(ask()) == ["data: same\n\n"]


def test_streams_asked_for_at_one_moment_are_counted_too() -> None:
    async def ask() -> int:
        hub = Live(tick_s=SHORT)
        asked = [follow(hub, ROSA) for _ in range(MOST_OF_ONE + 5)]
        begun = [await anext(one, None) for one in asked]
        return sum(event is not None for event in begun)

    assert asyncio.run(ask()) == MOST_OF_ONE


@pytest.mark.parametrize("standing", [{}, {11: {"alerts.see"}}])
def test_a_stream_ends_when_the_session_is_over_or_the_permission_gone(
    standing: dict[int, set[str]],
) -> None:
    allowed = [{11: {"now.see"}, 12: {"now.see"}}]
    asked: list[set[int]] = []

    def look(ids: Collection[int]) -> dict[int, set[str]]:
        asked.append(set(ids))
        return allowed[0]

    async def stays() -> tuple[int, int]:
        hub = Live(tick_s=SHORT, look_s=SHORT)
        hub.watch_with(look)
        mine, theirs = follow(hub, ROSA), follow(hub, Follower(2, 12, "now.see"))
        await anext(mine), await anext(theirs)
        while len(asked) < 2:
            await asyncio.sleep(0)
        before, allowed[0] = hub.open, {**standing, 12: {"now.see"}}
        assert [event async for event in mine if event.startswith("data:")] == []
        return before, hub.open

    assert asyncio.run(stays()) == (2, 1)
    assert asked[-1] == {11, 12}


def test_while_nobody_can_be_asked_who_may_the_streams_stay() -> None:
    asked: list[int] = []

    def look(ids: Collection[int]) -> dict[int, set[str]]:
        asked.append(len(ids))
        raise OSError

    async def stays() -> int:
        hub = Live(tick_s=SHORT, look_s=SHORT)
        hub.watch_with(look)
        mine = follow(hub, ROSA)
        await anext(mine)
        while len(asked) < 3:
            await asyncio.sleep(0)
        return hub.open

    assert asyncio.run(stays()) == 1
