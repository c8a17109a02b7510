"""Is a webhook signed by the carrier: HMAC over the configured address and every parameter."""

import hmac
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urlsplit

from hotline.channels.twilio.form import Pair

_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Verifier:
    """Checks signatures. Its secrets are only ever compared, and never shown.

    `public_url` is the address the carrier calls (`https://line.example.org`, with the prefix that
    a proxy strips, if one does). `tokens` are auth tokens, for SHA-1. `webhook_keys` are shared keys
    by their id, for SHA-256. https://www.twilio.com/docs/usage/webhooks/webhooks-security and
    https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys
    Raises ValueError for an empty secret.
    """

    public_url: str
    tokens: tuple[str, ...] = field(repr=False)
    webhook_keys: Mapping[str, str] = field(repr=False)
    _by_token: tuple[hmac.HMAC, ...] = field(init=False, repr=False, compare=False)
    _by_key: Mapping[str, tuple[hmac.HMAC, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = _addresses(self.public_url)
        by_token = tuple(_begun(token, start, "sha1") for token in self.tokens for start in starts)
        by_key = {
            key_id: tuple(_begun(secret, start, "sha256") for start in starts)
            for key_id, secret in self.webhook_keys.items()
        }
        object.__setattr__(self, "_by_token", by_token)
        object.__setattr__(self, "_by_key", by_key)

    def is_genuine(
        self, path_and_query: bytes, pairs: Sequence[Pair], signature: str, settings: str = ""
    ) -> bool:
        """Does `signature` (header X-Twilio-Signature) fit?

        `path_and_query` are the raw bytes of the request line (`b"/twilio/sms"`), `pairs` the form.
        `settings` is the header X-Twilio-Webhooks-Signature-Settings or empty: it only chooses
        among our keys, and what algorithm a key has is our decision, not the header's.
        """
        contexts = self._by_key.get(_key_id(settings), ()) if settings else self._by_token
        rest = path_and_query + _joined(pairs)
        claimed = signature.encode(errors="replace")
        return any(hmac.compare_digest(_finished(context, rest), claimed) for context in contexts)


def _begun(secret: str, start: bytes, algorithm: str) -> hmac.HMAC:
    if not secret:
        raise ValueError("an empty secret signs for everybody")
    return hmac.new(secret.encode(), start, algorithm)


def _finished(context: hmac.HMAC, rest: bytes) -> bytes:
    own = context.copy()
    own.update(rest)
    return b2a_base64(own.digest(), newline=False)


def _joined(pairs: Sequence[Pair]) -> bytes:
    """Names in code-point order, each with its distinct values in order, nothing between them."""
    return "".join([name + value for name, value in sorted(set(pairs))]).encode()


def _addresses(public_url: str) -> tuple[bytes, bytes]:
    """The address without and with its port: which of the two is signed is not certain."""
    parts = urlsplit(public_url.rstrip("/"))
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    bare = parts.netloc.removesuffix(f":{parts.port}")
    return _at(parts, bare), _at(parts, f"{bare}:{port}")


def _at(parts: SplitResult, place: str) -> bytes:
    return parts._replace(netloc=place).geturl().encode()


def _key_id(settings: str) -> str:
    """`"key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"` -> `"webhooks_sharedkey_1"`."""
    for setting in settings.split(","):
        name, _, value = setting.partition("=")
        if name.strip() == "key":
            return value.strip()
    return ""
