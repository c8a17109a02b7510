"""One pure function: what an input makes of a session."""

from dataclasses import replace
from typing import assert_never

from hotline.domain.language import LANGUAGES
from hotline.flow.calling import read_call
from hotline.flow.draft import Draft
from hotline.flow.effect import Erase, FlagUrgent, OptOut
from hotline.flow.facts import Facts
from hotline.flow.input import Arrived, DialEnded, Digits, HungUp, Input, Recording, Silence, Speech, Text
from hotline.flow.library import TEST_CALL, Library
from hotline.flow.model import Flow
from hotline.flow.reply import Choose, Connect, Goodbye, Listen, Tell
from hotline.flow.session import Session, Turn
from hotline.flow.texting import read_text


def advance(flow: Flow, library: Library, session: Session, event: Input, facts: Facts) -> Turn:
    """Take one input. The same arguments always give the same turn.

    Raises hotline.flow.library.TextMissing when a required text may not be said; whoever calls
    answers with the rights essentials instead.
    """
    draft = Draft(flow, library, facts, _still_there(flow, session))
    match event:
        case Text():
            read_text(draft, event)
            _greet_once(draft)
        case Arrived() | Digits() | Speech() | Silence() | Recording() | DialEnded() | HungUp():
            read_call(draft, event)
            if isinstance(event, Arrived) and library.prefix:
                _say_it_is_a_test(draft)
        case _:
            assert_never(event)
    return draft.finish()


def _still_there(flow: Flow, session: Session) -> Session:
    """Forget nodes that are gone: the flow may have changed under the contact."""
    gone = {
        name: None
        for name in ("node", "return_to", "again")
        if (node := getattr(session, name)) is not None and node not in flow.nodes
    }
    return session.with_changes(**gone) if gone else session


def _say_it_is_a_test(draft: Draft) -> None:
    """The first words of a demo call, as the prefix is of every demo text."""
    for place, reply in enumerate(draft.replies):
        if isinstance(reply, Tell | Choose | Listen | Connect | Goodbye) and reply.parts:
            first = replace(reply.parts[0], wording=TEST_CALL + reply.parts[0].wording)
            draft.replies[place] = replace(reply, parts=(first, *reply.parts[1:]))
            return


def _greet_once(draft: Draft) -> None:
    """Say once who this is and what not to send; in both languages while none is known."""
    if draft.session.was_greeted or any(isinstance(e, OptOut | Erase | FlagUrgent) for e in draft.effects):
        return
    if not draft.replies:
        return
    is_lost = draft.session.unanswered > 0
    if is_lost:
        draft.replies.clear()  # the greeting itself says what to send
    draft.session = draft.session.with_changes(was_greeted=True)
    languages = (draft.session.language,) if draft.session.language else LANGUAGES
    draft.replies.append(Tell(draft.parts("first_contact", languages)))
