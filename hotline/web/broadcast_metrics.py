"""What goes out, for Prometheus: read from the counters when it is asked for, the same from every process."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hotline.domain.delivery import STATUSES, DeliveryStatus
from hotline.operations.line import Line
from hotline.operations.progress import Progress, underway
from hotline.operations.reactions import STOPPED
from hotline.store import marks, outbox
from hotline.store.database import transaction

_FAILED: Final[frozenset[DeliveryStatus]] = frozenset({"failed", "undelivered", "unknown", "skipped"})
# Lone messages that wait are counted to here: what is beyond is trouble enough.
MOST_COUNTED: Final = 1000


class _Told(Collector):
    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


def broadcast_metrics(line: Line, now: datetime) -> bytes:
    """Numbers by alert code, status, reason and the carrier's code: nothing of a person.

    Raises hotline.store.database.DatabaseAway.
    """
    found = underway(line, now)
    with transaction(line.database) as db:
        lone = len(outbox.waiting_segments(db, MOST_COUNTED, now))
        lone_since = outbox.oldest_waiting(db, now)
        stopped = marks.read(db, STOPPED)
    registry = CollectorRegistry()
    registry.register(_Told([*_by_alert(found), *_in_all(found, lone, lone_since, now), _stopped(stopped)]))
    return generate_latest(registry)


def _stopped(code: str | None) -> Metric:
    told = GaugeMetricFamily(
        "hotline_sending_stopped", "1 while the carrier does not let us send, and its code", labels=["code"]
    )
    told.add_metric([code or ""], 1 if code else 0)
    return told


def _by_alert(found: Sequence[Progress]) -> Iterator[Metric]:
    counts = GaugeMetricFamily(
        "hotline_broadcast_deliveries", "Recipients of an alert that stand there", labels=["alert", "status"]
    )
    failed = GaugeMetricFamily(
        "hotline_broadcast_not_reached",
        "Recipients of an alert that failed, are unknown or were left out, and why",
        labels=["alert", "status", "reason", "code"],
    )
    rate = GaugeMetricFamily(
        "hotline_broadcast_accepted_per_second", "Texts that the carrier takes now", labels=["alert"]
    )
    left = GaugeMetricFamily(
        "hotline_broadcast_seconds_left", "To the last text, by the slowest sender", labels=["alert"]
    )
    for one in found:
        for status in STATUSES:
            counts.add_metric([one.code, status], one.count(status))
        for tally in one.tallies:
            if tally.status in _FAILED:
                labels = [one.code, tally.status, tally.reason or "", str(tally.code or "")]
                failed.add_metric(labels, tally.count)
        rate.add_metric([one.code], one.rate)
        if one.minutes_left is not None:
            left.add_metric([one.code], one.minutes_left * 60)
    yield from (counts, failed, rate, left)


def _in_all(
    found: Sequence[Progress], lone: int, lone_since: datetime | None, now: datetime
) -> Iterator[Metric]:
    depth = GaugeMetricFamily("hotline_waiting_to_be_sent", "Texts and calls not sent yet", labels=["kind"])
    depth.add_metric(["broadcast"], sum(one.waiting for one in found))
    depth.add_metric(["message"], lone)
    waits = [now - one.began_at for one in found if one.waiting and one.began_at]
    waits += [now - lone_since] if lone_since else []
    oldest = max((wait.total_seconds() for wait in waits), default=0.0)
    yield depth
    yield GaugeMetricFamily(
        "hotline_oldest_unsent_seconds", "Since the oldest of what is not sent was released", oldest
    )
