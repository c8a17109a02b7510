"""What operations ask of a mouth: make one document of the replies of a turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hotline.flow.reply import Reply


@dataclass(frozen=True, slots=True)
class Rendered:
    """`wordings` are the texts in the document, one for each message the carrier will send."""

    document: str
    wordings: tuple[str, ...] = ()


class Mouth(Protocol):
    def render(self, replies: Sequence[Reply], message_id: int, n: int) -> Rendered:
        """Render replies. Texts take ids from `message_id` + 1 on; a call goes on at turn `n` + 1."""
