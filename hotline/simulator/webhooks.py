"""Calling the customer: signed forms, time limits, retries, redirects, as Twilio does it.

Overrides after `#` in a URL (`#rc=2&rp=5xx,ct,rt&rt=5000`) and their defaults:
https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from hotline.simulator.clock import Clock, sleep
from hotline.simulator.signature import Parameters, Signer
from hotline.simulator.transport import Answer, ConnectionFailed, Outgoing, Transport

HOPS: Final = 5
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


class WebhookFailed(Exception):
    """The customer could not be reached, was too slow, or answered with an error status."""

    def __init__(self, code: int, url: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.url = url
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """Connection overrides; milliseconds in the URL, seconds here."""

    connect_s: float = 5.0
    read_s: float = 15.0
    total_s: float = 15.0
    retries: int = 1
    policies: frozenset[str] = frozenset({"ct"})

    def retry(self, policy: str) -> bool:
        return policy in self.policies or "all" in self.policies


def read_limits(fragment: str) -> Limits:
    """Read `ct=..&rt=..&tt=..&rc=..&rp=..`; what is out of range keeps its default."""
    given = {name: values[-1] for name, values in parse_qs(fragment).items()}

    def number(name: str, low: int, high: int, default: int) -> int:
        text = given.get(name, "")
        return int(text) if text.isdigit() and low <= int(text) <= high else default

    policies = frozenset(p.strip() for p in given.get("rp", "ct").split(",") if p.strip())
    return Limits(
        connect_s=number("ct", 100, 10_000, 5_000) / 1000,
        read_s=number("rt", 100, 15_000, 15_000) / 1000,
        total_s=number("tt", 100, 15_000, 15_000) / 1000,
        retries=number("rc", 0, 5, 1),
        policies=policies,
    )


class Webhooks:
    """Calls the customer's addresses. Only this machine and the hotline's own host are ever called."""

    def __init__(
        self,
        signer: Signer,
        transport: Transport,
        clock: Clock,
        token: Callable[[], str],
        hotline_url: str,
        public_url: str,
    ) -> None:
        self._signer = signer
        self._transport = transport
        self._clock = clock
        self._token = token
        self._hotline_url = hotline_url
        self._public_url = public_url
        self._hosts = _LOOPBACK | {urlsplit(hotline_url).hostname or ""}
        self.latency_s = 0.0

    async def call(self, url: str, parameters: Parameters, method: str = "POST") -> Answer:
        """One webhook with its retries. Raises WebhookFailed for no answer or a status of 400 and above."""
        limits = read_limits(urlsplit(url).fragment)
        url = url.partition("#")[0]
        token = self._token()
        try:
            return await self._clock.wait_for(
                self._with_retries(url, parameters, method, limits, token), limits.total_s
            )
        except TimeoutError:
            raise WebhookFailed(11200, url, "no answer in time") from None

    async def _with_retries(
        self, url: str, parameters: Parameters, method: str, limits: Limits, token: str
    ) -> Answer:
        for attempt in range(limits.retries + 1):
            last = attempt == limits.retries
            try:
                work = self._follow(url, parameters, method, limits, token)
                answer = await self._clock.wait_for(work, limits.read_s)
            except ConnectionFailed as error:
                if last or not limits.retry("ct"):
                    raise WebhookFailed(11205, url, f"connection failed: {error}") from None
                continue
            except TimeoutError:
                if last or not limits.retry("rt"):
                    raise WebhookFailed(11200, url, "no answer in time") from None
                continue
            if answer.status < 400:
                return answer
            if last or not limits.retry(f"{answer.status // 100}xx"):
                raise WebhookFailed(11200, url, f"answered {answer.status}")
        raise AssertionError("every last attempt returns or raises")

    async def _follow(
        self, url: str, parameters: Parameters, method: str, limits: Limits, token: str
    ) -> Answer:
        for _ in range(HOPS):
            answer = await self._once(url, parameters, method, limits, token)
            if answer.status not in {301, 302, 303, 307, 308} or not answer.location:
                return answer
            url = urljoin(url, answer.location)
            if answer.status in {301, 302, 303}:
                method = "GET"
        raise WebhookFailed(11215, url, "too many redirects")

    async def _once(
        self, url: str, parameters: Parameters, method: str, limits: Limits, token: str
    ) -> Answer:
        if self.latency_s:
            await sleep(self._clock, self.latency_s)
        if method == "GET":
            url = f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(parameters)}" if parameters else url
            headers = self._signer.headers(url, ())
        else:
            headers = self._signer.headers(url, parameters)
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        headers |= {
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "I-Twilio-Idempotency-Token": token,
        }
        body = urlencode(parameters).encode() if method == "POST" else b""
        request = Outgoing(method, self._address(url), headers, body, limits.connect_s)
        return await self._transport.send(request)

    def _address(self, url: str) -> str:
        """Where the signed URL really is. Raises WebhookFailed for a host outside this machine."""
        if self._public_url and url.startswith(self._public_url):
            return self._hotline_url + url[len(self._public_url) :]
        if urlsplit(url).hostname not in self._hosts:
            raise WebhookFailed(11205, url, "the pretend carrier calls nobody outside this machine")
        return url
