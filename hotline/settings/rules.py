"""What demo and production each insist on."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Final
from urllib.parse import urlsplit

from hotline.domain.timing import faults_of as timing_faults
from hotline.domain.timing import shortened
from hotline.settings.value import Settings

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_SHORTEST_TOKEN: Final = 32


def faults_of(settings: Settings, given: Mapping[str, str]) -> list[str]:
    """`NAME: what to put there` for everything that the mode does not allow."""
    found = _demo(settings) if settings.mode == "demo" else _production(settings, given)
    return [f"{name}: {what}" for name, what in chain(_paces(settings), found)]


def _paces(settings: Settings) -> Iterator[tuple[str, str]]:
    """Rates are of senders that there are, and no request outlasts its lease."""
    for sender in settings.sender_rates:
        if sender not in settings.senders:
            whose = "the messaging service" if settings.messaging_service_sid else "TWILIO_FROM_NUMBERS"
            what = f"names a sender that is not ours (it ends in {sender[-2:]}): texts go out from {whose}"
            yield "HOTLINE_SENDER_RATES", what
    for fault in timing_faults(settings.timing):
        yield "HOTLINE_TIMING", fault


def _demo(settings: Settings) -> Iterator[tuple[str, str]]:
    """Demo cannot reach a real person."""
    if urlsplit(settings.api_base_url).hostname not in _LOOPBACK:
        yield "TWILIO_API_BASE_URL", "demo only talks to the pretend carrier: put http://127.0.0.1:8001"
    numbers = {
        "TWILIO_FROM_NUMBERS": settings.from_numbers,
        "HOTLINE_VOICE_NUMBER": (settings.voice_number,),
    }
    for name, listed in numbers.items():
        if not all(number.is_test for number in listed):
            yield name, "demo only takes numbers that reach nobody: 555-0100 to 555-0199, or 500-555"


def _production(settings: Settings, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from _addresses(settings)
    yield from _account(settings)
    if short := shortened(settings.timing):
        yield "HOTLINE_TIMING", f"production takes no shorter times than usual ({', '.join(short)})"
    if not settings.secret_key and not settings.secret_key_file:
        yield "HOTLINE_SECRET_KEY", "put the output of: hotline settings new-key"
    if not given.get("HOTLINE_NETWORK_FILE"):
        yield "HOTLINE_NETWORK_FILE", "put a copy of flows/network.demo.yaml with your own values"
    if not given.get("HOTLINE_ORG"):
        yield "HOTLINE_ORG", "put the name of your network, as callers hear it"


def _addresses(settings: Settings) -> Iterator[tuple[str, str]]:
    public = urlsplit(settings.public_url)
    if public.scheme != "https" or public.hostname in _LOOPBACK:
        yield "HOTLINE_PUBLIC_URL", "put the https address that the carrier calls"
    if "_" in (public.hostname or ""):
        yield "HOTLINE_PUBLIC_URL", "the carrier takes no host name with an underscore"
    if urlsplit(settings.api_base_url).hostname in _LOOPBACK:
        yield "TWILIO_API_BASE_URL", "production talks to the carrier: leave it empty"


def _account(settings: Settings) -> Iterator[tuple[str, str]]:
    if not settings.account_sid.startswith("AC") or len(settings.account_sid) != 34:
        yield "TWILIO_ACCOUNT_SID", "put the account's sid, AC and 32 characters"
    has_secret = settings.auth_tokens or settings.webhook_keys
    if not has_secret or any(len(token) < _SHORTEST_TOKEN for token in settings.auth_tokens):
        yield "TWILIO_AUTH_TOKEN", "put the account's auth token (32 characters), or TWILIO_WEBHOOK_KEYS"
    if any(len(secret) < _SHORTEST_TOKEN for secret in settings.webhook_keys.values()):
        yield "TWILIO_WEBHOOK_KEYS", "put secrets of 32 characters or more, as id:secret,id:secret"
    if bool(settings.api_key) != bool(settings.api_secret):
        yield "TWILIO_API_KEY", "put both TWILIO_API_KEY and TWILIO_API_SECRET, or neither"
    if not settings.api_key and not settings.auth_tokens:
        yield "TWILIO_API_KEY", "put a key for calling out, or TWILIO_AUTH_TOKEN"
    if not settings.senders:
        yield "TWILIO_FROM_NUMBERS", "put the line's own number, or a messaging service"
