"""How the pretend carrier is set up: one frozen value from arguments and environment."""

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

# Twilio documents: "The first call to pick up is connected to the current call and the rest are hung up."
# https://www.twilio.com/docs/voice/twiml/number  Taken by the letter, a voicemail box that picks up first
# takes the call away from everybody else. `first_accept` lets the others ring until one whisper has ended.
DialWinner = Literal["first_pickup", "first_accept"]

DEFAULT_ACCOUNT_SID: Final = "AC" + "5" * 32
DEFAULT_AUTH_TOKEN: Final = "pretend-token"  # noqa: S105  opens nothing but this pretend carrier


@dataclass(frozen=True, slots=True)
class PhoneSetup:
    """A pretend phone on the page: its number in E.164, a name, the language of its owner."""

    number: str
    name: str
    language: str = "es"


DEFAULT_PHONES: Final = (
    PhoneSetup("+12135550101", "Lupe", "es"),
    PhoneSetup("+12135550102", "Tomás", "es"),
    PhoneSetup("+12135550103", "Grace", "en"),
    PhoneSetup("+12135550190", "Ana", "es"),
    PhoneSetup("+12135550191", "Bo", "en"),
    PhoneSetup("+12135550192", "Caro", "es"),
)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the carrier needs to know. Times in seconds, rates in segments a second (0: no limit)."""

    account_sid: str = DEFAULT_ACCOUNT_SID
    auth_token: str = DEFAULT_AUTH_TOKEN
    api_keys: tuple[tuple[str, str], ...] = ()
    webhook_key: tuple[str, str] | None = None  # (id, secret): sign with shared-key SHA-256
    numbers: tuple[str, ...] = ("+12135550100",)
    service_sid: str | None = None
    advanced_opt_out: bool = False
    hotline_url: str = "http://127.0.0.1:8000"  # where the customer's server really is
    public_url: str = ""  # what is signed, when it differs from the address called
    sms_url: str = ""
    voice_url: str = ""
    call_status_url: str = ""
    sms_fallback_url: str = ""
    voice_fallback_url: str = ""
    url: str = "http://127.0.0.1:8001"  # this carrier, as it writes itself into links
    rate_per_sender: float = 0.0
    queue_s: float = 36_000.0  # a sender queues ten hours of segments, then 21611
    calls_per_second: float = 1.0
    latency_s: float = 0.0
    delivery_s: float = 0.5  # from sent to delivered
    recording_ready_s: float = 2.0
    speed: float = 1.0
    seed: int | None = None
    dial_winner: DialWinner = "first_pickup"
    media_auth: bool = True
    voicemail_after_s: float = 5.0
    landlines: frozenset[str] = frozenset()
    phones: tuple[PhoneSetup, ...] = field(default=DEFAULT_PHONES)

    def webhook(self, name: Literal["sms", "voice", "call_status", "sms_fallback", "voice_fallback"]) -> str:
        """The customer's address for one kind of webhook; "-" as a setting means that none is set."""
        given: str = getattr(self, f"{name}_url")
        if given == "-":
            return ""
        return given or (self.public_url or self.hotline_url).rstrip("/") + WEBHOOK_PATHS[name]


WEBHOOK_PATHS: Final[Mapping[str, str]] = {
    "sms": "/twilio/sms",
    "voice": "/twilio/voice",
    "call_status": "/twilio/status/call",
    "sms_fallback": "/twilio/fallback/sms",
    "voice_fallback": "/twilio/fallback/voice",
}


@dataclass(frozen=True, slots=True)
class Start:
    """Where the process listens, and the carrier's configuration."""

    host: str
    port: int
    config: Config


def read_arguments(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Start:
    """Read the command line; what is not given there comes from the environment, then from defaults."""
    given = _parser(os.environ if environment is None else environment).parse_args(arguments)
    own_url = given.url or f"http://{given.host}:{given.port}"
    config = Config(
        account_sid=given.account_sid,
        auth_token=given.auth_token.split(",")[0].strip(),
        api_keys=_pairs(given.api_key),
        webhook_key=next(iter(_pairs(given.webhook_key)), None),
        numbers=_words(given.numbers),
        service_sid=given.service_sid or None,
        advanced_opt_out=given.advanced_opt_out,
        hotline_url=given.hotline.rstrip("/"),
        public_url=given.public_url.rstrip("/"),
        sms_url=given.sms_url,
        voice_url=given.voice_url,
        call_status_url=given.call_status_url,
        sms_fallback_url=given.sms_fallback_url,
        voice_fallback_url=given.voice_fallback_url,
        url=own_url.rstrip("/"),
        rate_per_sender=given.rate,
        latency_s=given.latency,
        delivery_s=given.delivery,
        speed=given.speed,
        seed=given.seed,
        dial_winner=given.dial_winner,
        calls_per_second=given.calls_per_second,
        phones=_phones(given.phones),
    )
    return Start(given.host, given.port, config)


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    def env(name: str, default: str = "") -> str:
        return environment.get(name, default)

    parser = argparse.ArgumentParser(
        prog="python -m hotline.simulator",
        description="A pretend carrier: speaks Twilio's REST API, calls webhooks, shows phones on a page.",
    )
    text = {
        "host": env("SIMULATOR_HOST", "127.0.0.1"),
        "hotline": env("SIMULATOR_HOTLINE_URL", "http://127.0.0.1:8000"),
        "public-url": env("SIMULATOR_PUBLIC_URL", env("HOTLINE_PUBLIC_URL")),
        "url": env("SIMULATOR_URL"),
        "account-sid": env("TWILIO_ACCOUNT_SID", DEFAULT_ACCOUNT_SID),
        "auth-token": env("TWILIO_AUTH_TOKEN", DEFAULT_AUTH_TOKEN),
        "api-key": env("SIMULATOR_API_KEY"),
        "webhook-key": env("SIMULATOR_WEBHOOK_KEY"),
        "numbers": env("TWILIO_FROM_NUMBERS", "+12135550100"),
        "service-sid": env("TWILIO_MESSAGING_SERVICE_SID"),
        "sms-url": env("SIMULATOR_SMS_URL"),
        "voice-url": env("SIMULATOR_VOICE_URL"),
        "call-status-url": env("SIMULATOR_CALL_STATUS_URL"),
        "sms-fallback-url": env("SIMULATOR_SMS_FALLBACK_URL"),
        "voice-fallback-url": env("SIMULATOR_VOICE_FALLBACK_URL"),
        "phones": env("SIMULATOR_PHONES"),
    }
    for name, default in text.items():
        parser.add_argument(f"--{name}", default=default)
    numbers = {
        "rate": env("SIMULATOR_RATE", "0"),
        "latency": env("SIMULATOR_LATENCY", "0"),
        "delivery": env("SIMULATOR_DELIVERY", "0.5"),
        "speed": env("SIMULATOR_SPEED", "1"),
        "calls-per-second": env("SIMULATOR_CALLS_PER_SECOND", "1"),
    }
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=float, default=float(default))
    parser.add_argument("--port", type=int, default=int(env("SIMULATOR_PORT", "8001")))
    parser.add_argument(
        "--seed", type=int, default=int(env("SIMULATOR_SEED")) if env("SIMULATOR_SEED") else None
    )
    parser.add_argument("--advanced-opt-out", action="store_true")
    parser.add_argument("--dial-winner", choices=["first_pickup", "first_accept"], default="first_pickup")
    return parser


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """`id:secret,...` as pairs."""
    return tuple((name, secret) for name, _, secret in (word.partition(":") for word in _words(text)))


def _phones(text: str) -> tuple[PhoneSetup, ...]:
    """`Ana:+12135550190:es,...` as phones; empty for the usual six."""
    if not text:
        return DEFAULT_PHONES
    parts = [word.split(":") for word in _words(text)]
    return tuple(PhoneSetup(p[1], p[0], p[2] if len(p) > 2 else "es") for p in parts)
