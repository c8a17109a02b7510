import socket

from hotline.store.servers.supervisor import Supervisor
from workers.parts import KEEPALIVE, waiting_redis


def test_a_cut_network_shows_to_the_connection_that_waits_for_jobs() -> None:
    kept = waiting_redis("redis://127.0.0.1:6399/0").connection_pool.connection_kwargs
    assert kept["socket_keepalive"]
    assert kept["socket_keepalive_options"] == KEEPALIVE
    assert socket.TCP_KEEPINTVL in KEEPALIVE


def test_a_socket_of_this_machine_needs_none(servers: Supervisor) -> None:
    with waiting_redis(servers.redis_url) as redis:
        assert redis.ping()
