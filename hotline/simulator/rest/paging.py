"""Lists in pages, with Twilio's links between them."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from hotline.simulator.rest.errors import RestError
from hotline.simulator.rest.form import Form

Item = TypeVar("Item")


def page(
    name: str,
    root: str,
    query: Form,
    items: Sequence[Item],
    sid: Callable[[Item], str],
    to_json: Callable[[Item], dict[str, Any]],
) -> dict[str, Any]:
    """One page. The token names the last item seen, so that new arrivals do not shift the pages."""
    size, number = _count(query, "PageSize", 50, 1000), _count(query, "Page", 0, 1_000_000)
    start = _start(query, items, sid, number * size)
    shown = items[start : start + size]

    def link(page_number: int, token: str = "") -> str:
        kept = [(k, v) for k, v in query.pairs() if k not in {"Page", "PageToken", "PageSize"}]
        extra = [("PageSize", str(size)), ("Page", str(page_number))]
        return f"{root}?{urlencode(kept + extra + ([('PageToken', token)] if token else []))}"

    more = start + size < len(items)
    return {
        name: [to_json(item) for item in shown],
        "end": start + len(shown) - 1 if shown else start,
        "first_page_uri": link(0),
        "next_page_uri": link(number + 1, "PA" + sid(shown[-1])) if more and shown else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": link(number - 1) if number > 0 else None,
        "start": start,
        "uri": link(number, query.get("PageToken")),
    }


def _count(query: Form, name: str, default: int, most: int) -> int:
    given = query.get(name)
    if not given:
        return default
    if not given.isdigit():
        raise RestError(20001, name)
    return max(0 if name == "Page" else 1, min(int(given), most))


def _start(query: Form, items: Sequence[Item], sid: Callable[[Item], str], by_number: int) -> int:
    token = query.get("PageToken")
    if not token:
        return by_number
    for index, item in enumerate(items):
        if "PA" + sid(item) == token:
            return index + 1
    raise RestError(20001, "PageToken")
