"""One thing that arrived, whatever the channel."""

from dataclasses import dataclass

from hotline.domain.language import Channel
from hotline.domain.phone import PhoneNumber
from hotline.flow.input import Input


@dataclass(frozen=True, slots=True)
class Inbound:
    """`sid` and `n` name it once for ever: a retry has the same. `contact` is None when withheld.

    `to` is the number of ours that was reached (or a messaging service's sid).
    """

    channel: Channel
    sid: str
    n: int
    contact: PhoneNumber | None
    to: str
    input: Input
