"""What is held of people and of programs: every table that holds anything of anybody, and for how long."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from hotline.domain.hook import KEPT as TELLINGS_KEPT
from hotline.operations import invitations, recovery
from hotline.operations.idempotency import KEPT as ANSWERS_KEPT
from hotline.operations.line import Limits
from hotline.store.sign_in import OLD

Group = Literal["callers", "network", "sites", "programs", "record"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A table, the column that its rows age by, and which of them count. `oldest` asks an index where the
    table may be large; None where no index leads there. `lasts` is None for what has no day on which it
    goes."""

    group: Group
    table: str
    column: str
    which: str = "true"
    oldest: str | None = None
    lasts: Callable[[Limits], timedelta] | None = None


def _first(table: str, column: str, which: str = "true") -> str:
    return f"SELECT {column} FROM {table} WHERE {which} ORDER BY id LIMIT 1"  # noqa: S608 - words of ours


def _days(name: str) -> Callable[[Limits], timedelta]:
    return lambda limits: timedelta(days=getattr(limits, name))


def _for(period: timedelta) -> Callable[[Limits], timedelta]:
    return lambda limits: period


def _swept(table: str, good_for: timedelta = timedelta(0)) -> Callable[[Limits], timedelta]:
    """As hotline.store.sign_in.forget deletes; `good_for` where the row ages from before it is over."""
    return _for(good_for + timedelta(days=OLD[table][1]))


KINDS: Final[Mapping[str, Kind]] = {
    "contacts": Kind(
        "callers", "contact", "seen_at", "true", "SELECT min(seen_at) FROM contact", _days("contact_days")
    ),
    "subscriptions": Kind(
        "callers", "subscription", "created_at", "true", _first("subscription", "created_at")
    ),
    "conversations": Kind("callers", "session", "expires_at", "state_ct <> ''", None, _for(timedelta(0))),
    "ended conversations": Kind("callers", "session", "expires_at", "state_ct = ''"),
    "stored answers": Kind(
        "callers", "turn", "created_at", "true", _first("turn", "created_at"), _days("turn_days")
    ),
    "texts": Kind(
        "callers", "message", "created_at", "true", _first("message", "created_at"), _days("message_days")
    ),
    "reports": Kind(
        "callers",
        "report",
        "created_at",
        "erased_at IS NULL",
        "SELECT min(created_at) FROM report WHERE erased_at IS NULL",
        _days("report_days"),
    ),
    "recordings": Kind(
        "callers",
        "recording",
        "created_at",
        "true",
        _first("recording", "created_at"),
        _days("recording_days"),
    ),
    "waiting tickets": Kind(
        "callers",
        "ticket",
        "created_at",
        "state <> 'closed'",
        "SELECT least((SELECT min(created_at) FROM ticket WHERE state = 'open'),"
        " (SELECT min(created_at) FROM ticket WHERE state = 'taken'))",
    ),
    "closed tickets": Kind(
        "callers",
        "ticket",
        "closed_at",
        "state = 'closed'",
        _first("ticket", "closed_at", "state = 'closed'"),
        _days("ticket_days"),
    ),
    "phones that rang": Kind("callers", "leg", "created_at", lasts=_days("message_days")),
    "rows of broadcasts": Kind(
        "callers",
        "delivery",
        "asked_at",
        "contact_id IS NOT NULL",
        "SELECT asked_at FROM delivery ORDER BY broadcast_id, seq LIMIT 1",
    ),
    "consents": Kind("callers", "consent", "created_at", "true", _first("consent", "created_at")),
    "opt-outs": Kind("callers", "suppression", "since"),
    "stops at the carrier": Kind("callers", "carrier_block", "since"),
    "numbers that failed": Kind("callers", "number_health", "last_at", lasts=_days("contact_days")),
    "to delete at the carrier": Kind(
        "callers", "carrier_deletion", "created_at", "true", _first("carrier_deletion", "created_at")
    ),
    "people of the network": Kind("network", "person", "created_at", "left_at IS NULL"),
    "people who left": Kind("network", "person", "left_at", "left_at IS NOT NULL"),
    "accounts": Kind("network", "account", "created_at"),
    "passkeys": Kind("network", "passkey", "created_at"),
    "sign-ins": Kind("network", "staff_session", "seen_at", lasts=_swept("staff_session")),
    "known browsers": Kind("network", "known_device", "seen_at", lasts=_swept("known_device")),
    "half sign-ins": Kind(
        "network",
        "proof",
        "expires_at",
        oldest="SELECT min(expires_at) FROM proof",
        lasts=_swept("proof"),
    ),
    "failed sign-ins": Kind(
        "network",
        "sign_in_failure",
        "last_at",
        oldest="SELECT min(last_at) FROM sign_in_failure",
        lasts=_swept("sign_in_failure"),
    ),
    "invitations": Kind(
        "network", "invitation", "created_at", lasts=_swept("invitation", invitations.GOOD_FOR)
    ),
    "recoveries": Kind("network", "recovery", "created_at", lasts=_swept("recovery", recovery.GOOD_FOR)),
    "requests to verifiers": Kind(
        "network", "verify_request", "created_at", "true", _first("verify_request", "created_at")
    ),
    "sites": Kind("sites", "site", "created_at", "closed_at IS NULL"),
    "closed sites": Kind("sites", "site", "closed_at", "closed_at IS NOT NULL"),
    "site contacts": Kind("sites", "site_contact", "created_at"),
    "reports of sites": Kind(
        "sites",
        "report_site",
        "(SELECT r.created_at FROM report r WHERE r.id = report_id)",
    ),
    "notices to sites": Kind(
        "sites", "site_notice", "created_at", "true", _first("site_notice", "created_at")
    ),
    "partner organisations": Kind("sites", "partner", "created_at"),
    "events": Kind("sites", "event", "created_at", "true", _first("event", "created_at")),
    "keys of programs": Kind("programs", "api_key", "created_at"),
    "answers to programs": Kind(
        "programs",
        "api_answer",
        "created_at",
        oldest="SELECT min(created_at) FROM api_answer",
        lasts=_for(ANSWERS_KEPT),
    ),
    "webhooks": Kind("programs", "hook", "created_at"),
    "calls of webhooks": Kind(
        "programs",
        "hook_delivery",
        "created_at",
        oldest="SELECT min(created_at) FROM hook_delivery",
        lasts=_for(TELLINGS_KEPT),
    ),
    "incidents": Kind("record", "incident", "created_at", "erased_at IS NULL", lasts=_days("report_days")),
    "steps of incidents": Kind(
        "record", "incident_step", "created_at", "true", _first("incident_step", "created_at")
    ),
    "what was seen": Kind("record", "observation", "created_at", "true", _first("observation", "created_at")),
    "alerts": Kind("record", "alert", "created_at", "true", _first("alert", "created_at")),
    "reviews of texts": Kind(
        "record", "text_review", "created_at", "true", _first("text_review", "created_at")
    ),
    "lines of the audit": Kind("record", "audit", "created_at", "true", _first("audit", "created_at")),
}

# The rest: nobody can be found from these, and nobody is named in them.
OF_NOBODY: Final[Mapping[str, str]] = {
    "broadcast": "one alert going out: places, counts and times",
    "broadcast_body": "the wording that everybody got",
    "delivery_tally": "how many stand where",
    "sender_rest": "our own numbers, and until when they rest",
    "spend": "money by the day",
    "counter": "counts by the day",
    "setting_mark": "marks of the house's own settings",
}
