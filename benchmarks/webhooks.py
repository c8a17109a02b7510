"""Requests a second and waiting times of an inbound text and of a status callback, beside empty endpoints.

`python -m benchmarks.webhooks [--seconds 5] [--json]`: rounds alternate between the hotline and the
ceiling on the same machine, so that a noisy neighbour hits both; ratios are medians of the rounds.
"""

import argparse
import asyncio
import hmac
import json
import os
import statistics
import sys
import time
from base64 import b64encode
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import count
from urllib.parse import urlencode
from urllib.request import urlopen

from sqlalchemy import create_engine

from benchmarks.load import Seen, closed_loop, request, steady
from hotline.bootstrap import open_line
from hotline.operations.demo_data import add_staff
from hotline.settings import read_settings
from hotline.settings.variables import DEMO_ACCOUNT_SID, DEMO_AUTH_TOKEN, DEMO_NUMBER
from hotline.store.servers.children import Child
from hotline.store.servers.datadir import temporary_data_directory
from hotline.store.servers.supervisor import Supervisor
from hotline.store.tables import metadata

WEB_PORT, EMPTY_PORT = 8810, 8811
PUBLIC = "https://line.example.org"
CONNECTIONS = 16
STEADY_PER_SECOND = 200
SIDS = count(int(time.time()) << 20)
# What most people want on a worst morning (rights, the menu, a sign-up's questions), and what costs more:
# a report and a person, each with rows of its own and a word to the dispatchers.
WORDS = ("casa", "HOME", "trabajo", "menu", "alertas", "90033", "no", "street")
HEAVY_WORDS = ("reportar", "menu", "person", "menu")


def sign(path: str, pairs: Sequence[tuple[str, str]]) -> str:
    message = PUBLIC + path + "".join(name + value for name, value in sorted(set(pairs)))
    return b64encode(hmac.new(DEMO_AUTH_TOKEN.encode(), message.encode(), "sha1").digest()).decode()


def prepared(path: str, pairs: Sequence[tuple[str, str]]) -> bytes:
    return prepared_for(WEB_PORT, path, pairs)


def prepared_for(port: int, path: str, pairs: Sequence[tuple[str, str]]) -> bytes:
    """A signed webhook to the door at `port`, as bytes."""
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "X-Twilio-Signature": sign(path, pairs),
        "User-Agent": "TwilioProxy/1.1",
    }
    return request(port, path, urlencode(pairs).encode(), headers)


def texts(amount: int, words: Sequence[str] = WORDS) -> list[bytes]:
    """Texts of a thousand people, as Twilio sends them, geography and all."""
    return [prepared("/twilio/sms", _text(next(SIDS), words)) for _ in range(amount)]


def text_form(port: int) -> bytes:
    """One text of somebody to the door at `port`."""
    return prepared_for(port, "/twilio/sms", _text(next(SIDS), WORDS))


def _text(number: int, words: Sequence[str]) -> list[tuple[str, str]]:
    sid = f"SM{number:032x}"
    person = f"+1{200 + number % 700}5550{100 + number % 100}"
    pairs = {
        "ToCountry": "US", "ToState": "CA", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "",
        "FromZip": "90033", "SmsSid": sid, "FromState": "CA", "SmsStatus": "received",
        "FromCity": "LOS ANGELES", "Body": words[number % len(words)], "FromCountry": "US",
        "To": DEMO_NUMBER, "ToZip": "", "NumSegments": "1", "MessageSid": sid,
        "AccountSid": DEMO_ACCOUNT_SID, "From": person, "ApiVersion": "2010-04-01",
    }  # fmt: skip
    return list(pairs.items())


def callbacks(amount: int) -> list[bytes]:
    made = []
    for _ in range(amount):
        number = next(SIDS)
        sid = f"SM{number:032x}"
        pairs = {
            "SmsSid": sid, "SmsStatus": "delivered", "MessageStatus": "delivered", "To": "+12135550101",
            "MessageSid": sid, "AccountSid": DEMO_ACCOUNT_SID, "From": DEMO_NUMBER,
            "ApiVersion": "2010-04-01",
        }  # fmt: skip
        path = f"/twilio/status/message/d1.{number % 1_000_000}"
        made.append(prepared(path, list(pairs.items())))
    return made


def empty(path: str, amount: int, like: bytes) -> list[bytes]:
    """The same bytes to an endpoint that does nothing."""
    body = like.split(b"\r\n\r\n", 1)[1]
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    return [request(EMPTY_PORT, path, body, headers)] * amount


def _serve(stack: ExitStack, name: str, target: list[str], port: int, environment: dict[str, str]) -> None:
    command = [
        sys.executable, "-m", "uvicorn", *target, "--port", str(port), "--no-access-log",
        "--log-level", "warning", "--http", "httptools", "--loop", "uvloop", "--no-proxy-headers",
    ]  # fmt: skip
    child = Child.start(name, command, environment={**os.environ, **environment})
    stack.callback(child.stop)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            urlopen(f"http://127.0.0.1:{port}/health/live", timeout=1)
        except OSError as fault:
            if "404" in str(fault):
                return
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{name} did not start")


async def measure(rounds: int, seconds: float) -> list[dict[str, object]]:
    warm = texts(600)
    await closed_loop(WEB_PORT, warm, CONNECTIONS)
    await closed_loop(WEB_PORT, callbacks(600), CONNECTIONS)
    await closed_loop(EMPTY_PORT, empty("/sync", 600, warm[0]), CONNECTIONS)
    text_rounds, heavy_rounds, callback_rounds = [], [], []
    for _ in range(rounds):
        size = int(seconds * 400)
        text_rounds.append(await _pair(texts(size), "/sync", size * 3))
        heavy_rounds.append(await _pair(texts(size // 2, HEAVY_WORDS), "/sync", size))
        callback_rounds.append(await _pair(callbacks(size * 4), "/async", size * 6))
    steady_seen = await steady(WEB_PORT, texts(int(STEADY_PER_SECOND * seconds * 2)), STEADY_PER_SECOND, 32)
    return [
        _row("text turns / empty sync endpoint", text_rounds, 0.25),
        _row("text turns with a report or a ticket / empty sync endpoint", heavy_rounds, None),
        _row("status callbacks / empty async endpoint", callback_rounds, 0.5),
        {
            "name": f"text turns at {STEADY_PER_SECOND} a second: p99 in ms",
            "ratio": round(steady_seen.quantile(0.99), 1),
            "goal": 50,
            "holds": steady_seen.quantile(0.99) < 50 and not steady_seen.wrong,
            "p50_ms": round(steady_seen.quantile(0.5), 1),
            "wrong": steady_seen.wrong,
        },
    ]


async def _pair(ours: list[bytes], path: str, amount: int) -> tuple[Seen, Seen]:
    mine = await closed_loop(WEB_PORT, ours, CONNECTIONS)
    ceiling = await closed_loop(EMPTY_PORT, empty(path, amount, ours[0]), CONNECTIONS)
    return mine, ceiling


def _row(name: str, rounds: list[tuple[Seen, Seen]], goal: float | None) -> dict[str, object]:
    ratio = statistics.median(mine.per_second / ceiling.per_second for mine, ceiling in rounds)
    middle = sorted(rounds, key=lambda pair: pair[0].per_second)[len(rounds) // 2]
    return {
        "name": name,
        "ratio": round(ratio, 3),
        "goal": goal,
        "holds": (goal is None or ratio >= goal) and not any(mine.wrong for mine, _ in rounds),
        "per_second": round(middle[0].per_second),
        "ceiling_per_second": round(middle[1].per_second),
        "p50_ms": round(middle[0].quantile(0.5), 1),
        "p99_ms": round(middle[0].quantile(0.99), 1),
        "wrong": sum(mine.wrong for mine, _ in rounds),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="rough length of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with ExitStack() as stack:
        data_dir = stack.enter_context(temporary_data_directory())
        servers = stack.enter_context(Supervisor(data_dir))
        engine = create_engine(servers.database_url)
        metadata.create_all(engine)
        engine.dispose()
        environment = {
            "HOTLINE_MODE": "demo", "HOTLINE_PUBLIC_URL": PUBLIC, "HOTLINE_DATA_DIR": str(data_dir),
            "HOTLINE_DATABASE_URL": servers.database_url, "HOTLINE_REDIS_URL": servers.redis_url,
            "HOTLINE_LOG_LEVEL": "error",
        }  # fmt: skip
        with open_line(read_settings(environment), connections=1) as line:
            add_staff(line, line.clock())
        _serve(stack, "hotline", ["hotline.web.app:create", "--factory"], WEB_PORT, environment)
        _serve(stack, "ceiling", ["benchmarks.ceiling:app"], EMPTY_PORT, {})
        rows = asyncio.run(measure(given.rounds, given.seconds))
    if given.json:
        print(json.dumps(rows))
        return
    for row in rows:
        print(" | ".join(f"{name} {value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
