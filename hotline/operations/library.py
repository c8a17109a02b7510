"""Which texts may be said now: wording from the flows, decisions from the database."""

import threading
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from sqlalchemy import Engine
from sqlalchemy import text as sql

from hotline.domain.language import LANGUAGES, Channel, Language
from hotline.flow.library import TEST_PREFIX, Key, Library
from hotline.flow.model import Flow
from hotline.flow.network import Network
from hotline.flow.texts import Gate, Text, placeholders, wording_hash
from hotline.operations.line import Mode
from hotline.operations.told_events import next_events
from hotline.store import reviews
from hotline.store.database import DatabaseAway, transaction
from hotline.store.reviews import Review

LOOK_MS: Final = 2000
NOTHING_TOLD: Final[Mapping[Language, Mapping[str, str]]] = {}
REFRESH_S: Final = 3.0  # a block reaches every process within five seconds


class Shelf:
    """Gives the library of this moment, and looks for new decisions every few seconds.

    One thread looks at a time, the others go on with what is known; a database that is away leaves
    the last library standing.
    """

    def __init__(
        self,
        database: Engine,
        flow: Flow,
        network: Network,
        mode: Mode,
        own_values: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._flow = flow
        self._network = network
        self._mode: Mode = mode
        self._own_values = own_values
        self._clock = clock
        self._looking = threading.Lock()
        self._looked_at: datetime | None = None
        self._library: Library | None = None

    def __call__(self) -> Library:
        now = self._clock()
        if self._library and self._looked_at and abs((now - self._looked_at).total_seconds()) < REFRESH_S:
            return self._library
        is_first = self._library is None
        if self._looking.acquire(blocking=is_first):
            try:
                self._look(now)
            finally:
                self._looking.release()
        assert self._library is not None
        return self._library

    def _look(self, now: datetime) -> None:
        try:
            with transaction(self._database) as db:
                db.execute(sql(f"SET LOCAL statement_timeout = {LOOK_MS}"))
                decisions = reviews.newest(db)
                told = next_events(db, now)
        except DatabaseAway:
            self._looked_at = now  # what is known stands until the next look
            if self._library is None:
                raise
            return
        self._library = build_library(
            self._flow, self._network, self._mode, self._own_values, decisions, now.date(), told
        )
        self._looked_at = now


def build_library(
    flow: Flow,
    network: Network,
    mode: Mode,
    own_values: Mapping[str, str],
    decisions: Mapping[str, Review],
    today: date,
    told: Mapping[Language, Mapping[str, str]] = NOTHING_TOLD,
) -> Library:
    """The library of one moment. Demo says every text but blocked ones, each marked as a test.

    `told` are values that the database knows better than the network file, by language.
    """
    wordings: dict[Key, str] = {}
    withheld: set[Key] = set()
    shut: set[Gate] = set()
    for text_id, text in flow.texts.items():
        blocked = is_blocked(flow, text_id, decisions)
        for (language, channel), wording in text.forms().items():
            key: Key = (text_id, language, channel)
            review = decisions.get(wording_hash(text_id, language, channel, wording))
            if may_say(text, mode, blocked, review, today):
                wordings[key] = wording
            elif text.kind == "topic" or (blocked and text.gate == "line"):
                withheld.add(key)  # a blocked text of the line must not leave anyone without an answer
            else:
                shut.add(text.gate)
    values: dict[Language, Mapping[str, str]] = {
        language: {**network.values.get(language, {}), **told.get(language, {}), **own_values}
        for language in LANGUAGES
    }
    prefix = TEST_PREFIX if mode == "demo" else ""
    fixed = {
        language: {name: value for name, value in known.items() if name not in told.get(language, {})}
        for language, known in values.items()
    }
    clips = _clips(flow, wordings, fixed, mode, decisions, today)
    return Library(wordings, values, frozenset(withheld), prefix, clips, frozenset(shut))


def _clips(
    flow: Flow,
    wordings: Mapping[Key, str],
    values: Mapping[Language, Mapping[str, str]],
    mode: Mode,
    decisions: Mapping[str, Review],
    today: date,
) -> dict[tuple[str, Language], str]:
    """Clips that may be played, of wordings that may be said; one whose wording changes from call to call
    stands for none, and while nobody has reviewed the sound a machine reads the words."""
    return {
        (text_id, language): file
        for text_id, text in flow.texts.items()
        for language, file in text.audio.items()
        if (wording := wordings.get((text_id, language, "voice"))) is not None
        and placeholders(wording) <= values[language].keys()
        and may_say(text, mode, False, decisions.get(text.digest(text_id, language, "voice")), today)
    }


def may_say(text: Text, mode: Mode, blocked: bool, review: Review | None, today: date) -> bool:
    """May this wording be said today? A block wins over everything.

    A required text of the line itself, once approved, is never silenced by the calendar: STOP,
    HELP and the way to a person outlast a review date.
    """
    if blocked:
        return False
    if mode == "demo":
        return True
    if review is None or review.decision != "approved" or review.language_reviewed_on is None:
        return False
    is_due = review.due_on is not None and review.due_on < today
    return not is_due or (text.kind == "required" and text.gate == "line")


def is_blocked(flow: Flow, text_id: str, decisions: Mapping[str, Review]) -> bool:
    """A block of any wording of a text ("the law changed") blocks it in every language and channel."""
    text = flow.texts[text_id]
    hashes = [wording_hash(text_id, lang, channel, w) for (lang, channel), w in text.forms().items()]
    hashes += [text.digest(text_id, language, channel) for language, channel in text.forms()]
    found = [decisions[h] for h in hashes if h in decisions]
    return text.is_blocked or any(review.decision == "blocked" for review in found)


def forms_of(flow: Flow) -> list[tuple[str, Language, Channel, str, str]]:
    """Every wording: text id, language, channel, wording, and the hash that a review of it is bound to."""
    return [
        (text_id, language, channel, wording, text.digest(text_id, language, channel))
        for text_id, text in flow.texts.items()
        for (language, channel), wording in text.forms().items()
    ]
