from itertools import pairwise

from hotline.store.servers.restarts import Restarts


def _after(*deaths: float) -> Restarts:
    restarts = Restarts()
    for death in deaths:
        restarts = restarts.after_death(death)
    return restarts


def test_each_death_within_ten_minutes_doubles_the_wait() -> None:
    delays = [_after(*range(count)).delay_s for count in range(1, 9)]

    assert delays[0] == 0.1
    assert all(later == 2 * sooner for sooner, later in pairwise(delay for delay in delays if delay))


def test_the_ninth_death_within_ten_minutes_is_the_last() -> None:
    assert _after(*range(8)).delay_s is not None
    assert _after(*range(9)).delay_s is None


def test_deaths_of_long_ago_are_forgiven() -> None:
    assert _after(*range(9), 700.0).delay_s == 0.1
