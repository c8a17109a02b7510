import asyncio
from collections.abc import Iterator

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from hotline.domain.timing import Timing
from hotline.store.parcels import DeliveryKey, MessageKey, NoKey, read_key
from hotline.store.receipts import Receipt, fold, read_fields
from hotline.store.servers.supervisor import Supervisor
from hotline.store.stream import STREAM, ReceiptStream, append_async

SID = "SM" + "0" * 32
SENT = Receipt(DeliveryKey(7, 45), SID, "sent")
FAILED = Receipt(MessageKey(123), SID, "failed", 30007, "stop_batch")


@pytest.fixture
def redis(servers: Supervisor) -> Iterator[Redis]:
    client = Redis.from_url(servers.redis_url)
    client.flushdb()
    yield client
    client.close()


@pytest.mark.parametrize("key", ["m123", "d7.45"])
def test_keys_are_read_as_they_are_written(key: str) -> None:
    assert str(read_key(key)) == key


@pytest.mark.parametrize(
    "text", ["", "m", "d7", "x1", "m1.2", "d7.45.1", "d7.", "m-1", "m１", "d1.9999999999"]
)
def test_other_keys_are_refused(text: str) -> None:
    with pytest.raises(NoKey):
        read_key(text)


def test_what_was_appended_is_read_once(redis: Redis) -> None:
    stream = ReceiptStream(redis, "one")
    for receipt in (SENT, FAILED):
        stream.append(receipt)
    entries = stream.read(10, 1)
    assert [entry.receipt for entry in entries] == [SENT, FAILED]
    assert ReceiptStream(redis, "two").read(10, 1) == []


def test_the_webhooks_end_appends_the_same(redis: Redis, servers: Supervisor) -> None:
    async def append() -> None:
        client = AsyncRedis.from_url(servers.redis_url)
        await append_async(client, FAILED)
        await client.aclose()

    asyncio.run(append())
    assert [entry.receipt for entry in ReceiptStream(redis, "one").read(10, 1)] == [FAILED]


def test_what_is_not_acknowledged_comes_to_another_consumer(redis: Redis) -> None:
    ReceiptStream(redis, "killed").append(SENT)
    assert ReceiptStream(redis, "killed").read(10, 1)
    [entry] = ReceiptStream(redis, "other", Timing(abandoned_s=0.0)).abandoned(10)
    assert entry.receipt == SENT


def test_what_is_acknowledged_is_gone(redis: Redis) -> None:
    stream = ReceiptStream(redis, "one")
    stream.append(SENT)
    stream.acknowledge(stream.read(10, 1))
    assert stream.length() == 0
    assert stream.abandoned(10) == []


def test_a_wiped_redis_is_no_obstacle(redis: Redis) -> None:
    stream = ReceiptStream(redis, "one")
    assert stream.read(10, 1) == []
    redis.flushdb()
    stream.append(SENT)
    assert [entry.receipt for entry in stream.read(10, 1)] == [SENT]


def test_an_entry_nobody_of_us_wrote_is_passed_over(redis: Redis) -> None:
    redis.xadd(STREAM, {"key": "nonsense"})
    [entry] = ReceiptStream(redis, "one").read(10, 1)
    assert entry.receipt is None


def test_receipts_of_one_row_fold_to_what_they_amount_to() -> None:
    row = DeliveryKey(1, 1)
    told = [Receipt(row, SID, status) for status in ("sent", "accepted", "undelivered", "delivered", "sent")]
    assert [receipt.status for receipt in fold(told)] == ["delivered"]


def test_a_failure_is_not_softened_by_what_came_late() -> None:
    row = DeliveryKey(1, 1)
    assert fold([Receipt(row, SID, "failed", 30005), Receipt(row, SID, "sent")])[0].code == 30005


def test_fields_carry_everything() -> None:
    fields = {name.encode(): value.encode() for name, value in FAILED.fields().items()}
    assert read_fields(fields) == FAILED
