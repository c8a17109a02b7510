"""What reviewers of texts see and decide: what changed since it was approved, who said what, what waits."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final, Literal

from hotline.domain.language import Channel, Language
from hotline.domain.words import fold
from hotline.flow.texts import Text
from hotline.operations.library import forms_of
from hotline.operations.line import Line
from hotline.operations.texts import (
    Approval,
    ReviewRefused,
    Status,
    approved,
    keep,
    list_texts,
    needs_two,
)
from hotline.store import audit, reviews
from hotline.store.database import transaction
from hotline.store.reviews import Kept, Review

# What a text waits for, the most pressing first. `second`: an approval lacks its second person.
Standing = Literal["blocked", "second", "changed", "draft", "overdue", "due soon", "approved"]
STANDINGS: Final[tuple[Standing, ...]] = (
    "blocked",
    "second",
    "changed",
    "draft",
    "overdue",
    "due soon",
    "approved",
)
HISTORY: Final = 200
LONGEST_NOTE: Final = 300

_WORDS: Final = re.compile(r"\S+\s*|\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stayed, came (`ins`) or went (`del`)."""

    kind: Literal["same", "ins", "del"]
    words: str


@dataclass(frozen=True, slots=True)
class Form:
    """One wording. `before` is the last approved one where it differs; None also where it was not kept,
    which `is_changed` without it says. `is_clip_changed`: the words are those, the sound is another."""

    language: Language
    channel: Channel
    wording: str
    hash: str
    standing: Standing
    review: Review | None
    proposal: Kept | None
    is_changed: bool
    before: str | None
    clip: str | None
    is_clip_changed: bool = False

    @property
    def pieces(self) -> tuple[Piece, ...]:
        return compare(self.before, self.wording) if self.before is not None else ()


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A text with all its wordings, and what it waits for."""

    text_id: str
    text: Text
    forms: tuple[Form, ...]

    @property
    def standing(self) -> Standing:
        return min((form.standing for form in self.forms), key=STANDINGS.index)

    @property
    def needs_two(self) -> bool:
        return needs_two(self.text)

    @property
    def due_on(self) -> date | None:
        """The first day on which a review of it ends."""
        days = (form.review.due_on for form in self.forms if form.review)
        return min((day for day in days if day), default=None)


def compare(before: str, after: str) -> tuple[Piece, ...]:
    """What became of the words of a text."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    found: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(new[k:m])))
            continue
        found += [Piece("del", "".join(old[i:j]))] if j > i else []
        found += [Piece("ins", "".join(new[k:m]))] if m > k else []
    return tuple(found)


def review_queue(line: Line, now: datetime) -> list[Reviewed]:
    """Every text, the most pressing first, and then in the order of the files."""
    with transaction(line.database) as db:
        decisions, proposals = reviews.newest(db), reviews.proposals(db)
        approvals = reviews.last_approved(db)
    forms: dict[str, list[Form]] = {}
    for state in list_texts(line.flow, decisions, now.date()):
        last = approvals.get((state.text_id, state.language, state.channel))
        is_changed = last is not None and last.review.hash != state.hash
        text = line.flow.texts[state.text_id]
        proposal = proposals.get(state.hash)
        forms.setdefault(state.text_id, []).append(
            Form(
                language=state.language,
                channel=state.channel,
                wording=state.wording,
                hash=state.hash,
                standing=_standing(state.status, is_changed, proposal is not None),
                review=state.review,
                proposal=proposal,
                is_changed=is_changed,
                before=last.wording if last and is_changed else None,
                clip=text.audio.get(state.language) if state.channel == "voice" else None,
                is_clip_changed=last is not None and is_changed and last.wording == state.wording,
            )
        )
    found = [Reviewed(text_id, line.flow.texts[text_id], tuple(of)) for text_id, of in forms.items()]
    return sorted(found, key=lambda one: STANDINGS.index(one.standing))


def _standing(status: Status, is_changed: bool, is_proposed: bool) -> Standing:
    if status == "blocked":
        return "blocked"
    if is_proposed:
        return "second"
    return "changed" if is_changed and status == "draft" else status


def counts(queue: Collection[Reviewed]) -> Mapping[Standing, int]:
    """How many texts wait for what."""
    return {name: sum(one.standing == name for one in queue) for name in STANDINGS}


def one_text(line: Line, text_id: str, now: datetime) -> Reviewed | None:
    return next((one for one in review_queue(line, now) if one.text_id == text_id), None)


def decisions_on(line: Line, text_id: str) -> list[list[Kept]]:
    """What was decided about a text, the newest first; wordings that one act decided stand together."""
    with transaction(line.database) as db:
        found = reviews.decisions(db, text_id, HISTORY)
    acts = groupby(found, key=lambda kept: (kept.created_at, kept.review.decision))
    return [_each_once(list(of)) for _, of in acts]


def _each_once(decided: Collection[Kept]) -> list[Kept]:
    """Of a wording that was decided with its recording one line, though it is kept as two."""
    return list({(one.review.language, one.review.channel): one for one in reversed(list(decided))}.values())


def enter(
    line: Line, text_id: str, approval: Approval, by: str, seen: Collection[str], now: datetime
) -> Literal["approved", "proposed"]:
    """Enter an approval of the wordings that were `seen` (their hashes), all the text has.

    A text that needs two people is only proposed then: it is said no sooner, and goes on being said as it
    was, until somebody else confirms. Raises ReviewRefused.
    """
    text, wanted = _present(line, text_id, seen)
    is_proposal = needs_two(text)
    alone = replace(approval, second_by=None)
    with transaction(line.database) as db:
        for language, channel, digest in wanted:
            review = approved(
                line.flow, text_id, language, channel, digest, alone, now.date(), is_proposal=is_proposal
            )
            keep(db, line.flow, review, now, by)
        act = "text.propose" if is_proposal else "text.approve"
        audit.record(db, by[:64], act, text_id, now, {"wordings": len(wanted)})
    return "proposed" if is_proposal else "approved"


def confirm(line: Line, text_id: str, by: str, seen: Collection[str], now: datetime) -> int:
    """Agree, as the second person, to what somebody else entered. Raises ReviewRefused."""
    _, wanted = _present(line, text_id, seen)
    with transaction(line.database) as db:
        proposals = reviews.proposals(db)
        for language, channel, digest in wanted:
            if digest not in proposals:
                raise ReviewRefused("nothing_proposed", text_id)
            kept = proposals[digest]
            if fold(by) in {fold(kept.entered_by or ""), fold(kept.review.reviewed_by.partition(",")[0])}:
                raise ReviewRefused("own_proposal", text_id)
            whole = approved(
                line.flow, text_id, language, channel, digest, _approval(kept.review, by), now.date()
            )
            keep(db, line.flow, whole, now, by)
        audit.record(db, by[:64], "text.confirm", text_id, now, {"wordings": len(wanted)})
    return len(wanted)


def _approval(review: Review, second_by: str) -> Approval:
    return Approval(
        review.reviewed_by,
        review.reviewed_on,
        review.language_reviewed_by or "",
        review.language_reviewed_on or review.reviewed_on,
        second_by,
    )


def _present(
    line: Line, text_id: str, seen: Collection[str]
) -> tuple[Text, list[tuple[Language, Channel, str]]]:
    """The wordings a text has now, which must be those that were seen. Raises ReviewRefused."""
    if text_id not in line.flow.texts:
        raise ReviewRefused("unknown_text", text_id)
    present = [
        (language, channel, digest)
        for name, language, channel, _, digest in forms_of(line.flow)
        if name == text_id
    ]
    if {digest for _, _, digest in present} != set(seen):
        raise ReviewRefused("changed", text_id)
    return line.flow.texts[text_id], present
