"""Fewer at once after a 429, one more for each calm second, never more than allowed."""

import asyncio

from hotline.channels.twilio.inflight import InFlight


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_begins_below_the_most() -> None:
    assert InFlight(50, Clock()).limit == 20
    assert InFlight(8, Clock()).limit == 8


def test_a_burst_of_refusals_halves_once() -> None:
    clock = Clock()
    places = InFlight(50, clock)
    for _ in range(9):
        places.heard(too_many=True)
    assert places.limit == 10
    clock.now += 1.0
    places.heard(too_many=True)
    assert places.limit == 5


def test_one_place_always_stays() -> None:
    clock = Clock()
    places = InFlight(50, clock)
    for _ in range(20):
        clock.now += 2.0
        places.heard(too_many=True)
    assert places.limit == 1


def test_a_calm_second_earns_one_place_up_to_the_most() -> None:
    clock = Clock()
    places = InFlight(22, clock)
    earned = []
    for _ in range(10):
        clock.now += 0.5
        places.heard(too_many=False)
        earned.append(places.limit)
    assert earned == [20, 21, 21, 22, 22, 22, 22, 22, 22, 22]


def test_a_refusal_begins_the_calm_anew() -> None:
    clock = Clock()
    places = InFlight(50, clock)
    clock.now += 0.9
    places.heard(too_many=True)
    clock.now += 0.9
    places.heard(too_many=False)
    assert places.limit == 10
    clock.now += 0.1
    places.heard(too_many=False)
    assert places.limit == 11


def test_no_more_are_under_way_than_the_limit_and_all_get_their_turn() -> None:
    async def highest_of(tasks: int, most: int) -> tuple[int, int]:
        places, seen = InFlight(most, Clock()), []

        async def one() -> None:
            async with places:
                seen.append(places.busy)
                await asyncio.sleep(0)

        await asyncio.gather(*(one() for _ in range(tasks)))
        assert places.busy == 0
        return max(seen), len(seen)

    assert asyncio.run(highest_of(30, 4)) == (4, 30)


def test_a_cancelled_wait_passes_its_place_on() -> None:
    async def scene() -> None:
        places, done = InFlight(1, Clock()), []

        async def one(name: str) -> None:
            async with places:
                done.append(name)

        async with places:
            first, second = asyncio.create_task(one("first")), asyncio.create_task(one("second"))
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait_for(second, 5)
        assert done == ["second"]
        assert places.busy == 0

    asyncio.run(scene())


def test_no_place_is_earned_before_the_carrier_s_wait_is_over() -> None:
    clock = Clock()
    places = InFlight(50, clock)
    places.heard(too_many=True, retry_after_s=7.0)
    clock.now += 7.9
    places.heard(too_many=False)
    assert places.limit == 10
    clock.now += 0.2
    places.heard(too_many=False)
    assert places.limit == 11
