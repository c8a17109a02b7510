"""What is so when something arrives: where the contact stands, the facts, and how much may be answered."""

from datetime import datetime

from hotline.flow.effect import FlagUrgent, OptOut
from hotline.flow.facts import Facts
from hotline.flow.inbound import Inbound
from hotline.flow.library import Library
from hotline.flow.reply import Reply
from hotline.flow.session import Session, Turn
from hotline.operations.effects import Occasion
from hotline.operations.line import Line
from hotline.store.turns import Standing


def session_of(standing: Standing, inbound: Inbound) -> Session:
    return standing.session or Session(
        channel=inbound.channel,
        language=standing.language,
        was_greeted=standing.version > 0,
    )


def facts_of(line: Line, library: Library, standing: Standing, inbound: Inbound, now: datetime) -> Facts:
    """Without a code for a report: it is drawn where a report can be kept."""
    on_duty = line.people().available("dispatcher")
    return Facts(
        is_open=line.hours.is_open(now),
        is_subscribed=standing.zip is not None,
        is_opted_out=standing.is_opted_out,
        is_dispatcher_available=any(one.phone != inbound.contact for one in on_duty),
        is_signup_ready=inbound.contact is not None and library.is_gate_open("signup"),
        is_voicemail_ready=library.is_gate_open("voicemail"),
        area=(line.place_of(standing.zip) or "") if standing.zip else "",
        place_of=line.place_of,
    )


def occasion_of(line: Line, standing: Standing, turn: Turn, inbound: Inbound, now: datetime) -> Occasion:
    return Occasion(
        contact=inbound.contact,
        contact_id=standing.contact_id,
        phone_hash=line.keyring.lookup(inbound.contact) if inbound.contact else None,
        channel=inbound.channel,
        language=turn.session.language,
        sender=inbound.to,
        call_sid=inbound.sid if inbound.channel == "voice" else None,
        now=now,
    )


def within_cap(line: Line, turn: Turn, now: datetime) -> tuple[Session, tuple[Reply, ...]]:
    """Never so many answers in a short time that two machines could talk for ever (error 14107)."""
    session = turn.session
    if session.channel == "voice" or not turn.replies:
        return session, turn.replies
    at = now.timestamp()
    if not 0 <= at - session.window_at <= line.limits.window_s:  # also when the clock was set back
        session = session.with_changes(window_at=at, window_replies=0)
    count = session.window_replies + sum(len(getattr(reply, "parts", ())) for reply in turn.replies)
    is_owed = any(isinstance(effect, OptOut | FlagUrgent) for effect in turn.effects)
    if count > line.limits.replies_per_window and not is_owed:
        return session, ()
    return session.with_changes(window_replies=count), turn.replies
