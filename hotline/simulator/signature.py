"""The carrier's own signer: what it writes into X-Twilio-Signature.

https://www.twilio.com/docs/usage/webhooks/webhooks-security and, for shared keys,
https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Parameters = Sequence[tuple[str, str]]
Algorithm = Literal["HMAC_SHA1", "HMAC_SHA256"]

SIGNATURE_HEADER = "X-Twilio-Signature"
SETTINGS_HEADER = "X-Twilio-Webhooks-Signature-Settings"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with the account's token (SHA-1), or with a shared key (SHA-256) when one is set."""

    auth_token: str
    shared_key: tuple[str, str] | None = None  # (id, secret)

    def headers(self, url: str, parameters: Parameters) -> dict[str, str]:
        """Headers for a form of these parameters sent to `url` (no fragment)."""
        if self.shared_key is None:
            return {SIGNATURE_HEADER: sign(self.auth_token, url, parameters, "HMAC_SHA1")}
        key_id, secret = self.shared_key
        return {
            SIGNATURE_HEADER: sign(secret, url, parameters, "HMAC_SHA256"),
            SETTINGS_HEADER: f"key={key_id},algorithm=HMAC_SHA256",
        }


def sign(secret: str, url: str, parameters: Parameters, algorithm: Algorithm = "HMAC_SHA1") -> str:
    """Base64 of the keyed hash over the URL and every distinct name and value, sorted by code point."""
    text = url + "".join(name + value for name, value in sorted(set(parameters)))
    digest = hashlib.sha1 if algorithm == "HMAC_SHA1" else hashlib.sha256
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), digest).digest()).decode()
