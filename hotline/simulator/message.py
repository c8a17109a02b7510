"""A text as the carrier keeps it, and how it looks in the REST API."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, Final, Literal

from hotline.simulator.misbehaviour import FINAL_CODES

Direction = Literal["inbound", "outbound-api", "outbound-reply"]
FINISHED: Final = frozenset({"delivered", "undelivered", "failed", "received", "canceled", "read"})


@dataclass(slots=True)
class Message:
    """One text. Times are aware; `history` holds (status, seconds on the carrier's clock)."""

    sid: str
    direction: Direction
    from_: str
    to: str
    body: str
    segments: int
    status: str
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None = None
    error_code: int | None = None
    media: tuple[str, ...] = ()
    service_sid: str | None = None
    status_callback: str = ""
    validity_s: int = 36_000
    send_at: datetime | None = None
    listed_at_s: float = 0.0
    is_carriers_own: bool = False  # STOP and HELP answers: the customer never sees them
    is_deleted: bool = False
    history: list[tuple[str, float]] = field(default_factory=list)

    @property
    def person(self) -> str:
        return self.from_ if self.direction == "inbound" else self.to

    def to_json(self, account_sid: str) -> dict[str, Any]:
        """Twilio's `message` resource."""
        uri = f"/2010-04-01/Accounts/{account_sid}/Messages/{self.sid}"
        return {
            "account_sid": account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": rfc2822(self.created_at),
            "date_sent": rfc2822(self.sent_at),
            "date_updated": rfc2822(self.updated_at),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": FINAL_CODES.get(self.error_code) if self.error_code else None,
            "from": self.from_ or None,
            "messaging_service_sid": self.service_sid,
            "num_media": str(len(self.media)),
            "num_segments": str(self.segments),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


def rfc2822(at: datetime | None) -> str | None:
    return None if at is None else _rfc2822(int(at.timestamp()))


@lru_cache(maxsize=512)
def _rfc2822(at: int) -> str:
    return format_datetime(datetime.fromtimestamp(at, UTC))
