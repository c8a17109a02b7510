"""Who may say which text: approve, block, list, and whether production may start."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection

from hotline.domain.language import LANGUAGES, Channel, Language
from hotline.domain.words import fold
from hotline.flow.model import Flow
from hotline.flow.texts import REVIEW_DAYS, Text, wording_hash
from hotline.operations.library import forms_of, is_blocked, may_say
from hotline.operations.line import Line
from hotline.store import audit, reviews
from hotline.store.database import transaction
from hotline.store.reviews import Review

Status = Literal["draft", "approved", "due soon", "overdue", "blocked"]
STATUSES: Final[tuple[Status, ...]] = ("draft", "approved", "due soon", "overdue", "blocked")
SOON: Final = timedelta(days=14)

Reason = Literal[
    "unknown_text",
    "no_wording",
    "no_reviewer",
    "no_language_reviewer",
    "no_second",
    "same_second",
    "future",
    "too_old",
    "changed",
    "nothing_proposed",
    "own_proposal",
]

# In English; the catalogs in `locales/` say them in other languages.
REASONS: Final[dict[Reason, str]] = {
    "unknown_text": "There is no such text: see `hotline texts list`.",
    "no_wording": "The text has no wording in this language and channel.",
    "no_reviewer": "Give the reviewer's name and role, as: Ana Ruiz, attorney.",
    "no_language_reviewer": "Give who reviewed the language, and when.",
    "no_second": "This text needs a second person: legal texts and alerts are approved by two.",
    "same_second": "The second person must be another one than the first.",
    "future": "A review cannot be dated in the future.",
    "too_old": "A review of that date would be over already.",
    "changed": "The wording changed since the page was opened. Read it again.",
    "nothing_proposed": "Nothing waits for a second person here any more.",
    "own_proposal": "Somebody else than who entered or made the review must confirm it.",
}


class ReviewRefused(Exception):
    """A review cannot be taken. `reason` is one of a closed list, `detail` names what."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{REASONS[reason]} {detail}".strip())
        self.reason: Reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Approval:
    """Who reviewed a text and when. `reviewed_by` and `second_by` are a name and, with a comma, a role."""

    reviewed_by: str
    reviewed_on: date
    language_reviewed_by: str
    language_reviewed_on: date
    second_by: str | None = None


@dataclass(frozen=True, slots=True)
class TextState:
    """One wording and what was decided about it."""

    text_id: str
    language: Language
    channel: Channel
    wording: str
    hash: str
    status: Status
    review: Review | None


def list_texts(flow: Flow, decisions: Mapping[str, Review], today: date) -> list[TextState]:
    """Every wording with its status, in the order of the files."""
    return [
        TextState(text_id, language, channel, wording, digest, status, decisions.get(digest))
        for text_id, language, channel, wording, digest in forms_of(flow)
        for status in (status_of(flow, text_id, decisions, decisions.get(digest), today),)
    ]


def status_of(
    flow: Flow, text_id: str, decisions: Mapping[str, Review], review: Review | None, today: date
) -> Status:
    """A block wins over everything, then the calendar."""
    if is_blocked(flow, text_id, decisions):
        return "blocked"
    if review is None or review.decision != "approved" or review.language_reviewed_on is None:
        return "draft"
    if review.due_on is not None and review.due_on < today:
        return "overdue"
    return "due soon" if review.due_on is not None and review.due_on <= today + SOON else "approved"


def needs_two(text: Text) -> bool:
    """Legal texts and alerts go out on the word of two people (content.md 4, rule 3)."""
    return text.kind == "topic" or text.gate == "alerts"


def approve(
    line: Line,
    text_id: str,
    approval: Approval,
    now: datetime,
    languages: Iterable[Language] = (),
    channels: Iterable[Channel] = (),
) -> int:
    """Approve the present wordings of a text, all or those named. Returns how many. Raises ReviewRefused."""
    wanted = _forms(line.flow, text_id, set(languages), set(channels))
    with transaction(line.database) as db:
        for language, channel, digest in wanted:
            review = approved(line.flow, text_id, language, channel, digest, approval, now.date())
            keep(db, line.flow, review, now)
        _note(db, approval.reviewed_by, "text.approve", text_id, now, len(wanted))
    return len(wanted)


def block(line: Line, text_id: str, by: str, now: datetime, note: str | None = None) -> int:
    """Block a text in every language and channel at once. Returns how many forms. Raises ReviewRefused."""
    if not fold(by):
        raise ReviewRefused("no_reviewer")
    wanted = _forms(line.flow, text_id, set(), set())
    with transaction(line.database) as db:
        for language, channel, digest in wanted:
            review = blocked(text_id, language, channel, digest, by, now.date())
            keep(db, line.flow, review, now, note=note)
        _note(db, by, "text.block", text_id, now, len(wanted))
    return len(wanted)


def keep(
    db: Connection,
    flow: Flow,
    review: Review,
    now: datetime,
    entered_by: str | None = None,
    note: str | None = None,
) -> None:
    """Write a decision down, with the wording that it is about.

    One about a wording that somebody recorded is about the sound and about the words: when the recording is
    swapped, the words go on being read by a machine until somebody has heard the new one.
    """
    wording = wording_of(flow, review)
    words = wording_hash(review.text_id, review.language, review.channel, wording)
    if words != review.hash and review.decision != "proposed":
        reviews.record(db, replace(review, hash=words), now, wording, entered_by, note)
    reviews.record(db, review, now, wording, entered_by, note)


def approved(
    flow: Flow,
    text_id: str,
    language: Language,
    channel: Channel,
    digest: str,
    approval: Approval,
    today: date,
    is_proposal: bool = False,
) -> Review:
    """An approval of one wording, with the day it ends; a proposal may still lack the second person.

    Raises ReviewRefused.
    """
    text = flow.texts[text_id]
    due_on = approval.reviewed_on + timedelta(days=REVIEW_DAYS[text.volatility])
    _check(text_id, text, approval, due_on, today, is_proposal)
    return Review(
        hash=digest,
        text_id=text_id,
        language=language,
        channel=channel,
        decision="proposed" if is_proposal else "approved",
        reviewed_by=approval.reviewed_by.strip(),
        reviewed_on=approval.reviewed_on,
        language_reviewed_by=approval.language_reviewed_by.strip(),
        language_reviewed_on=approval.language_reviewed_on,
        second_by=(approval.second_by or "").strip() or None,
        due_on=due_on,
    )


def blocked(text_id: str, language: Language, channel: Channel, digest: str, by: str, today: date) -> Review:
    return Review(digest, text_id, language, channel, "blocked", by.strip(), today, None, None, None, None)


def wording_of(flow: Flow, review: Review) -> str:
    """The present wording that a review speaks of."""
    return flow.texts[review.text_id].forms()[review.language, review.channel]


def production_ready(flow: Flow, decisions: Mapping[str, Review], today: date) -> list[str]:
    """What keeps production from starting: required texts of the line that nobody approved.

    A review that is over keeps nothing from starting: STOP, HELP and the way to a person outlast it.
    """
    lacking: dict[str, list[str]] = defaultdict(list)
    for text_id, language, channel, wording, _ in forms_of(flow):
        text, digest = flow.texts[text_id], wording_hash(text_id, language, channel, wording)
        is_first = text.kind == "required" and text.gate == "line"
        stopped = is_blocked(flow, text_id, decisions)
        if is_first and not may_say(text, "production", stopped, decisions.get(digest), today):
            lacking[text_id].append(f"{language} {channel}")
    return [
        f"text {text_id} is not approved ({', '.join(forms)}): see `hotline texts approve {text_id}`"
        for text_id, forms in lacking.items()
    ]


def _forms(
    flow: Flow, text_id: str, languages: set[Language], channels: set[Channel]
) -> list[tuple[Language, Channel, str]]:
    if text_id not in flow.texts:
        raise ReviewRefused("unknown_text", text_id)
    found = [
        (language, channel, digest)
        for name, language, channel, _, digest in forms_of(flow)
        if name == text_id and language in (languages or LANGUAGES) and channel in (channels or {channel})
    ]
    if not found:
        raise ReviewRefused("no_wording", text_id)
    return found


def _check(
    text_id: str, text: Text, approval: Approval, due_on: date, today: date, is_proposal: bool
) -> None:
    name, _, role = approval.reviewed_by.partition(",")
    if not fold(name) or not fold(role):
        raise ReviewRefused("no_reviewer", text_id)
    if not fold(approval.language_reviewed_by):
        raise ReviewRefused("no_language_reviewer", text_id)
    if max(approval.reviewed_on, approval.language_reviewed_on) > today:
        raise ReviewRefused("future", text_id)
    if due_on < today:
        raise ReviewRefused("too_old", text_id)
    second = fold((approval.second_by or "").partition(",")[0])
    if needs_two(text) and not second and not is_proposal:
        raise ReviewRefused("no_second", text_id)
    if second and second == fold(name):
        raise ReviewRefused("same_second", text_id)


def _note(db: Connection, by: str, act: str, text_id: str, now: datetime, count: int) -> None:
    audit.record(db, by.partition(",")[0].strip()[:64], act, text_id, now, {"wordings": count})
