"""What a webhook's body says: every pair for the signature, one value of each name for us."""

from collections import Counter
from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl

from hotline.channels.twilio.errors import DoubledParameter, Unreadable

Pair = tuple[str, str]

# Where a number was issued, not where its owner stands; nothing needs it, so nothing may keep it.
GEOGRAPHY: Final = frozenset(
    side + place
    for side in ("From", "To", "Caller", "Called")
    for place in ("City", "State", "Zip", "Country")
)


def read_form(body: bytes) -> list[Pair]:
    """Read a form body into its pairs, in order, empty values kept: the very thing Twilio signs.

    Raises Unreadable for what is not UTF-8, before or after percent-decoding.
    """
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
    except ValueError:
        raise Unreadable from None


class Form:
    """The parameters by name, without geography. Cannot be changed, and does not show its values."""

    __slots__ = ("_doubled", "_values")

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self._values = dict(pairs)
        self._doubled = _doubled(pairs) if len(self._values) < len(pairs) else frozenset()
        for name in GEOGRAPHY:
            self._values.pop(name, None)

    def get(self, name: str) -> str:
        """One value, empty when absent. Raises DoubledParameter when it stands there twice."""
        if name in self._doubled:
            raise DoubledParameter(name)
        return self._values.get(name, "")

    def __contains__(self, name: str) -> bool:
        return name in self._values


def _doubled(pairs: Sequence[Pair]) -> frozenset[str]:
    counts = Counter(name for name, _ in pairs)
    return frozenset(name for name, count in counts.items() if count > 1)
