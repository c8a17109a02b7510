"""Points 6 and 7: what comes in while texts go out."""

import asyncio
import statistics
from dataclasses import dataclass
from itertools import count

from sqlalchemy import text

from benchmarks.load import closed_loop, request, steady
from benchmarks.sending.points import Pool, Size
from benchmarks.sending.rows import Row, at_least, at_most, per_s
from benchmarks.sending.stage import Stage, free_port, wait_for
from benchmarks.webhooks import prepared_for, text_form
from hotline.settings.variables import DEMO_ACCOUNT_SID, DEMO_NUMBER

CONNECTIONS = 16
TURNS_PER_SECOND = 200
SENDING_PER_SECOND = 2000.0
SERVER = (
    "--no-access-log",
    "--log-level",
    "warning",
    "--http",
    "httptools",
    "--loop",
    "uvloop",
    "--no-proxy-headers",
)
NEWS = ("queued", "sent", "delivered")
_sids = count(1)


@dataclass
class Doors:
    """The web door and the empty ceiling, started when they are first asked for."""

    stage: Stage
    _ports: tuple[int, int] | None = None

    def open(self) -> tuple[int, int]:
        """Start both; their ports, where nobody may answer yet."""
        if self._ports is None:
            self._ports = web, empty = free_port(), free_port()
            self._start("web", "hotline.web.app:create", web, "--factory")
            self._start("ceiling", "benchmarks.ceiling:app", empty)
        return self._ports

    def ready(self) -> tuple[int, int]:
        """Their ports, when both answer."""
        for port in self.open():
            wait_for(f"http://127.0.0.1:{port}/health/live")
        return self.open()

    def _start(self, name: str, app: str, port: int, *more: str) -> None:
        self.stage.start(name, ["-m", "uvicorn", app, "--port", str(port), *more, *SERVER])


def receipts(stage: Stage, size: Size, pool: Pool, doors: Doors) -> list[Row]:
    """6. Three receipts for each text, while texts go out."""
    web, empty = doors.ready()
    pool.fill(at_least=int(SENDING_PER_SECOND * size.seconds * 8) + 2000)
    first, second = stage.cast(2)[:2]
    ids = _accepted(stage, pool, first)
    mine, ceilings, wrong = [], [], 0
    amount = int(900 * size.seconds)
    texts_done = 0
    for _ in range(2):
        sending = first.begin("engine", seconds=size.seconds * 3, rate=SENDING_PER_SECOND, in_flight=50)
        news = [
            prepared_for(web, f"/twilio/status/message/d{pool.broadcast}.{seq}", _news(seq, status))
            for seq in ids[texts_done : texts_done + amount // 3]
            for status in NEWS
        ]
        texts_done += amount // 3
        ours = asyncio.run(closed_loop(web, news, CONNECTIONS))
        body = news[0].split(b"\r\n\r\n", 1)[1]
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
        other = asyncio.run(
            closed_loop(empty, [request(empty, "/async", body, headers)] * amount, CONNECTIONS)
        )
        sending.end()
        mine.append(ours.per_second)
        ceilings.append(other.per_second)
        wrong += ours.wrong
    second.do("drain_rest")
    delivered = _delivered(stage, pool, ids[:texts_done])
    batches = second.do(
        "drain", broadcast=pool.broadcast, first=ids[texts_done], count=int(1000 * size.seconds)
    )
    alone = second.do("drain_each", broadcast=pool.broadcast, first=ids[-150], count=50)
    ratio = statistics.median(one / other for one, other in zip(mine, ceilings, strict=True))
    return [
        at_least(
            "6 receipts taken in while sending / an empty async endpoint",
            ratio,
            0.5,
            per_second=round(mine[0]),
            ceiling_per_second=round(ceilings[0]),
            wrong=wrong,
        ),
        at_least(
            "6 receipts kept (delivered rows / texts reported on)",
            delivered / texts_done,
            1.0,
            texts=texts_done,
        ),
        at_least(
            "6 receipts drained in batches / one by one",
            per_s(batches) / per_s(alone),
            20,
            per_second=round(per_s(batches)),
            alone_per_second=round(per_s(alone)),
        ),
    ]


def _accepted(stage: Stage, pool: Pool, performer: object) -> list[int]:
    performer.do("engine", seconds=0.8)  # type: ignore[attr-defined]
    with stage.engine.connect() as db:
        rows = db.scalars(
            text("SELECT seq FROM delivery WHERE broadcast_id = :id AND status = 'accepted' ORDER BY seq"),
            {"id": pool.broadcast},
        )
        return list(rows)


def _news(seq: int, status: str) -> list[tuple[str, str]]:
    sid = f"SM{seq:032x}"
    return [
        ("SmsSid", sid),
        ("SmsStatus", status),
        ("MessageStatus", status),
        ("To", "+12135550101"),
        ("MessageSid", sid),
        ("AccountSid", DEMO_ACCOUNT_SID),
        ("From", DEMO_NUMBER),
        ("ApiVersion", "2010-04-01"),
    ]


def _delivered(stage: Stage, pool: Pool, seqs: list[int]) -> int:
    with stage.engine.connect() as db:
        found = db.scalar(
            text(
                "SELECT count(*) FROM delivery WHERE broadcast_id = :id AND seq = ANY(:seqs)"
                " AND status = 'delivered'"
            ),
            {"id": pool.broadcast, "seqs": seqs},
        )
    return int(found or 0)


def turns(stage: Stage, size: Size, pool: Pool, doors: Doors) -> list[Row]:
    """7. Texts of people at 200 a second while a broadcast goes out."""
    web, _ = doors.ready()
    seconds = max(2.5, size.seconds * 3)
    pool.fill(at_least=int(SENDING_PER_SECOND * (seconds + 1.5)))
    performer = stage.cast(1)[0]
    asyncio.run(closed_loop(web, [text_form(web) for _ in range(300)], CONNECTIONS))
    stage.carrier.tell(latency=0.05)
    sending = performer.begin("engine", seconds=seconds + 1.0, rate=SENDING_PER_SECOND, in_flight=200)
    seen = asyncio.run(
        steady(web, [text_form(web) for _ in range(int(TURNS_PER_SECOND * seconds))], TURNS_PER_SECOND, 32)
    )
    told = sending.end()
    stage.carrier.tell(latency=0)
    return [
        at_most(
            "7 text turns at 200 a second during a broadcast at 2,000 segments a second: p99 ms",
            seen.quantile(0.99),
            50,
            p50_ms=round(seen.quantile(0.5), 1),
            wrong=seen.wrong,
            texts_per_second=round(per_s(told)),
        )
    ]
