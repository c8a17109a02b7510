"""The Media subresource of a message: list, fetch, delete.

https://www.twilio.com/docs/messaging/api/media-resource
"""

from datetime import UTC, date
from typing import Any

from hotline.simulator.carrier import Carrier
from hotline.simulator.media import Medium
from hotline.simulator.message import rfc2822
from hotline.simulator.rest.errors import RestError
from hotline.simulator.rest.form import Form
from hotline.simulator.rest.messages import find as find_message
from hotline.simulator.rest.paging import page


def list_media(carrier: Carrier, message_sid: str, query: Form) -> dict[str, Any]:
    """GET Media: all of one message, filtered by DateCreated, in pages. Raises RestError 20404."""
    root = f"/2010-04-01/Accounts/{carrier.config.account_sid}/Messages/{message_sid}/Media.json"
    kept = (carrier.account.media.get(sid) for sid in find_message(carrier, message_sid).media)
    shown = [medium for medium in kept if medium is not None and _is_of_day(medium, query)]
    return page("media_list", root, query, shown, lambda m: m.sid, lambda m: to_json(carrier, m))


def _is_of_day(medium: Medium, query: Form) -> bool:
    """`DateCreated=`, `DateCreated<=` and `DateCreated>=`, days in UTC, both ends included."""
    created_on = medium.created_at.astimezone(UTC).date()
    on, until, since = (_day(query, f"DateCreated{sign}") for sign in ("", "<", ">"))
    return created_on == (on or created_on) and (since or created_on) <= created_on <= (until or created_on)


def _day(query: Form, name: str) -> date | None:
    given = query.get(name)
    try:
        return date.fromisoformat(given[:10]) if given else None
    except ValueError:
        raise RestError(20001, "DateCreated") from None


def find(carrier: Carrier, message_sid: str, sid: str) -> Medium:
    """Raises RestError 20404, also for a medium of another message."""
    medium = carrier.account.media.get(sid)
    if medium is None or medium.parent_sid != message_sid:
        raise RestError(20404, f"/Messages/{message_sid}/Media/{sid}.json")
    return medium


def to_json(carrier: Carrier, medium: Medium) -> dict[str, Any]:
    """Twilio's `media` resource."""
    account = carrier.config.account_sid
    return {
        "account_sid": account,
        "content_type": medium.content_type,
        "date_created": rfc2822(medium.created_at),
        "date_updated": rfc2822(medium.created_at),
        "parent_sid": medium.parent_sid,
        "sid": medium.sid,
        "uri": f"/2010-04-01/Accounts/{account}/Messages/{medium.parent_sid}/Media/{medium.sid}.json",
    }


def location(carrier: Carrier, medium: Medium) -> str:
    """Where the file itself is for the next four hours."""
    return carrier.config.url + carrier.links.path(medium.sid, carrier.now())


def delete(carrier: Carrier, message_sid: str, sid: str) -> None:
    """Raises RestError 20404, so also the second time."""
    find(carrier, message_sid, sid)
    carrier.account.media.remove(sid)
    carrier.changed_by(message_sid)
