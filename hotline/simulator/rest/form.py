"""A form or a query string, read once; the last of repeated values counts unless all are asked for."""

from urllib.parse import parse_qsl


class Form:
    """Names are case-sensitive; blank values are kept, so that `Body=` differs from no Body."""

    __slots__ = ("_last", "_pairs")

    def __init__(self, encoded: str) -> None:
        self._pairs = parse_qsl(encoded, keep_blank_values=True)
        self._last = dict(self._pairs)

    def get(self, name: str) -> str:
        return self._last.get(name, "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self._pairs if key == name and value]

    def __contains__(self, name: str) -> bool:
        return name in self._last

    def pairs(self) -> list[tuple[str, str]]:
        return list(self._pairs)
