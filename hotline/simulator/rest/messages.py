"""Messages: list, fetch, redact, cancel, delete."""

from datetime import UTC, date, datetime
from typing import Any

from hotline.simulator.carrier import Carrier
from hotline.simulator.message import FINISHED, Message
from hotline.simulator.numbers import normalise
from hotline.simulator.rest.errors import RestError
from hotline.simulator.rest.form import Form
from hotline.simulator.rest.paging import page

_SENT_IS_OLD_S = 60.0


def list_messages(carrier: Carrier, query: Form) -> dict[str, Any]:
    """GET Messages: newest first, filtered by To, From and DateSent, in pages."""
    root = f"/2010-04-01/Accounts/{carrier.config.account_sid}/Messages.json"
    found = [message for message in _candidates(carrier, query) if _matches(carrier, message, query)]
    found.reverse()
    return page(
        "messages",
        root,
        query,
        found,
        lambda message: message.sid,
        lambda m: m.to_json(carrier.config.account_sid),
    )


def _candidates(carrier: Carrier, query: Form) -> list[Message]:
    """With a To that is a person's number, only that person's texts need to be looked at."""
    to = normalise(query.get("To")) if query.get("To") else None
    if to is not None and to not in carrier.config.numbers:
        return list(carrier.account.by_person.get(to, ()))
    return list(carrier.account.messages.values())


def _matches(carrier: Carrier, message: Message, query: Form) -> bool:
    if message.is_carriers_own or message.is_deleted:
        return False
    if message.listed_at_s + carrier.misbehaviour.plan.list_delay_s > carrier.seconds():
        return False
    for name, value in (("To", message.to), ("From", message.from_)):
        if query.get(name) and (normalise(query.get(name)) or query.get(name)) != value:
            return False
    sent_at = message.sent_at or message.created_at
    return all(_date_matches(sent_at, sign, query.get(f"DateSent{sign}")) for sign in ("", "<", ">"))


def _date_matches(sent_at: datetime, sign: str, given: str) -> bool:
    """`DateSent<=d` arrives as a parameter named `DateSent<`; both ends are inclusive."""
    if not given:
        return True
    try:
        limit: date | datetime = date.fromisoformat(given) if len(given) == 10 else _moment(given)
    except ValueError:
        raise RestError(20001, "DateSent") from None
    value: Any = sent_at if isinstance(limit, datetime) else sent_at.astimezone(UTC).date()
    return bool({"": value == limit, "<": value <= limit, ">": value >= limit}[sign])


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def find(carrier: Carrier, sid: str) -> Message:
    """Raises RestError 20404."""
    message = carrier.account.messages.get(sid)
    if message is None or message.is_carriers_own or message.is_deleted:
        raise RestError(20404, f"/Messages/{sid}.json")
    return message


def update(carrier: Carrier, sid: str, form: Form) -> Message:
    """Redact (`Body=`, nothing else) or cancel what is scheduled."""
    message = find(carrier, sid)
    if form.get("Status") == "canceled":
        if message.status != "scheduled":
            raise RestError(20001, "Status: only a scheduled message can be canceled")
        message.status = "canceled"
    elif "Body" in form and form.get("Body") == "":
        _require_finished(carrier, message)
        message.body = ""
    else:
        raise RestError(20001, "Body can only be emptied")
    message.updated_at = carrier.now()
    return message


def delete(carrier: Carrier, sid: str) -> None:
    """Its media go with it. Raises RestError 20009 while the message is on its way.

    https://help.twilio.com/articles/223133687: since October 2020 deleting a message deletes its media.
    """
    message = find(carrier, sid)
    _require_finished(carrier, message)
    message.is_deleted = True
    message.body = ""
    for medium in message.media:
        carrier.account.media.remove(medium)
    carrier.changed(message.person)


def _require_finished(carrier: Carrier, message: Message) -> None:
    age_s = carrier.seconds() - message.listed_at_s
    if message.status in FINISHED or (message.status == "sent" and age_s > _SENT_IS_OLD_S):
        return
    raise RestError(20009)
