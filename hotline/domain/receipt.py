"""News of the carrier about one text of ours."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hotline.domain.delivery import DeliveryStatus

# `m<message id>` is a lone message, `d<broadcast id>.<seq>` a delivery; it stands in the callback address.
MESSAGE_KEY: Final = re.compile(r"m(?P<message>\d{1,18})|d(?P<broadcast>\d{1,18})\.(?P<seq>\d{1,9})")


@dataclass(frozen=True, slots=True)
class Receipt:
    """`key` is ours, `sid` the carrier's; `code` is the carrier's error code."""

    key: str
    sid: str
    status: DeliveryStatus
    code: int | None
    at: datetime
