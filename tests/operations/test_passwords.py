"""A flood of passwords holds neither every thread nor the memory of the house."""

import threading

import pytest

from hotline.operations.passwords import Crowded, Lane


def test_so_many_hash_at_once_a_few_wait_and_the_rest_is_told_at_once() -> None:
    lane, goes_on = Lane(at_once=2, waiting=3, longest_s=60), threading.Event()
    inside, most, crowded, lock = [0], [0], [0], threading.Lock()
    begun = threading.Semaphore(0)

    def come() -> None:
        try:
            with lane.turn():
                with lock:
                    inside[0] += 1
                    most[0] = max(most[0], inside[0])
                begun.release()
                goes_on.wait(60)
                with lock:
                    inside[0] -= 1
        except Crowded:
            with lock:
                crowded[0] += 1
            begun.release()

    flood = [threading.Thread(target=come) for _ in range(40)]
    for one in flood:
        one.start()
    for _ in range(2 + 35):  # two hash, three wait, the rest was answered
        assert begun.acquire(timeout=60)
    assert crowded[0] == 35
    goes_on.set()
    for one in flood:
        one.join(60)
    assert (most[0], crowded[0]) == (2, 35)


def test_nobody_waits_for_a_turn_for_ever() -> None:
    lane = Lane(at_once=1, waiting=1, longest_s=0.01)
    with lane.turn():
        for _ in range(3):
            with pytest.raises(Crowded), lane.turn():
                pass
    with lane.turn():
        pass


def test_what_breaks_in_a_turn_gives_it_back() -> None:
    lane = Lane(at_once=1, waiting=0)
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"), lane.turn():
            raise ValueError("broken")
