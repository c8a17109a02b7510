"""Whose account at the carrier we use, and where its addresses are."""

from base64 import b64encode
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Account:
    """`user` and `password` are an API key and its secret, or the account sid and its auth token.

    `base_url` is the carrier's address without a path (`https://api.twilio.com`).
    """

    sid: str
    user: str
    password: str = field(repr=False)
    base_url: str = "https://api.twilio.com"

    def url(self, resource: str) -> str:
        """`Messages.json` -> its absolute address."""
        return f"{self.base_url.rstrip('/')}/2010-04-01/Accounts/{self.sid}/{resource}"

    def following(self, page_uri: str) -> str:
        """A `next_page_uri` as an absolute address. Raises ValueError when it leads elsewhere."""
        parts = urlsplit(page_uri)
        if parts.scheme or parts.netloc or not page_uri.startswith("/"):
            raise ValueError("the next page is not at the carrier")  # our credentials would go with it
        return self.base_url.rstrip("/") + page_uri

    @property
    def authorization(self) -> str:
        """The header of basic authentication."""
        return "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode()
